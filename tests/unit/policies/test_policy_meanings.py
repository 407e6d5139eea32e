# ruff: noqa: E501 - texts of the wire stay in one piece
"""What each policy type finds wrong with specs of the right shape."""

import pytest

from senlin_like import exceptions
from senlin_like.policies import base, registry
from senlin_like.policies.references import Kind

TYPES = registry.load()
POLL = {"type": "NODE_STATUS_POLLING"}
URL = {"type": "NODE_STATUS_POLL_URL", "options": {"poll_url": "http://n"}}
HYPERVISOR = {"type": "HYPERVISOR_STATUS_POLLING"}
EVENTS = {"type": "LIFECYCLE_EVENTS"}


def read(kind, properties):
    name = f"senlin.policy.{kind}"
    spec = {"type": name, "version": "1.0", "properties": properties}
    return TYPES.get(f"{name}-1.0").check_spec(spec)


def problem(kind, properties, **limits):
    plugin = TYPES.get(f"senlin.policy.{kind}-1.0")
    return plugin.problem(read(kind, properties), base.Limits(**limits))


def scaled(**adjustment):
    return {"event": "CLUSTER_SCALE_OUT", "adjustment": adjustment}


def watched(*modes, actions=(), **detection):
    return {
        "detection": {"detection_modes": list(modes), **detection},
        "recovery": {"actions": [{"name": name} for name in actions]},
    }


