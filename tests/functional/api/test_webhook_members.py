"""Webhooks that let nodes join, leave or replace each other: what is refused."""

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Cluster

JOINED = "already owned by some cluster"
TAKEN = "already member of a cluster"
STRANGE = "to be replaced are not members of the cluster"
TWICE = "Map contains duplicated values"
AGAIN = "must be unique"


@pytest.fixture
def ids(service, stage):
    """Members ``A``, ``B`` and ``C`` of the cluster, orphans ``X`` and ``Y``."""
    resized = {"adjustment_type": "EXACT_CAPACITY", "number": 3, "min_size": 3}
    service.post("/v1/clusters/c/actions", {"resize": resized})
    for name in ("X", "Y"):
        made = {"name": name, "profile_id": "p"}
        assert service.post("/v1/nodes", {"node": made}).status == 202
    stage.drain()
    members = service.get("/v1/clusters/c").json["cluster"]["nodes"]
    nodes = service.get("/v1/nodes").json["nodes"]
    orphans = {node["name"]: node["id"] for node in nodes if not node["cluster_id"]}
    return {**dict(zip("ABC", members, strict=True)), **orphans}


@pytest.fixture
def members(service):
    """Tell who the members are, and that the cluster wants just them."""

    def seen():
        cluster = service.get("/v1/clusters/c").json["cluster"]
        assert cluster["desired_capacity"] == len(cluster["nodes"])
        return set(cluster["nodes"])

    return seen


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ({"A": "B", "C": "B"}, TWICE),
        ({"A": "X", "B": "X"}, TWICE),
        ({"A": "A"}, TAKEN),
        ({"A": "B"}, TAKEN),
        ({"A": "B", "B": "A"}, TAKEN),
        ({"A": "X", "B": "A"}, TAKEN),
        ({"A": "X", "X": "Y"}, STRANGE),
        ({"Y": "X"}, STRANGE),
    ],
)
def test_no_member_is_lost_by_a_replacement(ids, members, trigger, pairs, reason):
    inputs = {"candidates": {ids[old]: ids[new] for old, new in pairs.items()}}

    ended = trigger("CLUSTER_REPLACE_NODES", inputs)

    assert (ended["status"], members()) == ("FAILED", {ids[one] for one in "ABC"})
    assert reason in ended["status_reason"]


def test_a_webhook_replaces_members(ids, members, trigger):
    inputs = {"candidates": {ids["A"]: ids["X"], ids["B"]: ids["Y"]}}

    ended = trigger("CLUSTER_REPLACE_NODES", inputs)

    assert ended["status"] == "SUCCEEDED", ended["status_reason"]
    assert members() == {ids[one] for one in "CXY"}


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [("A", JOINED), ("XA", JOINED), ("XXX", AGAIN), ("XYX", AGAIN)],
)
def test_only_orphans_join_and_each_once(ids, members, trigger, nodes, reason):
    ended = trigger("CLUSTER_ADD_NODES", {"nodes": [ids[one] for one in nodes]})

    assert (ended["status"], members()) == ("FAILED", {ids[one] for one in "ABC"})
    assert reason in ended["status_reason"]


@pytest.mark.parametrize(
    ("name", "reason"), [("add_nodes", JOINED), ("replace_nodes", TAKEN)]
)
def test_what_has_changed_since_the_request_is_seen(service, stage, ids, name, reason):
    nodes = [ids["X"]] if name == "add_nodes" else {ids["A"]: ids["X"]}
    asked = service.post("/v1/clusters/c/actions", {name: {"nodes": nodes}})
    with stage.deps.db.engine.begin() as connection:
        joined = "UPDATE node SET cluster_id = (SELECT id FROM cluster)"
        connection.exec_driver_sql(joined)

    stage.drain()

    location = asked.headers["location"].removeprefix("http://localhost")
    ended = service.get(location).json["action"]
    assert (ended["status"], reason in ended["status_reason"]) == ("FAILED", True)
    assert len(service.get("/v1/clusters/c").json["cluster"]["nodes"]) == 5


def test_a_node_leaves_once(ids, members, trigger):
    ended = trigger("CLUSTER_DEL_NODES", {"candidates": [ids["A"], ids["A"]]})

    assert (ended["status"], members()) == ("FAILED", {ids[one] for one in "ABC"})
    assert AGAIN in ended["status_reason"]


def test_nodes_of_others_are_not_taken_out(ids, members, trigger):
    ended = trigger("CLUSTER_DEL_NODES", {"candidates": [ids["X"]]})

    assert (ended["status"], members()) == ("SUCCEEDED", {ids[one] for one in "ABC"})


@pytest.mark.parametrize(("word", "left"), [("false", 5), ("False", 5), ("true", 4)])
def test_a_word_tells_whether_servers_go(ids, stage, trigger, word, left):
    inputs = {"candidates": [ids["A"]], "destroy_after_deletion": word}
    stage.deps.db.transact(
        lambda one: one.execute(sa.update(Cluster).values(min_size=0))
    )

    ended = trigger("CLUSTER_DEL_NODES", inputs)

    assert ended["status"] == "SUCCEEDED", ended["status_reason"]
    assert len(stage.servers()) == left


def test_a_flag_that_says_neither_is_refused(ids, members, trigger):
    inputs = {"candidates": [ids["A"]], "destroy_after_deletion": "perhaps"}

    ended = trigger("CLUSTER_DEL_NODES", inputs)

    assert (ended["status"], members()) == ("FAILED", {ids[one] for one in "ABC"})
    assert "destroy_after_deletion" in ended["status_reason"]
