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
    now = {} if change and not change.additive else {one.address: one for one in there}
    for one in change.members if change else ():
        now[one.address] = one
    return now


@hypothesis.given(ours=keys, others=keys, want=keys)
def test_exactly_the_wanted_and_all_strangers_are_there(ours, others, want):
    others = others - ours
    there = [member(n) for n in ours] + [member(n, tags=()) for n in others]

    change = pool.put(there, [wanted(n) for n in want], is_ours)
    now = after(there, change)

    assert set(now) == {f"10.0.0.{n}" for n in want | others}
    assert {one.address for one in now.values() if is_ours(one)} == {
        f"10.0.0.{n}" for n in want
    }
    again = [
        Member(id="x", address=one.address, port=one.port, tags=one.tags)
        for one in now.values()
    ]
    assert pool.put(again, [wanted(n) for n in want], is_ours) is None


@hypothesis.given(ours=keys, others=keys)
def test_removing_leaves_all_others_as_they_are(ours, others):
    others = others - ours
    there = [member(n) for n in ours] + [
        member(n, tags=("theirs",), weight=n) for n in others
    ]

    now = after(there, pool.remove(there, is_ours))

    assert {(one.address, one.weight, one.tags) for one in now.values()} == {
        (f"10.0.0.{n}", n, ("theirs",)) for n in others
    }


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
