"""One scenario for each flow, forward and undoing: what is asked, and of what.

All begin on the same ground: cluster ``web`` with three nodes, and two nodes
``lone-1`` and ``lone-2`` that are in no cluster; all with ports of their own.
"""

import dataclasses
import pathlib
import shutil
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from senlin_like.db import cluster_state
from senlin_like.db.models import Action, Cluster
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
    node_actions,
    nodes,
)
from tests.torture import checks
from tests.torture.stage import NAMES, Stage

KEY = "gbUT2JgXBJSqMQYSCFtaqWm2fZr5Ltr1Vq3mGPL6vdE="
Act = Callable[[Stage], Any]


def _nothing(_stage: Stage) -> None:
    """Leave the ground as it is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """``exact``: the end has to be that of the undisturbed run.

    ``vanished`` tells which servers were taken away from outside.
    """

    name: str
    act: Act
    before: Act = _nothing
    exact: bool = True


def open_stage(directory: pathlib.Path, **settings: Any) -> Stage:
    """Open the stage that lies in a directory."""
    return Stage(
        f"sqlite:///{directory}/s.db",
        f"sqlite:///{directory}/c.db",
        key=KEY,
        **settings,
    )


def make_ground(directory: pathlib.Path) -> None:
    """Make the ground that all scenarios begin on."""
    stage = open_stage(directory)
    stage.make_tables()
    profile = stage.a_profile("old")
    stage.a_profile("new", flavor="2", metadata={"release": "2"})
    body = {"min_size": 0, "max_size": 9, "desired_capacity": 3, "config": NAMES}
    ask = {"name": "web", "profile_id": profile, "timeout": 100_000}
    clusters.create(stage.deps, stage.ctx, ask | body)
    for name in ("lone-1", "lone-2"):
        body = {"name": name, "profile_id": profile}
        nodes.create(stage.deps, stage.ctx, body)
    make_policies(stage)
    stage.drain()
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    stage.close()


def copy_ground(source: pathlib.Path, target: pathlib.Path) -> Stage:
    """Open a copy of a ground."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    return open_stage(target)


def make_policies(stage: Stage) -> None:
    """Store policies, one of which makes things in the cloud."""
    stage.a_policy("hook", "test.policy.hooked")
    stage.a_policy("shrink", "deletion", criteria="OLDEST_FIRST", grace_period=3)
    stage.a_policy("free", "deletion", destroy_after_deletion=False)
    stage.a_policy("some", "batch", min_in_service=1, max_batch_size=1, pause_time=2)
    places = [{"name": "ZONE1"}, {"name": "nova", "weight": 200}]
    stage.a_policy("spread", "zone_placement", zones=places)
    subnet = {"subnet": "private-subnet"}
    stage.a_policy("lb", "loadbalance", pool=subnet, vip=subnet)
    stage.a_policy("apart", "affinity")
    stage.a_policy("mine", "affinity", servergroup={"name": "mine"})
    event = {"event": "CLUSTER_SCALE_IN"}
    stage.a_policy("less", "scaling", **event, adjustment={"number": 2})


def ask_cluster(name: str, **params: Any) -> Act:
    return lambda stage: cluster_actions.ask(stage.deps, stage.ctx, "web", name, params)


def _node(of: str, name: str, **params: Any) -> Act:
    return lambda stage: node_actions.ask(stage.deps, stage.ctx, of, name, params)


def _ids(stage: Stage, *names: str) -> list[str]:
    known = {node.name: node.id for node in stage.nodes()}
    return [known[name] for name in names]


def _create(stage: Stage) -> str:
    body = {
        "name": "new-web",
        "profile_id": "old",
        "desired_capacity": 2,
        "min_size": 0,
        "config": {"node.name.format": "n-$I"},
    }
    return clusters.create(stage.deps, stage.ctx, body).action_id


def _create_node(stage: Stage) -> str:
    body = {"name": "n-1", "profile_id": "old", "cluster_id": "web"}
    return nodes.create(stage.deps, stage.ctx, body).action_id


def _create_lone(stage: Stage) -> str:
    body = {"name": "n-1", "profile_id": "old"}
    return nodes.create(stage.deps, stage.ctx, body).action_id


def _update(**body: Any) -> Act:
    return lambda stage: clusters.update(stage.deps, stage.ctx, "web", body)


def _members(name: str, *names: str, **params: Any) -> Act:
    def act(stage: Stage) -> str:
        asked = {"nodes": _ids(stage, *names), **params}
        return cluster_actions.ask(stage.deps, stage.ctx, "web", name, asked)

    return act


