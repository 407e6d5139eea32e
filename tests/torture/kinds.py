"""Scenarios with stacks and containers, as far as they differ from servers.

They begin on a ground of their own: the clusters ``hosts`` of two servers,
``stacks`` of two stacks and ``boxes`` of three containers on these servers, and a
stack and a container that are in no cluster.
"""

import pathlib
from typing import Any

from senlin_like.operations import (
    cluster_actions,
    clusters,
    node_actions,
    nodes,
    profiles,
)
from tests.torture import checks, scenarios
from tests.torture.scenarios import Act, Scenario
from tests.torture.stage import Stage

TEMPLATE = {"heat_template_version": "2018-08-31"}
STACK = "os.heat.stack"
CONTAINER = "container.dockerinc.docker"


def a_profile(stage: Stage, name: str, kind: str, /, **properties: Any) -> str:
    """Make a profile of a type."""
    spec = {"type": kind, "version": "1.0", "properties": properties}
    made = profiles.create(stage.deps, stage.ctx, name=name, spec=spec, metadata={})
    return str(made["id"])


def a_cluster(stage: Stage, name: str, profile: str, size: int) -> str:
    """Ask for a cluster; return the action's id."""
    body = {
        "name": name,
        "profile_id": profile,
        "desired_capacity": size,
        "min_size": 0,
        "max_size": 99,
        "timeout": 100_000,
        "config": {"node.name.format": f"{name}-$I"},
    }
    return clusters.create(stage.deps, stage.ctx, body).action_id


def a_node(stage: Stage, name: str, profile: str) -> str:
    """Ask for a node that is in no cluster; return the action's id."""
    body = {"name": name, "profile_id": profile}
    return nodes.create(stage.deps, stage.ctx, body).action_id


def make_hosts(stage: Stage, size: int = 2) -> None:
    """Make the cluster ``hosts`` and the profile ``box`` of containers on it."""
    a_cluster(stage, "hosts", stage.a_profile("host"), size)
    stage.drain()
    a_profile(stage, "box", CONTAINER, image="cirros", host_cluster="hosts")


def make_ground(directory: pathlib.Path) -> None:
    """Make the ground of these scenarios."""
    stage = scenarios.open_stage(directory)
    stage.make_tables()
    make_hosts(stage)
    a_profile(
        stage, "named", CONTAINER, image="cirros", host_cluster="hosts", name="a.b"
    )
    a_profile(stage, "old", STACK, template=TEMPLATE)
    a_profile(stage, "new", STACK, template=TEMPLATE, parameters={"a": 1}, timeout=9)
    a_cluster(stage, "stacks", "old", 2)
    a_cluster(stage, "boxes", "box", 3)
    a_node(stage, "lone-stack", "old")
    a_node(stage, "lone-box", "box")
    stage.drain()
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    stage.close()


def _fault(effect: str, method: str, **rule: Any) -> Act:
    return lambda stage: stage.controls.add_fault(
        {"effect": effect, "method": method, **rule}
    )


def _create(profile: str) -> Act:
    return lambda stage: a_cluster(stage, "more", profile, 2)


def _delete(cluster: str) -> Act:
    return lambda stage: clusters.delete(stage.deps, stage.ctx, cluster, force=False)


def _delete_node(name: str) -> Act:
    return lambda stage: nodes.delete(stage.deps, stage.ctx, name, force=False)


def _node(name: str, action: str, **params: Any) -> Act:
    return lambda stage: node_actions.ask(stage.deps, stage.ctx, name, action, params)


def _cluster(name: str, action: str, **params: Any) -> Act:
    return lambda stage: cluster_actions.ask(
        stage.deps, stage.ctx, name, action, params
    )


def _operate(name: str, operation: str) -> Act:
    return lambda stage: node_actions.operate(
        stage.deps, stage.ctx, name, operation, {}
    )


def _update_node(name: str, profile: str) -> Act:
    return lambda stage: nodes.update(
        stage.deps, stage.ctx, name, {"profile_id": profile}
    )


def _add(cluster: str, name: str) -> Act:
    def act(stage: Stage) -> str:
        [found] = [node.id for node in stage.nodes() if node.name == name]
        return cluster_actions.ask(
            stage.deps, stage.ctx, cluster, "add_nodes", {"nodes": [found]}
        )

    return act


