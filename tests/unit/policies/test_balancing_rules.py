"""Which members there have to be, and at which address."""

import hypothesis
from hypothesis import strategies

from senlin_like.drivers import objects
from senlin_like.drivers.balancing import Member, MemberRequest
from senlin_like.policies.balancing import addresses, pool

SUBNET = objects.Subnet(
    id="s", network_id="n", network_name="private", ip_version=4, cidr="10.1.0.0/16"
)
MINE = "mine"

keys = strategies.sets(strategies.integers(1, 12))


def member(number, tags=(MINE,), weight=1):
    return Member(
        id=str(number), address=f"10.0.0.{number}", port=80, tags=tags, weight=weight
    )


def wanted(number):
    return MemberRequest(address=f"10.0.0.{number}", port=80, tags=(MINE,))


def is_ours(one):
    return MINE in one.tags


def after(there, change):
    """Do to a pool what the cloud does."""
    if isinstance(change, pool.Removal):
        return {one.address: one for one in there if one.id not in change.ids[:1]}
    now = {} if change and not change.additive else {one.address: one for one in there}
    for one in change.members if change else ():
        now[one.address] = one
    return now


def settled(there, plan):
    """Do what a plan says until it says nothing; give the pool and the calls."""
    calls = []
    while (change := plan(there)) is not None:
        calls.append(change)
        now = after(there, change)
        there = [
            Member(
                id=one.address.rpartition(".")[2],
                address=one.address,
                port=one.port,
                tags=one.tags,
                weight=one.weight,
            )
            for one in now.values()
        ]
        assert len(calls) < 30
    return there, calls


@hypothesis.given(
    ours=keys, others=keys, want=keys, is_shared=strategies.sampled_from([True, False])
)
def test_exactly_the_wanted_and_all_strangers_are_there(ours, others, want, is_shared):
    others = others - ours
    there = [member(n) for n in ours] + [member(n, tags=()) for n in others]

    now, calls = settled(
        there,
        lambda found: pool.put(
            found, [wanted(n) for n in want], is_ours, is_shared=is_shared
        ),
    )

    assert {one.address for one in now} == {f"10.0.0.{n}" for n in want | others}
    assert {one.address for one in now if is_ours(one)} == {f"10.0.0.{n}" for n in want}
    if not is_shared:
        assert len(calls) <= 1


@hypothesis.given(
    ours=keys, others=keys, is_shared=strategies.sampled_from([True, False])
)
def test_removing_leaves_all_others_as_they_are(ours, others, is_shared):
    others = others - ours
    there = [member(n) for n in ours] + [
        member(n, tags=("theirs",), weight=n) for n in others
    ]

    now, calls = settled(
        there, lambda found: pool.remove(found, is_ours, is_shared=is_shared)
    )

    assert {(one.address, one.weight, one.tags) for one in now} == {
        (f"10.0.0.{n}", n, ("theirs",)) for n in others
    }
    assert len(calls) == (len(ours) if is_shared else min(len(ours), 1))


@hypothesis.given(ours=keys, others=keys, want=keys)
def test_no_call_names_who_is_not_ours_in_a_shared_pool(ours, others, want):
    others = others - ours - want
    there = [member(n) for n in ours] + [member(n, tags=()) for n in others]

    _now, calls = settled(
        there,
        lambda found: pool.put(
            found, [wanted(n) for n in want], is_ours, is_shared=True
        ),
    )

    for call in calls:
        if isinstance(call, pool.Change):
            assert call.additive
            assert {one.address for one in call.members} <= {
                f"10.0.0.{n}" for n in want
            }
        else:
            assert set(call.ids) <= {str(n) for n in ours}


def test_one_that_goes_alone_is_deleted_alone():
    there = [member(1), member(2)]

    change = pool.remove(there, lambda one: one.id == "1")

    assert change == pool.Removal(ids=("1",))


@hypothesis.given(ours=keys, others=keys)
def test_draining_takes_the_weight_of_some(ours, others):
    others = others - ours
    there = [member(n) for n in ours] + [member(n, tags=()) for n in others]

    now = after(there, pool.drain(there, is_ours))

    assert {one.weight for one in now.values() if is_ours(one)} <= {0}
    assert {one.weight for one in now.values() if not is_ours(one)} <= {1}


def test_adding_alone_names_only_what_is_new():
    change = pool.put([member(1)], [wanted(1), wanted(2)], lambda _one: False)

    assert change == pool.Change(members=(wanted(2),), additive=True)


def shown(address, version=4, kind="fixed"):
    return {"addr": address, "version": version, "OS-EXT-IPS:type": kind}


def test_the_first_address_of_the_version_is_taken():
    given = {
        "public": [shown("172.24.0.9")],
        "private": [shown("fd00::1", 6), shown("10.9.0.1"), shown("10.9.0.2")],
    }

    assert addresses.choose(given, SUBNET) == "10.9.0.1"


def test_an_address_in_the_subnet_goes_first_and_a_public_one_last():
    given = {
        "private": [
            shown("172.24.0.9", kind="floating"),
            shown("10.9.0.1"),
            shown("10.1.0.7"),
        ]
    }

    assert addresses.choose(given, SUBNET) == "10.1.0.7"


def test_a_server_elsewhere_has_no_address():
    assert addresses.choose({"public": [shown("10.1.0.1")]}, SUBNET) is None
    assert addresses.choose({}, SUBNET) is None
