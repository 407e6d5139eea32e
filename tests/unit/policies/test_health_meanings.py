"""What health policies say of looking and repairing."""

import pytest

from senlin_like import exceptions
from senlin_like.domain.health import Breaker, Mode
from senlin_like.policies import base, health, registry

PLAIN = {"detection": {"detection_modes": [{"type": "NODE_STATUS_POLLING"}]}}


def read(properties, version="1.2"):
    kind = registry.load().get(f"senlin.policy.health-{version}")
    spec = {"type": "senlin.policy.health", "version": version}
    return kind, kind.check_spec(spec | {"properties": properties})


def problem(properties, version="1.2"):
    kind, checked = read(properties, version)
    return kind.problem(checked, base.Limits())


def asked(**options):
    given = {"poll_url": "http://{nodename}:8080/", **options}
    mode = {"type": "NODE_STATUS_POLL_URL", "options": given}
    return {"detection": {"detection_modes": [mode]}, "recovery": {}}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"poll_url": "ftp://{nodename}"}, "has to begin with http"),
        ({"poll_url": "http://169.254.169.254/"}, "never asked"),
        ({"poll_url": "http://u:p@{nodename}/"}, "a user or a password"),
        ({"poll_url_healthy_response": "("}, "is no regular expression"),
        ({"poll_url_healthy_response": "(" * 900}, "is no regular expression"),
        ({"poll_url_healthy_response": "a" * 1025}, "at most 1024 characters"),
        (
            {"poll_url_healthy_response": "(?:(?:a{1000}){1000}){1000}"},
            "repeats too often",
        ),
        ({"poll_url_healthy_response": "a{ 0 , 99999999 }"}, "repeats too often"),
    ],
)
def test_what_can_not_be_asked_is_refused(options, reason):
    assert reason in problem(asked(**options))


@pytest.mark.parametrize("pattern", ["", "ok|fine", r"^\d{1,3}(\.\d{1,3}){3}$"])
def test_ordinary_answers_are_fine(pattern):
    assert problem(asked(poll_url_healthy_response=pattern)) is None


def test_own_limits_of_repairs_came_with_a_version():
    limits = {"max_unhealthy_percent": 20, "max_repairs_in_flight": 3}
    with pytest.raises(exceptions.InvalidSpec):
        read({**PLAIN, "recovery": limits})

    _, checked = read({**PLAIN, "recovery": limits}, "1.3")
    usual = Breaker()

    assert health.meaning(checked).breaker(usual) == Breaker(**limits)
    assert health.meaning(read({**PLAIN, "recovery": {}})[1]).breaker(usual) == usual


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_unhealthy_percent": 101}, "must be <= 100"),
        ({"max_unhealthy_percent": -1}, "must be >= 0"),
        ({"max_repairs_in_flight": -1}, "must be >= 0"),
    ],
)
def test_limits_of_repairs_have_bounds(limits, reason):
    assert reason in problem({**PLAIN, "recovery": limits}, "1.3")


@pytest.mark.parametrize(
    ("recovery", "inputs"),
    [
        ({}, {}),
        ({"actions": [{"name": "REBOOT"}]}, {"operation": "REBOOT"}),
        (
            {"actions": [{"name": "RECREATE"}], "fencing": ["COMPUTE"]},
            {
                "operation": "RECREATE",
                "operation_params": {"fence_compute": True},
            },
        ),
        (
            {"actions": [{"name": "REBUILD"}], "fencing": ["COMPUTE"]},
            {"operation": "REBUILD"},
        ),
        ({"node_delete_timeout": 9, "node_force_recreate": True}, {}),
        (
            {"actions": [{"name": "REBOOT", "params": {"type": "soft"}}]},
            {"operation": "REBOOT", "operation_params": {"type": "soft"}},
        ),
        (
            {"actions": [{"name": "REBUILD", "params": {"image": "new"}}]},
            {"operation": "REBUILD", "operation_params": {"image": "new"}},
        ),
        (
            {"actions": [{"name": "RECREATE", "params": {"fence_compute": True}}]},
            {"operation": "RECREATE", "operation_params": {"fence_compute": True}},
        ),
        (
            {
                "actions": [{"name": "RECREATE", "params": {"fence_compute": False}}],
                "fencing": ["COMPUTE"],
            },
            {"operation": "RECREATE", "operation_params": {"fence_compute": True}},
        ),
        ({"actions": [{"name": "REBOOT", "params": {}}]}, {"operation": "REBOOT"}),
        (
            {"actions": [{"name": "REBOOT", "params": {"old": 1, "type": 7}}]},
            {"operation": "REBOOT"},
        ),
    ],
)
def test_a_recovery_has_its_inputs(recovery, inputs):
    found = health.meaning(read({**PLAIN, "recovery": recovery})[1]).recovery

    assert found == {
        "delete_timeout": recovery.get("node_delete_timeout", 20),
        "force_recreate": recovery.get("node_force_recreate", False),
        **inputs,
    }