def balanced(**changes):
    return {"pool": {"subnet": "s"}, "vip": {"subnet": "v"}, **changes}


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("scaling", scaled(number=0), "the 'number' for 'adjustment' must be > 0"),
        ("scaling", scaled(number=-1.5), "the 'number' for 'adjustment' must be > 0"),
        ("scaling", scaled(number=0.5), None),
        ("scaling", scaled(min_step=-1), "the 'min_step' for 'adjustment' must be >= 0"),
        ("scaling", scaled(cooldown=-1), "the 'cooldown' for 'adjustment' must be >= 0"),
        ("scaling", scaled(min_step=0, cooldown=0), None),
        ("batch", {"max_batch_size": 0}, "the 'max_batch_size' must be > 0, or -1 for no limit"),
        ("batch", {"max_batch_size": -2}, "the 'max_batch_size' must be > 0, or -1 for no limit"),
        ("batch", {"max_batch_size": 1, "pause_time": 0}, None),
        ("batch", {"pause_time": -1}, "the 'pause_time' must be >= 0"),
        ("batch", {"min_in_service": -1}, "the 'min_in_service' must be >= 0"),
        ("deletion", {"grace_period": -1}, "the 'grace_period' must be >= 0"),
        ("deletion", {"hooks": {"timeout": -1}}, "the 'timeout' for 'hooks' must be >= 0"),
        ("deletion", {"hooks": {"type": "webhook"}}, "the 'url' for 'hooks' of type 'webhook' must be given"),
        ("deletion", {"hooks": {"type": "webhook", "params": {"url": "http://h"}}}, None),
        ("deletion", {"hooks": {"params": {"queue": "q"}}}, None),
        ("deletion", {"hooks": {}}, None),
        ("deletion", {"hooks": {"timeout": 5}}, "the 'queue' for 'hooks' of type 'zaqar' must be given"),
        ("deletion", {"hooks": {"params": {"queue": "a/b"}}}, "the 'queue' for 'hooks' must have 1 to 64 letters of ASCII, digits, '_' and '-'"),
        ("deletion", {"hooks": {"params": {"queue": "q" * 65}}}, "the 'queue' for 'hooks' must have 1 to 64 letters of ASCII, digits, '_' and '-'"),
        ("deletion", {"hooks": {"params": {"queue": "q"}, "timeout": 2_592_001}}, "the 'timeout' for 'hooks' must be <= 2592000"),
        ("deletion", {"hooks": {"type": "webhook", "params": {"url": "ftp://h"}}}, "the 'url' for 'hooks' can't be asked: it has to begin with http:// or https://"),
        ("deletion", {"hooks": {"type": "webhook", "params": {"url": "http://169.254.169.254/"}}}, "the 'url' for 'hooks' can't be asked: link-local and metadata addresses are never asked: 169.254.169.254"),
        ("region_placement", {}, "the 'regions' must name at least one place"),
        ("region_placement", {"regions": [{"weight": 1}]}, "the 'name' for 'regions' must be given"),
        ("region_placement", {"regions": [{"name": "r", "weight": -1}]}, "the 'weight' for 'regions' must be >= 0"),
        ("zone_placement", {"zones": []}, "the 'zones' must name at least one place"),
        ("zone_placement", {"zones": [{"name": "z", "weight": 0}]}, "the 'weight' for 'zones' must be > 0 at least once"),
        ("zone_placement", {"zones": [{"name": "z", "weight": 0}, {"name": "y"}]}, None),
        ("loadbalance", {"vip": {"subnet": "s"}}, "Required spec item 'pool' not provided"),
        ("loadbalance", {"pool": {"subnet": "s"}}, "Required spec item 'vip' not provided"),
        ("loadbalance", balanced(vip={}), "At least one of VIP Subnet or Network must be defined."),
        ("loadbalance", balanced(vip={"network": "n"}), None),
        ("loadbalance", balanced(pool={"subnet": "s", "protocol_port": 0}), "the 'protocol_port' for 'pool' must be from 1 to 65535"),
        ("loadbalance", balanced(vip={"subnet": "s", "protocol_port": 65536}), "the 'protocol_port' for 'vip' must be from 1 to 65535"),
        ("loadbalance", balanced(lb_status_timeout=0), "the 'lb_status_timeout' must be >= 1"),
        ("loadbalance", balanced(pool={"subnet": ""}), "the 'subnet' for 'pool' must be given"),
        ("loadbalance", balanced(pool={"subnet": " "}), "the 'subnet' for 'pool' must be given"),
        ("loadbalance", balanced(vip={"subnet": "s", "address": "x"}), "the 'address' for 'vip' must be an IP address: 'x'"),
        ("loadbalance", balanced(vip={"subnet": "s", "address": ""}), "the 'address' for 'vip' must be an IP address: ''"),
        ("loadbalance", balanced(vip={"subnet": "s", "address": "10.0.0.0/8"}), "the 'address' for 'vip' must be an IP address: '10.0.0.0/8'"),
        ("loadbalance", balanced(vip={"subnet": "s", "address": "fe80::1%eth0"}), "the 'address' for 'vip' must be an IP address: 'fe80::1%eth0'"),
        ("loadbalance", balanced(vip={"subnet": "s", "address": "fd00::1"}), None),
        ("loadbalance", balanced(vip={"subnet": "s", "address": "10.0.0.9"}), None),
        ("loadbalance", balanced(vip={"subnet": "s", "connection_limit": -2}), "the 'connection_limit' for 'vip' must be >= -1"),
        ("loadbalance", balanced(health_monitor={"delay": -1}), "the 'delay' for 'health_monitor' must be >= 0"),
        ("loadbalance", balanced(health_monitor={"timeout": -5}), "the 'timeout' for 'health_monitor' must be >= 0"),
        ("loadbalance", balanced(health_monitor={"max_retries": 0}), "the 'max_retries' for 'health_monitor' must be >= 1"),
        ("loadbalance", balanced(health_monitor={"max_retries": 11}), "the 'max_retries' for 'health_monitor' must be <= 10"),
        ("loadbalance", balanced(health_monitor={"delay": 0, "timeout": 0, "max_retries": 1}), None),
        ("loadbalance", balanced(health_monitor={"max_retries": 10}), None),
        ("loadbalance", balanced(health_monitor={}), None),
        ("health", watched(), "the 'detection_modes' for 'detection' must have at least one item"),
        ("health", {"detection": {}, "recovery": {}}, "the 'detection_modes' for 'detection' must have at least one item"),
        ("health", watched(POLL, URL, HYPERVISOR), None),
        ("health", watched(EVENTS), None),
        ("health", watched(POLL, EVENTS), "Invalid detection modes in health policy: NODE_STATUS_POLLING, LIFECYCLE_EVENTS"),
        ("health", watched(EVENTS, EVENTS), "Invalid detection modes in health policy: LIFECYCLE_EVENTS, LIFECYCLE_EVENTS"),
        ("health", watched(POLL, POLL), "Duplicate detection modes are not allowed in health policy: NODE_STATUS_POLLING, NODE_STATUS_POLLING"),
        ("health", watched(URL, {**URL, "options": {"poll_url": "http://m"}}), "Duplicate detection modes are not allowed in health policy: NODE_STATUS_POLL_URL, NODE_STATUS_POLL_URL"),
        ("health", watched({"type": "NODE_STATUS_POLL_URL"}), "the 'poll_url' for 'NODE_STATUS_POLL_URL' must be given"),
        ("health", watched({**URL, "options": {"poll_url": "http://n", "poll_url_retry_limit": -1}}), "the 'poll_url_retry_limit' for 'options' must be >= 0"),
        ("health", watched(POLL, actions=["REBOOT", "REBUILD"]), "the 'actions' for 'recovery' must have at most one item"),
        ("health", watched(POLL, actions=["REBOOT"]), None),
        ("health", watched(POLL, node_update_timeout=-1), "the 'node_update_timeout' for 'detection' must be >= 0"),
    ],
)  # fmt: skip
def test_a_problem_has_its_reason(kind, properties, expected):
    assert problem(kind, properties) == expected


