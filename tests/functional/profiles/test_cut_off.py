"""Whatever is cut off wherever: one object per node, and nothing left of it."""

import hypothesis
import pytest
from hypothesis import strategies

from senlin_like.profiles.docker_container import plugin as docker
from senlin_like.profiles.heat_stack import plugin as heat
from senlin_like.profiles.nova_server import plugin as nova

SERVER = {
    "flavor": "m1.tiny",
    "image": "cirros-0.4.0-x86_64-disk",
    "networks": [
        {"network": "private", "floating_network": "public"},
        {"network": "private", "subnet": "private-subnet"},
    ],
}
STACK = {"template": {"heat_template_version": "2018-08-31"}}
CONTAINER = {"image": "cirros", "host_node": "h"}
KINDS = {
    "server": (nova.NovaServer, SERVER),
    "stack": (heat.HeatStack, STACK),
    "container": (docker.DockerContainer, CONTAINER),
}


def objects(bench, kind):
    if kind == "container":
        return bench.containers()
    return bench.servers() if kind == "server" else bench.stacks()


def begin(make, kind):
    plugin, properties = KINDS[kind]
    bench = make(plugin())
    bench.use(**properties)
    if kind == "container":
        bench.add_host()
    return bench


def addresses(bench):
    """Give the public addresses that the node's records name."""
    records = bench.node.data.get("internal_ports", ())
    return [
        record["floating"]["floating_ip_address"]
        for record in records
        if record.get("floating")
    ]


def check_one(bench, kind):
    [made] = objects(bench, kind)
    assert made.id == bench.node.physical_id
    if kind == "server":
        records = bench.node.data["internal_ports"]
        assert {one.id for one in bench.ports()} == {one["id"] for one in records}
        assert len(records) == 2
        assert addresses(bench) == bench.public()
        assert len(bench.public()) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crash", range(1, 16))
def test_creating_survives_a_crash_after_each_call(make, kind, crash):
    bench = begin(make, kind)
    bench.crashes.add(crash)

    bench.run("create")

    check_one(bench, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crash", range(1, 12))
def test_deleting_survives_a_crash_after_each_call(make, kind, crash):
    bench = begin(make, kind)
    bench.run("create")
    bench.calls.clear()
    bench.crashes.add(crash)

    bench.run("delete", {})

    assert objects(bench, kind) == []
    assert bench.ports() == []
    assert bench.public() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crash", range(1, 25))
def test_recreating_survives_a_crash_after_each_call(make, kind, crash):
    bench = begin(make, kind)
    bench.run("create")
    before = bench.node.physical_id
    bench.calls.clear()
    bench.crashes.add(crash)

    bench.run("recover", {})

    assert bench.node.physical_id != before
    check_one(bench, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crash", range(1, 9))
def test_a_creation_that_is_given_up_can_be_deleted(make, kind, crash):
    bench = begin(make, kind)
    bench.crashes.add(crash)
    bench.give_up("create")

    bench.run("delete", {})

    assert objects(bench, kind) == []
    assert bench.ports() == []
    assert bench.public() == []


@pytest.mark.parametrize("kind", KINDS)
@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(crashes=strategies.sets(strategies.integers(1, 40), max_size=10))
def test_any_crashes_end_the_same(make, kind, crashes):
    bench = begin(make, kind)
    bench.crashes.update(crashes)

    bench.run("create")

    check_one(bench, kind)

    bench.run("recover", {})

    check_one(bench, kind)

    bench.run("delete", {})

    assert objects(bench, kind) == []
    assert bench.ports() == []
    assert bench.public() == []
