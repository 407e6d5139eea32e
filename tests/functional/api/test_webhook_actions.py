"""What comes of a trigger: with a stepped engine, from the webhook to the nodes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from senlin_like.domain.enums import Kind

KINDS = sorted(str(kind) for kind in Kind if kind.startswith("CLUSTER_"))
#: Those that leave the cluster there, so that the next example finds it.
LASTING = [kind for kind in KINDS if kind not in ("CLUSTER_CREATE", "CLUSTER_DELETE")]


def test_a_webhook_makes_nodes(service, trigger):
    action = trigger("CLUSTER_SCALE_OUT", None, {"count": 2})

    cluster = service.get("/v1/clusters/c").json["cluster"]
    nodes = service.get("/v1/nodes").json["nodes"]
    assert action["status"] == "SUCCEEDED"
    assert cluster["desired_capacity"] == len(cluster["nodes"]) == len(nodes) == 3
    assert {node["status"] for node in nodes} == {"ACTIVE"}


def test_texts_count_as_numbers(service, trigger):
    action = trigger("CLUSTER_SCALE_OUT", {"count": "2", "alarm_id": "x"})

    assert action["status"] == "SUCCEEDED"
    assert len(service.get("/v1/clusters/c").json["cluster"]["nodes"]) == 3


def test_a_webhook_deletes_its_cluster_and_itself(service, trigger):
    action = trigger("CLUSTER_DELETE", None)

    assert action["status"] == "SUCCEEDED"
    assert service.get("/v1/clusters/c").status == 404
    assert service.get("/v1/receivers").json == {"receivers": []}


def test_receivers_go_with_a_cluster_that_is_deleted_by_force(service, stage, trigger):
    trigger("CLUSTER_CHECK", None)
    assert service.delete("/v1/clusters/c").status == 409

    service.delete("/v1/clusters/c?force=true")
    assert len(service.get("/v1/receivers").json["receivers"]) == 1
    stage.drain()

    assert service.get("/v1/receivers").json == {"receivers": []}


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"operation": "nope"}, "nope"),
        ({"operation": "reboot", "params": {"type": "weird"}}, "weird"),
        ({"operation": "reboot", "params": {"sort": "SOFT"}}, "sort"),
        ({"operation": "change_flavor", "params": {}}, "flavor"),
    ],
)
def test_what_no_node_can_do_puts_none_in_error(service, trigger, inputs, reason):
    nodes = service.get("/v1/clusters/c").json["cluster"]["nodes"]

    ended = trigger("CLUSTER_OPERATION", {**inputs, "nodes": nodes})

    assert ended["status"] == "FAILED"
    assert reason in ended["status_reason"]
    assert "Internal error" not in ended["status_reason"]
    assert [one["status"] for one in service.get("/v1/nodes").json["nodes"]] == [
        "ACTIVE"
    ]
    assert service.get("/v1/clusters/c").json["cluster"]["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("action", "inputs", "reason"),
    [
        ("CLUSTER_SCALE_OUT", {"count": "many"}, "'count' must be a whole number"),
        ("CLUSTER_SCALE_OUT", {"count": 0}, "Invalid count (0)"),
        ("CLUSTER_SCALE_IN", {"count": 10**12}, "'count' must be a whole number"),
        ("CLUSTER_RESIZE", {}, "Not enough parameters"),
        ("CLUSTER_RESIZE", {"adjustment_type": "X", "number": 1}, "one of EXACT_"),
        ("CLUSTER_RESIZE", {"max_size": 10**12}, "'max_size' must be a whole number"),
        ("CLUSTER_RESIZE", {"number": {}}, "'number' must be a number"),
        ("CLUSTER_ADD_NODES", {}, "'nodes' must be a list of ids"),
        ("CLUSTER_ADD_NODES", {"nodes": 5}, "'nodes' must be a list of ids"),
        ("CLUSTER_DEL_NODES", {"candidates": [{}]}, "must be a list of ids"),
        ("CLUSTER_REPLACE_NODES", {"candidates": []}, "must be a map"),
        ("CLUSTER_UPDATE", {"timeout": "soon"}, "'timeout' must be a whole number"),
        ("CLUSTER_UPDATE", {"name": "a b"}, "'name' must be the name of a cluster"),
        ("CLUSTER_UPDATE", {"new_profile_id": 1}, "must be the id of a profile"),
        ("CLUSTER_UPDATE", {"config": {"node.name.format": 5}}, "node.name.format"),
        ("CLUSTER_RECOVER", {"operation": "a\0b"}, "Operation value"),
        ("CLUSTER_OPERATION", {}, "'operation' must be the name of an operation"),
        ("CLUSTER_OPERATION", {"operation": "reboot"}, "'nodes' must be a list of"),
    ],
)
def test_inputs_without_sense_fail_the_action(service, trigger, action, inputs, reason):
    ended = trigger(action, inputs)

    assert ended["status"] == "FAILED"
    assert reason in ended["status_reason"]
    assert service.get("/v1/clusters/c").json["cluster"]["status"] == "ACTIVE"


@pytest.mark.parametrize("count", [1.5, 1.0, True, False, "1.5", "", " ", "1_0", [1]])
@pytest.mark.parametrize("action", ["CLUSTER_SCALE_OUT", "CLUSTER_SCALE_IN"])
def test_only_whole_numbers_count(service, trigger, action, count):
    ended = trigger(action, {"count": count})

    assert ended["status"] == "FAILED"
    assert "'count' must be a whole number" in ended["status_reason"]
    assert len(service.get("/v1/clusters/c").json["cluster"]["nodes"]) == 1


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"max_size": 0}, "is greater than the specified max_size (0)"),
        ({"max_size": "0", "min_size": 0}, "is greater than the specified max_size"),
        ({"max_size": False}, "'max_size' must be a whole number"),
        ({"max_size": 0.5}, "'max_size' must be a whole number"),
        ({"min_size": True}, "'min_size' must be a whole number"),
        (
            {"adjustment_type": "EXACT_CAPACITY", "number": False},
            "'number' must be a number",
        ),
    ],
)
def test_no_limit_empties_a_cluster(service, trigger, inputs, reason):
    ended = trigger("CLUSTER_RESIZE", inputs)

    cluster = service.get("/v1/clusters/c").json["cluster"]
    assert ended["status"] == "FAILED"
    assert reason in ended["status_reason"]
    assert (len(cluster["nodes"]), cluster["max_size"]) == (1, 5)


def test_a_lenient_request_empties_no_cluster(service, stage, action_of):
    body = {"resize": {"max_size": 0, "strict": False}}

    reply = service.post("/v1/clusters/c/actions", body)
    stage.drain()

    assert action_of(service, reply)["status"] == "FAILED"
    assert len(service.get("/v1/clusters/c").json["cluster"]["nodes"]) == 1


def test_a_refusal_is_told_as_an_event(service, trigger):
    ended = trigger("CLUSTER_SCALE_OUT", {"count": "many"})

    told = service.get("/v1/events?action=CLUSTER_SCALE_OUT").json["events"]
    assert [event["status"] for event in told] == ["error"]
    assert told[0]["status_reason"] == ended["status_reason"]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.sampled_from([10**12, -(10**400)])
    | st.floats(-9, 9)
    | st.sampled_from(["", "1", "c", "\0", "reboot", "RECREATE", "EXACT_CAPACITY"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "type", "\0"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [
        "count",
        "adjustment_type",
        "number",
        "min_size",
        "max_size",
        "min_step",
        "strict",
        "nodes",
        "candidates",
        "destroy_after_deletion",
        "operation",
        "operation_params",
        "params",
        "check",
        "check_capacity",
        "name",
        "metadata",
        "timeout",
        "config",
        "profile_only",
    ]
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    action=st.sampled_from(LASTING),
    inputs=st.dictionaries(KEYS, VALUES, max_size=4),
)
def test_whatever_is_sent_the_action_ends_for_a_reason(service, stage, action, inputs):
    clusters = service.get("/v1/clusters").json["clusters"]
    hook = {"name": "r", "type": "webhook", "cluster_id": clusters[0]["id"]}
    made = service.post("/v1/receivers", {"receiver": {**hook, "action": action}})
    receiver = made.json["receiver"]["id"]

    reply = service.post(f"/v1/webhooks/{receiver}/trigger?V=2", inputs)

    assert reply.status in (202, 400), reply.raw
    stage.drain()
    if reply.status == 202:
        ended = service.get(f"/v1/actions/{reply.json['action']}").json["action"]
        assert ended["status"] in ("SUCCEEDED", "FAILED")
        assert "Internal error" not in ended["status_reason"]
