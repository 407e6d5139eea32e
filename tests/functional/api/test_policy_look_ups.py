"""What a policy names has to be in the cloud when it is created."""

import copy

import pytest

from senlin_like.simulated_cloud.faults import Effect

POOL = {"subnet": "private-subnet"}
VIP = {"subnet": "private-subnet"}


def spec_of(kind, version="1.0", /, **properties):
    return {
        "type": f"senlin.policy.{kind}",
        "version": version,
        "properties": properties,
    }


def balanced(**changes):
    return spec_of("loadbalance", "1.3", **{"pool": POOL, "vip": VIP, **changes})


def create(client, spec):
    return client.post("/v1/policies", {"policy": {"name": "y", "spec": spec}})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pool": {"subnet": ""}}, "the 'subnet' for 'pool' must be given"),
        (
            {"vip": {"subnet": "private-subnet", "address": "x"}},
            "the 'address' for 'vip' must be an IP address: 'x'",
        ),
        (
            {"health_monitor": {"delay": -1, "timeout": -5, "max_retries": -3}},
            "the 'delay' for 'health_monitor' must be >= 0",
        ),
    ],
)
def test_a_balancer_that_can_not_be_is_refused_without_a_look(client, changes, message):
    spec = balanced(**changes)

    created = create(client, spec)
    validated = client.post("/v1/policies/validate", {"policy": {"spec": spec}})

    assert (created.status, validated.status) == (400, 400)
    assert message in created.message
    assert message in validated.message


@pytest.mark.parametrize(
    "spec",
    [
        balanced(),
        balanced(vip={"network": "private"}, flavor_id="amphora"),
        spec_of("affinity", availability_zone="nova"),
        spec_of("zone_placement", zones=[{"name": "nova"}, {"name": "ZONE1"}]),
        spec_of("region_placement", regions=[{"name": "RegionOne", "cap": 5}]),
    ],
    ids=lambda spec: spec["type"],
)
def test_what_is_there_is_fine(client, spec):
    given = copy.deepcopy(spec)

    reply = create(client, spec)

    assert reply.status == 201
    assert reply.json["policy"]["spec"] == given


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            balanced(pool={"subnet": "x"}),
            "The specified subnet 'x' could not be found.",
        ),
        (balanced(vip={"subnet": "x"}), "The specified subnet 'x' could not be found."),
        (
            balanced(vip={"subnet": "private-subnet", "network": "x"}),
            "The specified network 'x' could not be found.",
        ),
        (balanced(flavor_id="x"), "The specified flavor_id 'x' could not be found."),
        (
            balanced(loadbalancer="x"),
            "The specified loadbalancer 'x' could not be found.",
        ),
        (
            spec_of("affinity", availability_zone="x"),
            "The specified availability_zone 'x' could not be found.",
        ),
        (
            spec_of("zone_placement", zones=[{"name": "x"}, {"name": "nova"}]),
            "The specified zones '['x']' could not be found.",
        ),
        (
            spec_of("region_placement", regions=[{"name": "y"}, {"name": "x"}]),
            "The specified regions '['x', 'y']' could not be found.",
        ),
    ],
)
def test_what_is_not_there_is_named_and_only_creation_looks(client, spec, message):
    created = create(client, spec)
    validated = client.post("/v1/policies/validate", {"policy": {"spec": spec}})

    assert (created.status, created.type) == (400, "InvalidSpec")
    assert created.message == message
    assert validated.status == 200
    assert client.get("/v1/policies").json == {"policies": []}


def test_a_zone_that_is_not_available_is_not_there(client, deps):
    deps.driver.controls.put_thing(
        "zone", {"name": "down", "attributes": {"is_available": False}}
    )

    reply = create(client, spec_of("zone_placement", zones=[{"name": "down"}]))

    assert reply.message == "The specified zones '['down']' could not be found."


def test_a_cloud_that_is_busy_is_asked_later(client, deps):
    deps.driver.controls.add_fault(
        {"effect": Effect.BUSY, "method": "network.find_subnet"}
    )

    reply = create(client, balanced())

    assert reply.status == 503
    assert reply.headers["retry-after"]
    assert client.get("/v1/policies").json == {"policies": []}


def test_the_cloud_is_not_asked_where_nothing_is_named(client, deps, policy_spec):
    deps.driver.controls.add_fault({"effect": Effect.BUSY, "method": "*"})

    assert create(client, policy_spec).status == 201
    assert create(client, spec_of("affinity")).status == 201