@pytest.mark.parametrize("name", ["REBOOT", "REBUILD", "RECREATE", None])
@pytest.mark.parametrize("fencing", [[], ["COMPUTE"]])
def test_what_is_gone_is_made_anew(name, fencing):
    params = {"REBOOT": {"type": "SOFT"}, "REBUILD": {"image": "new"}}
    actions = [{"name": name, "params": params.get(name)}] if name else []
    recovery = {"actions": actions, "fencing": fencing}

    found = health.meaning(read({**PLAIN, "recovery": recovery})[1]).if_gone

    assert found["operation"] == "RECREATE"
    fenced = {"fence_compute": True} if fencing else None
    assert found.get("operation_params") == fenced


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        (
            "REBOOT",
            {"type": "x"},
            "the 'type' for 'params' of 'REBOOT' must be one of the following: "
            "SOFT, HARD",
        ),
        (
            "REBOOT",
            {"type": 1},
            "the 'type' for 'params' of 'REBOOT' must be one of the following: "
            "SOFT, HARD",
        ),
        (
            "REBUILD",
            {"image": ""},
            "the 'image' for 'params' of 'REBUILD' must be a string",
        ),
        (
            "RECREATE",
            {"fence_compute": "yes"},
            "the 'fence_compute' for 'params' of 'RECREATE' must be a boolean",
        ),
        (
            "RECREATE",
            {"typ": "SOFT"},
            "the 'params' for 'RECREATE' may only have fence_compute, not 'typ'",
        ),
        ("REBOOT", {"type": None}, None),
        ("REBOOT", {"type": "hard"}, None),
        ("REBUILD", {"image": "cirros"}, None),
    ],
)
def test_params_have_to_fit_their_operation(name, params, reason):
    recovery = {"actions": [{"name": name, "params": params}]}

    assert problem({**PLAIN, "recovery": recovery}) == reason


@pytest.mark.parametrize(
    ("mode", "action", "fits"),
    [
        (Mode.STATUS, "RECREATE", True),
        (Mode.STATUS, "REBOOT", False),
        (Mode.STATUS, "REBUILD", False),
        (Mode.HYPERVISOR, "RECREATE", False),
    ],
)
def test_some_is_only_for_servers(mode, action, fits):
    kind, checked = read(
        {
            "detection": {"detection_modes": [{"type": str(mode)}]},
            "recovery": {"actions": [{"name": action}]},
        }
    )

    assert (kind.misfit(checked, "os.heat.stack-1.0") is None) == fits
    assert kind.misfit(checked, "os.nova.server-1.0") is None


def test_the_cloud_tells_of_servers_and_stacks_alone():
    modes = {"detection_modes": [{"type": "LIFECYCLE_EVENTS"}]}
    kind, checked = read({"detection": modes, "recovery": {}})

    reason = kind.misfit(checked, "container.dockerinc.docker-1.0")

    assert reason == (
        "Detection mode LIFECYCLE_EVENTS is only for servers and stacks, not for "
        "profile type: container.dockerinc.docker-1.0."
    )
    assert kind.misfit(checked, "os.heat.stack-1.0") is None
    assert kind.misfit(checked, "os.nova.server-1.0") is None


def test_the_word_of_load_balancers_came_with_a_version():
    modes = [{"type": "LB_MEMBER_STATUS_POLLING"}]
    spec = {"detection": {"detection_modes": modes}, "recovery": {}}
    with pytest.raises(exceptions.InvalidSpec, match=r"min_version=1\.4"):
        read(spec, "1.3")

    kind, checked = read(spec, "1.4")

    assert health.meaning(checked).modes == (Mode.MEMBER,)
    assert kind.misfit(checked, "os.nova.server-1.0") is None
    assert "only for servers" in kind.misfit(checked, "os.heat.stack-1.0")
