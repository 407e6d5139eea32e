"""Whatever is tried: no host in two zones, and no host with servers in another one."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from senlin_like.domain import aggregates
from senlin_like.domain.aggregates import Grounds, Group, Standing

HOSTS = ("h1", "h2", "h3")
ZONES = ("east", "west")

hosts = st.sampled_from(HOSTS)
numbers = st.integers(0, 3)
standings = st.fixed_dictionaries(
    {
        host: st.builds(
            Standing, own_zone=st.sampled_from((*ZONES, None)), is_in_use=st.booleans()
        )
        for host in HOSTS
    }
)
changes = st.one_of(
    st.tuples(st.just("join"), numbers, hosts),
    st.tuples(st.just("leave"), numbers, hosts),
    st.tuples(st.just("zone"), numbers, st.sampled_from(ZONES)),
)


def attempt(groups, standing, change):
    """Make a change unless it is refused; returns the groups that there are then."""
    verb, number, value = change
    group = groups[number]
    if verb == "zone":
        refusal = aggregates.refuse_zone(group, value, standing, groups)
        changed = dataclasses.replace(group, zone=value)
    elif verb == "join":
        refusal = aggregates.refuse_joining(group, value, standing[value], groups)
        changed = dataclasses.replace(group, hosts=(*group.hosts, value))
    else:
        if value not in group.hosts:
            return groups
        refusal = aggregates.refuse_leaving(group, value, standing[value], groups)
        rest = tuple(host for host in group.hosts if host != value)
        changed = dataclasses.replace(group, hosts=rest)
    if refusal is not None:
        return groups
    return [changed if one is group else one for one in groups]


def zone_of(host, groups, standing):
    return aggregates.zones(groups).get(host, standing[host].own_zone)


@settings(max_examples=500)
@given(
    standing=standings,
    zones=st.tuples(*[st.sampled_from((*ZONES, None))] * 4),
    steps=st.lists(changes, max_size=30),
)
def test_no_change_puts_a_host_in_two_zones_or_moves_servers(standing, zones, steps):
    groups = [
        Group(id=number, zone=zone, hosts=()) for number, zone in enumerate(zones)
    ]
    for step in steps:
        before = {host: zone_of(host, groups, standing) for host in HOSTS}

        groups = attempt(groups, standing, step)

        for host in HOSTS:
            in_zones = {one.zone for one in groups if host in one.hosts} - {None}
            assert len(in_zones) <= 1
            if standing[host].is_in_use:
                assert zone_of(host, groups, standing) == before[host]
        for group in groups:
            assert len(set(group.hosts)) == len(group.hosts)


IDLE = Standing(own_zone="nova", is_in_use=False)
BUSY = Standing(own_zone="nova", is_in_use=True)


def test_a_host_joins_once():
    group = Group(id=1, zone=None, hosts=("h1",))

    refusal = aggregates.refuse_joining(group, "h1", IDLE, [group])

    assert refusal is not None
    assert refusal.grounds is Grounds.ALREADY_THERE


def test_a_second_aggregate_of_the_same_zone_takes_a_host():
    first = Group(id=1, zone="east", hosts=("h1",))
    second = Group(id=2, zone="east", hosts=())

    assert aggregates.refuse_joining(second, "h1", BUSY, [first, second]) is None


def test_the_zones_that_stand_in_the_way_are_named():
    first = Group(id=1, zone="east", hosts=("h1",))
    second = Group(id=2, zone="west", hosts=())

    refusal = aggregates.refuse_joining(second, "h1", IDLE, [first, second])

    assert refusal is not None
    assert refusal.reason.endswith("availability zone(s) ['east'].")


def test_a_zone_that_stays_is_no_change():
    group = Group(id=1, zone="east", hosts=("h1",))

    assert aggregates.refuse_zone(group, "east", {"h1": BUSY}, [group]) is None


def test_a_zone_changes_only_without_servers():
    group = Group(id=1, zone="east", hosts=("h1",))

    refusal = aggregates.refuse_zone(group, "west", {"h1": BUSY}, [group])

    assert refusal is not None
    assert refusal.grounds is Grounds.IN_USE
    assert aggregates.refuse_zone(group, "west", {"h1": IDLE}, [group]) is None
