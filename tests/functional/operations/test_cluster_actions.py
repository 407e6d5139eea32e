import uuid

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Action
from senlin_like.operations import cluster_actions


@pytest.fixture
def ask(deps, ctx, action):
    def send(name, **params):
        return action(cluster_actions.ask(deps, ctx, "web", name, params))

    return send


def test_a_resize_keeps_its_six_inputs(ask, a_cluster):
    a_cluster()

    asked = ask(
        "resize", adjustment_type="EXACT_CAPACITY", number=2.9, min_step=5, max_size=9
    )

    assert asked["action"] == "CLUSTER_RESIZE"
    assert asked["inputs"] == {
        "adjustment_type": "EXACT_CAPACITY",
        "number": 2,
        "min_size": None,
        "max_size": 9,
        "min_step": None,
        "strict": True,
    }


def test_a_percentage_keeps_its_fraction_and_step(ask, a_cluster, a_node):
    record = a_cluster()
    a_node("n1", cluster=record)

    asked = ask(
        "resize", adjustment_type="CHANGE_IN_PERCENTAGE", number=0.5, min_step=2
    )

    assert (asked["inputs"]["number"], asked["inputs"]["min_step"]) == (0.5, 2)


def test_a_resize_counts_nodes_not_wishes(ask, a_cluster, a_node):
    record = a_cluster(desired_capacity=5, max_size=6)
    a_node("n1", cluster=record)

    ask("resize", adjustment_type="CHANGE_IN_CAPACITY", number=5)

    with pytest.raises(exceptions.Invalid, match=r"capacity \(7\) is greater"):
        ask("resize", adjustment_type="CHANGE_IN_CAPACITY", number=6)


def test_without_strict_the_limits_count_later(ask, a_cluster):
    a_cluster(max_size=1)
    wish = {"adjustment_type": "EXACT_CAPACITY", "number": 5}

    with pytest.raises(exceptions.Invalid):
        ask("resize", strict=True, **wish)
    asked = ask("resize", strict=False, **wish)

    assert asked["inputs"]["strict"] is False


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "Not enough parameters to do resize action."),
        (
            {"adjustment_type": "EXACT_CAPACITY", "number": -1},
            "The 'number' must be non-negative integer for adjustment type "
            "'EXACT_CAPACITY'.",
        ),
        ({"number": 1}, "Missing adjustment_type value for size adjustment."),
        (
            {"adjustment_type": "X", "number": 1},
            "Value 'X' is not acceptable for field 'adjustment_type'.",
        ),
    ],
)
def test_a_bad_resize_is_refused_before_the_cluster(deps, ctx, params, message):
    with pytest.raises(exceptions.Invalid) as refusal:
        cluster_actions.ask(deps, ctx, "none", "resize", params)

    assert refusal.value.message == message


@pytest.mark.parametrize(
    ("params", "inputs"),
    [({}, {}), ({"count": None}, {}), ({"count": 3}, {"count": 3})],
)
@pytest.mark.parametrize("name", ["scale_out", "scale_in"])
def test_scaling_leaves_the_limits_to_the_action(ask, a_cluster, name, params, inputs):
    a_cluster(desired_capacity=1, min_size=1, max_size=1)

    asked = ask(name, **params)

    assert asked["action"] == f"CLUSTER_{name.upper()}"
    assert asked["inputs"] == inputs


@pytest.mark.parametrize("direction", ["in", "out"])
def test_scaling_by_nothing_is_refused(deps, ctx, direction):
    with pytest.raises(exceptions.Invalid) as refusal:
        cluster_actions.ask(deps, ctx, "none", f"scale_{direction}", {"count": 0})

    assert refusal.value.message == (
        f"Count for scale-{direction} request cannot be 0."
    )


def test_scaling_beyond_the_operators_limit_is_refused(ask, a_cluster):
    a_cluster(desired_capacity=1)

    with pytest.raises(exceptions.Invalid, match=r"maximum number.*\(1000\)"):
        ask("scale_out", count=1000)


def test_a_check_takes_anything(ask, a_cluster):
    a_cluster()

    assert ask("check", a=1, b=None)["inputs"] == {"a": 1, "b": None}