def _replace(stage: Stage) -> str:
    old, new = _ids(stage, "web-1", "lone-1")
    return cluster_actions.ask(
        stage.deps, stage.ctx, "web", "replace_nodes", {"nodes": {old: new}}
    )


def fault(**rule: Any) -> Act:
    return lambda stage: stage.controls.add_fault(rule)


def _vanish(*names: str) -> Act:
    def before(stage: Stage) -> None:
        for node in stage.nodes():
            if node.name in names:
                stage.controls.vanish_server(node.physical_id)

    return before


def _ill(stage: Stage) -> None:
    """Kill a server, and let its node be known as bad."""
    for node in stage.nodes():
        if node.name == "web-1":
            stage.controls.kill_server(node.physical_id)
    cluster_actions.ask(stage.deps, stage.ctx, "web", "check", {})
    stage.drain()


def _unwell_and_small(stage: Stage) -> None:
    """Want more nodes than there are, one of which has lost its server."""
    row = stage.rows(Cluster)[0]
    stage.deps.db.transact(
        lambda one: cluster_state.change(one, row.id, {"desired_capacity": 4})
    )
    _vanish("web-1")(stage)


def _stops_first(stage: Stage) -> None:
    config = NAMES | {"cluster.stop_node_before_delete": True}
    clusters.update(stage.deps, stage.ctx, "web", {"config": config})
    stage.drain()


def cancelled(asks: Act, moment: Callable[[Stage, str], bool]) -> Act:
    """Ask for something and cancel it at a moment."""

    def act(stage: Stage) -> None:
        action_id = asks(stage)
        stage.run_until(lambda: moment(stage, action_id))
        actions.cancel(stage.deps, stage.ctx, action_id, force=False)

    return act


def out_of_time(asks: Act, moment: Callable[[Stage, str], bool]) -> Act:
    """Ask for something whose time is over before the turn of all its children."""

    def act(stage: Stage) -> None:
        action_id = asks(stage)
        stage.run_until(lambda: moment(stage, action_id))
        late = sa.update(Action).where(
            Action.parent_id == action_id, Action.start_time.is_(None)
        )
        stage.deps.db.transact(lambda one: one.execute(late.values(ready_at=1e12)))
        stage.advance(stage.action(action_id).timeout + 5.0)
        stage.run_until(lambda: stage.action(action_id).end_time is not None)

    return act


def at_once(_stage: Stage, _action_id: str) -> bool:
    return True


def with_children(stage: Stage, _action_id: str) -> bool:
    return any(row.parent_id and row.start_time is None for row in stage.unfinished())


def in_the_cloud(stage: Stage, _action_id: str) -> bool:
    return any(row.wait_kind == "cloud" for row in stage.unfinished())


def _deleted_meanwhile(stage: Stage) -> None:
    """Delete a cluster while its nodes are built."""
    action_id = _create(stage)
    stage.run_until(lambda: in_the_cloud(stage, action_id))
    clusters.delete(stage.deps, stage.ctx, "new-web", force=True)


def _operate(operation: str, **params: Any) -> Act:
    return lambda stage: cluster_actions.operate(
        stage.deps, stage.ctx, "web", operation, params, None
    )


def _operate_node(operation: str, **params: Any) -> Act:
    return lambda stage: node_actions.operate(
        stage.deps, stage.ctx, "web-2", operation, params
    )


def _resize(number: int) -> Act:
    return ask_cluster("resize", adjustment_type="CHANGE_IN_CAPACITY", number=number)


_SERVER = "compute.create_server"
_BROKEN_BUILD = fault(effect="error_status", method=_SERVER, name="n-2|web-4|n-1")