def test_health_checks_are_not_too_frequent():
    spec = watched(POLL, interval=10)

    assert problem("health", spec, check_interval_min_s=10) is None
    assert problem("health", spec, check_interval_min_s=11) == (
        "the 'interval' for 'detection' must be >= 11"
    )


def test_a_scaling_policy_without_adjustment_has_all_defaults():
    assert read("scaling", {"event": "CLUSTER_SCALE_IN"})["adjustment"] == {
        "type": "CHANGE_IN_CAPACITY",
        "number": 1,
        "min_step": 1,
        "best_effort": False,
        "cooldown": 0,
    }


def test_a_mode_without_options_has_all_defaults():
    (mode,) = read("health", watched(POLL))["detection"]["detection_modes"]

    assert mode["options"] == {
        "poll_url": "",
        "poll_url_ssl_verify": True,
        "poll_url_conn_error_as_unhealthy": True,
        "poll_url_healthy_response": "",
        "poll_url_retry_limit": 3,
        "poll_url_retry_interval": 3,
    }


def test_the_old_layout_of_health_policies_is_refused():
    detection = {"type": "NODE_STATUS_POLLING", "options": {"interval": 60}}

    with pytest.raises(exceptions.InvalidSpec, match="Unrecognizable spec item 'type'"):
        read("health", {"detection": detection, "recovery": {}})


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("scaling", {"event": "CLUSTER_SCALE_IN"}, []),
        ("batch", {}, []),
        ("deletion", {}, []),
        ("health", watched(POLL), []),
        ("affinity", {}, []),
        ("affinity", {"availability_zone": "z"}, [(Kind.AVAILABILITY_ZONE, "z")]),
        ("zone_placement", {"zones": [{"name": "z"}]}, [(Kind.ZONES, "z")]),
        (
            "region_placement",
            {"regions": [{"name": "r"}, {"name": "s"}]},
            [(Kind.REGIONS, "r", "s")],
        ),
        ("loadbalance", balanced(), [(Kind.SUBNET, "s"), (Kind.SUBNET, "v")]),
        (
            "loadbalance",
            balanced(
                vip={"subnet": "v", "network": "n"}, flavor_id="f", loadbalancer="l"
            ),
            [
                (Kind.SUBNET, "s"),
                (Kind.FLAVOR, "f"),
                (Kind.SUBNET, "v"),
                (Kind.NETWORK, "n"),
                (Kind.LOAD_BALANCER, "l"),
            ],
        ),
    ],
)
def test_what_is_named_is_looked_up_in_order(kind, properties, expected):
    plugin = TYPES.get(f"senlin.policy.{kind}-1.0")

    named = plugin.references(read(kind, properties))

    assert [(one.kind, *one.names) for one in named] == expected
