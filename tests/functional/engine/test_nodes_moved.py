"""An action's outputs name the nodes that joined a cluster, and those that left."""

import pytest

from senlin_like.operations import actions, cluster_actions, nodes


@pytest.fixture
def orphans(stage, make):
    """Make a cluster of two nodes, and two nodes without one; give these' ids."""
    cluster = make(2)
    profile = stage.cluster(cluster).profile_id
    made = []
    for name in ("x", "y"):
        body = {"name": name, "profile_id": profile}
        made.append(nodes.create(stage.deps, stage.ctx, body).record["id"])
    stage.drain()
    return made


def members(stage):
    return [node.id for node in stage.nodes() if node.cluster_id]


def test_who_has_joined_is_told(stage, orphans, ask):
    action = ask("add_nodes", nodes=orphans)

    assert action.status == "SUCCEEDED"
    assert action.outputs == {"nodes_added": orphans}


def test_who_could_not_join_is_not(stage, orphans, ask):
    lost = next(node for node in stage.nodes() if node.id == orphans[0])
    stage.controls.vanish_server(lost.physical_id)

    action = ask("add_nodes", nodes=orphans)

    assert action.status == "FAILED"
    assert action.outputs == {"nodes_added": orphans[1:]}


def test_a_replacement_tells_both(stage, orphans, ask):
    old = members(stage)[:1]

    action = ask("replace_nodes", nodes={old[0]: orphans[0]})

    assert action.status == "SUCCEEDED"
    assert action.outputs == {"nodes_added": orphans[:1], "nodes_removed": old}


def test_a_cancelled_replacement_tells_what_has_been_done(stage, orphans):
    pairs = dict(zip(members(stage), orphans, strict=True))
    action = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "replace_nodes", {"nodes": pairs}
    )
    while all(row.action != "NODE_JOIN" for row in stage.unfinished()):
        assert stage.step(1)

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    ended = stage.action(action)
    assert ended.status == "CANCELLED"
    there = set(members(stage))
    assert set(ended.outputs["nodes_added"]) == there.intersection(orphans)
    assert set(ended.outputs.get("nodes_removed", [])) == set(pairs) - there