def test_a_check_may_sweep_up_earlier_ones(ask, a_cluster, finish, count_rows):
    a_cluster()
    for status in ("SUCCEEDED", "FAILED", "CANCELLED"):
        finish(ask("check")["id"], status)
    before = count_rows(Action)

    ask("check", delete_check_action=True)

    assert count_rows(Action) == before - 2 + 1


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"operation": "reboot", "operation_params": {"type": "soft"}},
        {"operation": "REBUILD", "check": True, "check_capacity": False},
        {"operation": "recreate", "operation_params": {"any": 1}},
    ],
)
def test_recovering_keeps_its_parameters(ask, a_cluster, params):
    a_cluster()

    assert ask("recover", **params)["inputs"] == params


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"bogus": 1}, "Action parameter ['bogus'] is not recognizable."),
        (
            {"operation_params": {}},
            "Action parameter ['operation_params'] is not recognizable.",
        ),
        (
            {"delete_timeout": 1},
            "Action parameter ['delete_timeout'] is not recognizable.",
        ),
        ({"operation": 5}, "operation has to be a string."),
        (
            {"operation": "ABANDON"},
            "Operation value 'ABANDON' has to be one of the following: REBOOT, "
            "REBUILD, RECREATE.",
        ),
        (
            {"operation": "REBOOT", "operation_params": "x"},
            "operation_params must be a map.",
        ),
        (
            {"operation": "REBOOT", "operation_params": {"type": "WARM"}},
            "Type field 'WARM' in operation_params has to be one of the following: "
            "SOFT, HARD.",
        ),
        (
            {"operation": "REBOOT", "operation_params": {"type": 5}},
            "Type field '5' in operation_params has to be one of the following: "
            "SOFT, HARD.",
        ),
    ],
)
def test_a_bad_recovery_is_refused(ask, a_cluster, params, message):
    a_cluster()

    with pytest.raises(exceptions.Invalid) as refusal:
        ask("recover", **params)

    assert refusal.value.message == message


def test_unknown_clusters_and_actions_are_refused(deps, ctx, stranger, a_cluster):
    record = a_cluster()

    with pytest.raises(exceptions.Invalid, match="Unrecognized action 'dance'"):
        cluster_actions.ask(deps, ctx, "web", "dance", {})
    with pytest.raises(exceptions.NotFound):
        cluster_actions.ask(deps, stranger, record["id"], "check", {})


def test_operations_reach_the_nodes_that_fit(deps, ctx, a_cluster, a_node, action):
    record = a_cluster()
    nodes = [a_node(f"n{i}", cluster=record, role=f"r{i}") for i in range(3)]

    asked = action(
        cluster_actions.operate(
            deps, ctx, "web", "reboot", {"type": "HARD"}, {"role": ["r0", "r2"]}
        )
    )

    assert asked["action"] == "CLUSTER_OPERATION"
    assert asked["name"] == f"cluster_reboot_{record['id'][:8]}"
    assert asked["inputs"] == {
        "operation": "reboot",
        "params": {"type": "HARD"},
        "nodes": [nodes[0]["id"], nodes[2]["id"]],
    }


@pytest.mark.parametrize(
    ("operation", "params", "filters", "message"),
    [
        (
            "fly",
            {},
            {},
            "The requested operation 'fly' is not supported by the profile type "
            "'os.nova.server-1.0'.",
        ),
        ("reboot", {"x": 1}, {}, "Unrecognizable parameter 'x'."),
        (
            "pause",
            None,
            {"a": "1", "b": "2"},
            "Filter key 'a' is unsupported.\nFilter key 'b' is unsupported.",
        ),
        (
            "pause",
            None,
            {"name": "x"},
            "No node (matching the filter) could be found.",
        ),
        (
            "pause",
            None,
            {"name": {"x": 1}},
            "The value of filter 'name' must be a text or a list of texts.",
        ),
    ],
)
def test_a_bad_operation_is_refused(
    deps, ctx, a_cluster, a_node, operation, params, filters, message
):
    a_node("n1", cluster=a_cluster())

    with pytest.raises(exceptions.Invalid) as refusal:
        cluster_actions.operate(deps, ctx, "web", operation, params, filters)

    assert refusal.value.message == message


def complete(deps, who, token, cluster="web"):
    params = {"lifecycle_action_token": token}
    return cluster_actions.ask(deps, who, cluster, "complete_lifecycle", params)


def test_a_token_ends_the_wait_for_a_hook(deps, ctx, ask, a_cluster, change, action):
    a_cluster()
    waiting = ask("check")["id"]
    change("action", waiting, status="WAITING_LIFECYCLE_COMPLETION")

    assert complete(deps, ctx, waiting) == waiting

    row = action(waiting)
    assert (row["status"], row["status_reason"]) == ("READY", "Lifecycle complete.")


def test_a_token_changes_nothing_else(deps, ctx, ask, a_cluster, change, action):
    a_cluster()
    running = ask("check")["id"]
    change("action", running, status="RUNNING")

    assert complete(deps, ctx, running) == running

    assert action(running)["status"] == "RUNNING"


def test_tokens_of_others_are_unknown(deps, ctx, stranger, ask, a_cluster, action):
    a_cluster()
    token = ask("check")["id"]
    a_cluster("other")
    a_cluster("web", who=stranger)

    for who, cluster, text in (
        (ctx, "other", token),
        (stranger, "web", token),
        (ctx, "web", str(uuid.uuid4())),
        (ctx, "web", token[:8]),
        (ctx, "web", "\x00"),
    ):
        with pytest.raises(exceptions.NotFound, match="action"):
            complete(deps, who, text, cluster)