def _leave(cluster: str, name: str) -> Act:
    def act(stage: Stage) -> str:
        [found] = [node.id for node in stage.nodes() if node.name == name]
        return cluster_actions.ask(
            stage.deps, stage.ctx, cluster, "del_nodes", {"nodes": [found]}
        )

    return act


def _lost_box(stage: Stage) -> None:
    """Take a node's container away from outside."""
    [node] = [one for one in stage.nodes() if one.name == "boxes-1"]
    stage.controls.vanish_container(node.physical_id)


_MAKE_STACK = "orchestration.create_stack"
_MAKE_BOX = "containers.create_container"

SCENARIOS = (
    Scenario(name="stacks-create", act=_create("old")),
    Scenario(
        name="stacks-create-broken",
        before=_fault("error_status", _MAKE_STACK, name="more-2"),
        act=_create("old"),
    ),
    Scenario(
        name="stacks-create-unsure",
        before=_fault("done_but_timeout", _MAKE_STACK, count=2),
        act=_create("old"),
    ),
    Scenario(
        name="stacks-create-cancel",
        act=scenarios.cancelled(_create("old"), scenarios.in_the_cloud),
        exact=False,
    ),
    Scenario(
        name="stacks-update",
        act=lambda stage: clusters.update(
            stage.deps, stage.ctx, "stacks", {"profile_id": "new"}
        ),
    ),
    Scenario(
        name="stack-update-broken",
        before=_fault("error_status", "orchestration.update_stack", count=1),
        act=_update_node("lone-stack", "new"),
        exact=False,
    ),
    Scenario(name="stacks-delete", act=_delete("stacks")),
    Scenario(name="stacks-check", act=_cluster("stacks", "check")),
    Scenario(name="stacks-join", act=_add("stacks", "lone-stack")),
    Scenario(name="stacks-leave", act=_leave("stacks", "stacks-1")),
    Scenario(name="stack-recover", act=_node("stacks-1", "recover")),
    Scenario(
        name="stack-recover-unsure",
        before=_fault("done_but_timeout", _MAKE_STACK, count=1),
        act=_node("stacks-1", "recover"),
    ),
    Scenario(name="boxes-create", act=_create("box")),
    Scenario(
        name="boxes-create-broken",
        before=_fault("error_status", "containers.start", nth=1),
        act=_create("box"),
        exact=False,
    ),
    Scenario(
        name="boxes-create-refused",
        before=_fault("error", _MAKE_BOX, name="more-2"),
        act=_create("box"),
    ),
    Scenario(
        name="boxes-create-unsure",
        before=_fault("done_but_timeout", _MAKE_BOX, count=2),
        act=_create("box"),
    ),
    Scenario(
        name="boxes-start-unsure",
        before=_fault("done_but_timeout", "containers.start", count=1),
        act=_create("box"),
    ),
    Scenario(
        name="boxes-create-busy",
        before=_fault("busy", "containers.start", count=2),
        act=_create("box"),
    ),
    Scenario(
        name="boxes-create-cancel",
        act=scenarios.cancelled(_create("box"), scenarios.with_children),
        exact=False,
    ),
    Scenario(
        name="boxes-create-cancel-late",
        act=scenarios.cancelled(_create("box"), scenarios.in_the_cloud),
        exact=False,
    ),
    Scenario(name="boxes-delete", act=_delete("boxes")),
    Scenario(name="box-delete", act=_delete_node("boxes-2")),
    Scenario(name="box-update", act=_update_node("boxes-2", "named")),
    Scenario(name="boxes-check", before=_lost_box, act=_cluster("boxes", "check")),
    Scenario(
        name="boxes-recover",
        before=_lost_box,
        act=_cluster("boxes", "recover", check=True),
    ),
    Scenario(name="box-recover", act=_node("boxes-1", "recover")),
    Scenario(
        name="box-recover-unsure",
        before=_fault("done_but_timeout", _MAKE_BOX, count=1),
        act=_node("boxes-1", "recover"),
    ),
    Scenario(name="box-pause", act=_operate("boxes-1", "pause")),
    Scenario(name="box-restart", act=_operate("boxes-1", "restart")),
    Scenario(
        name="hosts-shrink",
        act=_cluster(
            "hosts", "resize", adjustment_type="CHANGE_IN_CAPACITY", number=-1
        ),
        exact=False,
    ),
)