SCENARIOS = (
    Scenario(name="cluster-create", act=_create),
    Scenario(name="cluster-create-broken", act=_create, before=_BROKEN_BUILD),
    Scenario(
        name="cluster-create-refused",
        act=_create,
        before=fault(effect="error", method=_SERVER, name="n-2"),
    ),
    Scenario(
        name="cluster-create-unsure",
        act=_create,
        before=fault(effect="done_but_timeout", method=_SERVER, count=2),
    ),
    Scenario(
        name="cluster-create-port-unsure",
        act=_create,
        before=fault(effect="done_but_timeout", method="network.create_port", count=1),
    ),
    Scenario(
        name="cluster-create-busy",
        act=_create,
        before=fault(effect="busy", method=_SERVER, count=2),
    ),
    Scenario(
        name="cluster-create-undo-fails-once",
        act=_create,
        before=lambda stage: (
            _BROKEN_BUILD(stage),
            fault(effect="error", method="compute.delete_server", count=1)(stage),
        ),
        exact=False,
    ),
    Scenario(name="cluster-create-cancel-0", act=cancelled(_create, at_once)),
    Scenario(
        name="cluster-create-cancel-1",
        act=cancelled(_create, with_children),
        exact=False,
    ),
    Scenario(
        name="cluster-create-cancel-2",
        act=cancelled(_create, in_the_cloud),
        exact=False,
    ),
    Scenario(name="cluster-create-timeout-0", act=out_of_time(_create, with_children)),
    Scenario(
        name="cluster-create-timeout-1",
        act=out_of_time(_create, in_the_cloud),
        exact=False,
    ),
    Scenario(name="cluster-create-deleted", act=_deleted_meanwhile),
    Scenario(
        name="cluster-delete",
        act=lambda stage: clusters.delete(stage.deps, stage.ctx, "web", force=False),
    ),
    Scenario(
        name="cluster-delete-stop-first",
        before=_stops_first,
        act=lambda stage: clusters.delete(stage.deps, stage.ctx, "web", force=False),
    ),
    Scenario(
        name="cluster-delete-broken",
        before=fault(effect="error", method="compute.delete_server", count=1),
        act=lambda stage: clusters.delete(stage.deps, stage.ctx, "web", force=False),
        exact=False,
    ),
    Scenario(name="cluster-update-profile", act=_update(profile_id="new")),
    Scenario(
        name="cluster-update-simple", act=_update(name="www", metadata={"a": "b"})
    ),
    Scenario(name="cluster-resize-up", act=_resize(2)),
    Scenario(name="cluster-resize-down", act=_resize(-2)),
    Scenario(name="cluster-resize-stop-first", before=_stops_first, act=_resize(-1)),
    Scenario(name="cluster-resize-broken", before=_BROKEN_BUILD, act=_resize(2)),
    Scenario(
        name="cluster-resize-cancel",
        act=cancelled(_resize(2), in_the_cloud),
        exact=False,
    ),
    Scenario(name="cluster-resize-timeout", act=out_of_time(_resize(2), with_children)),
    Scenario(name="cluster-scale-out", act=ask_cluster("scale_out", count=1)),
    Scenario(name="cluster-scale-in", act=ask_cluster("scale_in", count=1)),
    Scenario(name="cluster-add", act=_members("add_nodes", "lone-1", "lone-2")),
    Scenario(
        name="cluster-add-broken",
        before=fault(effect="error", method="compute.set_metadata", nth=2),
        act=_members("add_nodes", "lone-1", "lone-2"),
        exact=False,
    ),
    Scenario(name="cluster-del", act=_members("del_nodes", "web-1", "web-2")),
    Scenario(
        name="cluster-del-destroy",
        act=_members("del_nodes", "web-1", "web-2", destroy_after_deletion=True),
    ),
    Scenario(name="cluster-replace", act=_replace),
    Scenario(name="cluster-check", before=_vanish("web-2"), act=ask_cluster("check")),
    Scenario(
        name="cluster-recover",
        before=_unwell_and_small,
        act=ask_cluster("recover", check=True, check_capacity=True),
    ),
    Scenario(name="cluster-operation", act=_operate("reboot")),
    Scenario(name="node-create", act=_create_lone),
    Scenario(name="node-create-member", act=_create_node),
    Scenario(name="node-create-broken", before=_BROKEN_BUILD, act=_create_lone),
    Scenario(
        name="node-delete",
        act=lambda stage: nodes.delete(stage.deps, stage.ctx, "web-2", force=False),
    ),
    Scenario(name="node-check", act=_node("web-2", "check")),
    Scenario(name="node-recover-recreate", before=_ill, act=_node("web-1", "recover")),
    Scenario(
        name="node-recover-well",
        act=_node("web-1", "recover", check=True, operation="RECREATE"),
    ),
    Scenario(
        name="node-recover-broken",
        before=lambda stage: (
            _ill(stage),
            fault(effect="error_status", method=_SERVER, name="web-1")(stage),
        ),
        act=_node("web-1", "recover"),
    ),
    Scenario(
        name="node-recover-cancel",
        before=_ill,
        act=cancelled(_node("web-1", "recover"), in_the_cloud),
        exact=False,
    ),
    Scenario(
        name="node-recover-reboot",
        before=_ill,
        act=_node("web-1", "recover", operation="REBOOT"),
    ),
    Scenario(
        name="node-recover-rebuild",
        before=_ill,
        act=_node("web-1", "recover", operation="REBUILD"),
    ),
    Scenario(name="node-operation", act=_operate_node("stop")),
    Scenario(name="node-operation-pause", act=_operate_node("pause")),
)
