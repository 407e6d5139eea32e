"""What all policy types say of themselves, and how they read specs."""

import pytest

from senlin_like import exceptions
from senlin_like.policies import base, registry

TYPES = registry.load()
MODE = {"type": "NODE_STATUS_POLLING"}
#: The least that a spec of each type says.
LEAST = {
    "affinity": {},
    "batch": {},
    "deletion": {},
    "health": {"detection": {"detection_modes": [MODE]}, "recovery": {}},
    "loadbalance": {"pool": {"subnet": "s"}, "vip": {"subnet": "s"}},
    "region_placement": {"regions": [{"name": "r"}]},
    "scaling": {"event": "CLUSTER_SCALE_OUT"},
    "zone_placement": {"zones": [{"name": "z"}]},
}


def a_spec(name, properties):
    kind, _, version = name.rpartition("-")
    return {"type": kind, "version": version, "properties": properties}


def least(name):
    return LEAST[name.rpartition("-")[0].removeprefix("senlin.policy.")]


@pytest.fixture(params=TYPES.names())
def name(request):
    return request.param


@pytest.fixture
def plugin(name):
    return TYPES.get(name)


def test_the_types_are_those_of_senlin():
    assert {name.rpartition("-")[0] for name in TYPES.names()} == {
        f"senlin.policy.{kind}" for kind in LEAST
    }


def test_every_version_that_is_supported_is_installed(plugin):
    for version in plugin.support:
        assert TYPES.get(f"{plugin.name}-{version}").name == plugin.name


def test_the_version_has_its_support_statuses(name, plugin):
    statuses = plugin.support[name.rpartition("-")[2]]

    assert statuses
    for one in statuses:
        assert one["status"] in ("EXPERIMENTAL", "SUPPORTED")
        assert one["since"][:2] == "20"


def test_an_unknown_type_or_version_is_not_found():
    for unknown in ("senlin.policy.scaling", "senlin.policy.scaling-1.1"):
        with pytest.raises(exceptions.NotFound) as refusal:
            TYPES.get(unknown)
        assert refusal.value.message == (
            f"The policy_type '{unknown}' could not be found."
        )


def test_a_small_spec_is_read_with_all_keys_and_makes_sense(name, plugin):
    read = plugin.check_spec(a_spec(name, least(name)))

    assert set(read) == set(plugin.schema())
    assert plugin.problem(read, base.Limits()) is None


def test_what_was_read_can_be_read_again(name, plugin):
    read = plugin.check_spec(a_spec(name, least(name)))

    assert plugin.check_spec(a_spec(name, read)) == read


def test_an_unknown_property_is_refused(name, plugin):
    with pytest.raises(
        exceptions.InvalidSpec, match="Unrecognizable spec item 'bogus'"
    ):
        plugin.check_spec(a_spec(name, least(name) | {"bogus": 1}))


def test_a_spec_may_describe_itself(name, plugin):
    spec = a_spec(name, least(name)) | {"description": "What it is for."}

    assert plugin.check_spec(spec) == plugin.check_spec(a_spec(name, least(name)))


def test_no_property_can_be_updated_and_all_are_described(plugin):
    def look(properties):
        for prop in properties.values():
            assert prop["description"]
            assert not prop["updatable"]
            look(prop.get("schema", {}))

    look(plugin.schema())


def schema_of(kind, *path):
    found = TYPES.get(f"senlin.policy.{kind}-1.0").schema()
    for step in path[:-1]:
        found = found[step]["schema"]
    return found[path[-1]]


@pytest.mark.parametrize(
    ("path", "kind", "default"),
    [
        ("scaling.adjustment", "Map", None),
        ("scaling.adjustment.type", "String", "CHANGE_IN_CAPACITY"),
        ("scaling.adjustment.number", "Number", 1),
        ("scaling.adjustment.min_step", "Integer", 1),
        ("scaling.adjustment.best_effort", "Boolean", False),
        ("scaling.adjustment.cooldown", "Integer", 0),
        ("batch.min_in_service", "Integer", 1),
        ("batch.max_batch_size", "Integer", -1),
        ("batch.pause_time", "Integer", 60),
        ("region_placement.regions.*.weight", "Integer", 100),
        ("region_placement.regions.*.cap", "Integer", -1),
        ("zone_placement.zones.*.name", "String", None),
        ("zone_placement.zones.*.weight", "Integer", 100),
        ("affinity.servergroup.policies", "String", "anti-affinity"),
        ("affinity.enable_drs_extension", "Boolean", False),
        ("deletion.criteria", "String", "RANDOM"),
        ("deletion.destroy_after_deletion", "Boolean", True),
        ("deletion.grace_period", "Integer", 0),
        ("deletion.reduce_desired_capacity", "Boolean", True),
        ("deletion.hooks", "Map", {}),
        ("deletion.hooks.type", "String", "zaqar"),
        ("deletion.hooks.params.queue", "String", ""),
        ("deletion.hooks.timeout", "Integer", 0),
        ("loadbalance.pool.protocol_port", "Integer", 80),
        ("loadbalance.pool.lb_method", "String", "ROUND_ROBIN"),
        ("loadbalance.pool.session_persistence", "Map", {}),
        ("loadbalance.vip.connection_limit", "Integer", -1),
        ("loadbalance.health_monitor", "Map", None),
        ("loadbalance.health_monitor.type", "String", "PING"),
        ("loadbalance.health_monitor.delay", "Integer", 10),
        ("loadbalance.health_monitor.timeout", "Integer", 5),
        ("loadbalance.health_monitor.max_retries", "Integer", 3),
        ("loadbalance.lb_status_timeout", "Integer", 300),
        ("health.detection.interval", "Integer", 60),
        ("health.detection.node_update_timeout", "Integer", 300),
        ("health.detection.recovery_conditional", "String", "ANY_FAILED"),
        ("health.detection.detection_modes.*.options.poll_url", "String", ""),
        (
            "health.detection.detection_modes.*.options.poll_url_retry_limit",
            "Integer",
            3,
        ),
        ("health.recovery.node_delete_timeout", "Integer", 20),
        ("health.recovery.node_force_recreate", "Boolean", False),
    ],
)
def test_types_and_defaults_are_those_of_senlin(path, kind, default):
    shown = schema_of(*path.split("."))

    assert (shown["type"], shown.get("default")) == (kind, default)
    assert not shown["required"]


@pytest.mark.parametrize(
    "path",
    [
        "scaling.event",
        "loadbalance.pool.subnet",
        "health.detection",
        "health.recovery",
        "health.detection.detection_modes.*.type",
        "health.recovery.actions.*.name",
    ],
)
def test_what_is_required_is_what_senlin_requires(path):
    assert schema_of(*path.split("."))["required"]
