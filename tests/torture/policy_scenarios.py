"""Scenarios with policies, on the ground of ``scenarios``."""

from senlin_like.operations import clusters, node_actions, nodes
from senlin_like.simulated_cloud import tables
from tests.torture import checks
from tests.torture.scenarios import (
    Act,
    Scenario,
    ask_cluster,
    cancelled,
    fault,
    in_the_cloud,
    out_of_time,
    with_children,
)
from tests.torture.stage import Stage


def attached(*names: str) -> Act:
    """Have policies attached before."""

    def before(stage: Stage) -> None:
        for name in names:
            ask_cluster("policy_attach", policy_id=name)(stage)
            stage.drain()

    return before


_PUT = "load_balancing.put_members"


def _members(name: str, *names: str, **params: object) -> Act:
    """Ask for something with nodes that are named."""

    def act(stage: Stage) -> str:
        known = {node.name: node.id for node in stage.nodes()}
        asked = {"nodes": [known[one] for one in names], **params}
        return ask_cluster(name, **asked)(stage)

    return act


def _replace(stage: Stage) -> str:
    known = {node.name: node.id for node in stage.nodes()}
    pairs = {known["web-1"]: known["lone-1"]}
    return ask_cluster("replace_nodes", nodes=pairs)(stage)


def _create_node(stage: Stage) -> str:
    body = {"name": "n", "profile_id": "old", "cluster_id": "web"}
    return nodes.create(stage.deps, stage.ctx, body).action_id


def _balanced(*then: Act) -> Act:
    """Have a load balancer, then let other things be so."""

    def before(stage: Stage) -> None:
        attached("lb")(stage)
        for one in then:
            one(stage)

    return before


def _aside(stage: Stage) -> None:
    """Disable the policy, and let a node come that isn't made a member."""
    ask_cluster("policy_update", policy_id="lb", enabled=False)(stage)
    stage.drain()
    ask_cluster("scale_out", count=1)(stage)
    stage.drain()


def _drifted(stage: Stage) -> None:
    """Take a member away behind everybody's back."""
    table = tables.MEMBERS
    world = stage.driver.world
    first = checks.cloud_rows(world, table)[0].id
    world.store.transact(
        lambda connection: connection.execute(table.delete().where(table.c.id == first))
    )


def _ill(stage: Stage) -> None:
    """Kill a server, and let its node be known as bad."""
    node = next(node for node in stage.nodes() if node.name == "web-1")
    stage.controls.kill_server(node.physical_id)
    ask_cluster("check")(stage)
    stage.drain()


def _in_grace(stage: Stage, action: str) -> bool:
    return "grace" in (stage.action(action).status_reason or "")


BALANCED = (
    Scenario(name="lb-attach", act=ask_cluster("policy_attach", policy_id="lb")),
    Scenario(
        name="lb-attach-broken",
        before=fault(effect="error", method=_PUT),
        act=ask_cluster("policy_attach", policy_id="lb"),
    ),
    Scenario(
        name="lb-attach-unsure",
        before=fault(
            effect="done_but_timeout",
            method="load_balancing.create_load_balancer",
            count=1,
        ),
        act=ask_cluster("policy_attach", policy_id="lb"),
    ),
    Scenario(
        name="lb-attach-cancel",
        act=cancelled(ask_cluster("policy_attach", policy_id="lb"), in_the_cloud),
        exact=False,
    ),
    Scenario(
        name="lb-detach",
        before=_balanced(),
        act=ask_cluster("policy_detach", policy_id="lb"),
    ),
    Scenario(
        name="lb-enable",
        before=_balanced(_aside),
        act=ask_cluster("policy_update", policy_id="lb", enabled=True),
    ),
    Scenario(
        name="lb-settle",
        before=_balanced(_drifted),
        act=ask_cluster("policy_update", policy_id="lb"),
    ),
    Scenario(
        name="lb-update",
        before=_balanced(_drifted),
        act=lambda stage: clusters.update(
            stage.deps, stage.ctx, "web", {"profile_id": "new"}
        ),
    ),
    Scenario(
        name="lb-node-update",
        before=_balanced(_drifted),
        act=lambda stage: nodes.update(
            stage.deps, stage.ctx, "web-2", {"profile_id": "new"}
        ),
    ),
    Scenario(
        name="lb-scale-out", before=_balanced(), act=ask_cluster("scale_out", count=2)
    ),
    Scenario(
        name="lb-scale-out-broken",
        before=_balanced(fault(effect="error", method=_PUT)),
        act=ask_cluster("scale_out", count=2),
    ),
    Scenario(
        name="lb-scale-out-cancel",
        before=_balanced(),
        act=cancelled(ask_cluster("scale_out", count=4), in_the_cloud),
        exact=False,
    ),
    Scenario(
        name="lb-scale-out-timeout",
        before=_balanced(),
        act=out_of_time(ask_cluster("scale_out", count=4), with_children),
        exact=False,
    ),
    Scenario(
        name="lb-scale-in",
        before=_balanced(attached("shrink")),
        act=ask_cluster("scale_in", count=2),
    ),
    Scenario(
        name="lb-scale-in-broken",
        before=_balanced(fault(effect="error", method=_PUT, count=1)),
        act=ask_cluster("scale_in", count=2),
        exact=False,
    ),
    Scenario(
        name="lb-scale-in-cancel",
        before=_balanced(attached("shrink")),
        act=cancelled(ask_cluster("scale_in", count=2), _in_grace),
        exact=False,
    ),
    Scenario(
        name="lb-resize",
        before=_balanced(),
        act=ask_cluster("resize", adjustment_type="EXACT_CAPACITY", number=1),
    ),
    Scenario(
        name="lb-add", before=_balanced(), act=_members("add_nodes", "lone-1", "lone-2")
    ),
    Scenario(
        name="lb-del", before=_balanced(), act=_members("del_nodes", "web-1", "web-2")
    ),
    Scenario(name="lb-replace", before=_balanced(), act=_replace),
    Scenario(name="lb-node-create", before=_balanced(), act=_create_node),
    Scenario(
        name="lb-node-delete",
        before=_balanced(),
        act=lambda stage: nodes.delete(stage.deps, stage.ctx, "web-2", force=False),
    ),
    Scenario(
        name="lb-node-recover",
        before=_balanced(_ill),
        act=lambda stage: node_actions.ask(
            stage.deps, stage.ctx, "web-1", "recover", {}
        ),
    ),
    Scenario(
        name="lb-cluster-recover", before=_balanced(_ill), act=ask_cluster("recover")
    ),
    Scenario(
        name="lb-cluster-delete",
        before=_balanced(),
        act=lambda stage: clusters.delete(stage.deps, stage.ctx, "web", force=True),
    ),
)


def _in_pause(stage: Stage, action: str) -> bool:
    return "Pausing" in (stage.action(action).status_reason or "")


PORTIONED = (
    Scenario(
        name="batch-scale-in",
        before=attached("some"),
        act=ask_cluster("scale_in", count=2),
    ),
    Scenario(
        name="batch-scale-in-lb",
        before=_balanced(attached("some", "shrink")),
        act=ask_cluster("scale_in", count=2),
    ),
    Scenario(
        name="batch-scale-in-broken",
        before=lambda stage: (
            attached("some")(stage),
            fault(effect="error", method="compute.delete_server", nth=2)(stage),
        ),
        act=ask_cluster("scale_in", count=3),
        exact=False,
    ),
    Scenario(
        name="batch-scale-in-cancel",
        before=_balanced(attached("some")),
        act=cancelled(ask_cluster("scale_in", count=3), _in_pause),
        exact=False,
    ),
    Scenario(
        name="batch-resize",
        before=attached("some"),
        act=ask_cluster("resize", adjustment_type="EXACT_CAPACITY", number=1),
    ),
    Scenario(
        name="batch-del",
        before=attached("some"),
        act=_members("del_nodes", "web-1", "web-2"),
    ),
    Scenario(
        name="batch-cluster-delete",
        before=attached("some"),
        act=lambda stage: clusters.delete(stage.deps, stage.ctx, "web", force=True),
    ),
)

PLACED = (
    Scenario(
        name="zone-scale-out",
        before=attached("spread"),
        act=ask_cluster("scale_out", count=2),
    ),
    Scenario(
        name="zone-scale-out-busy",
        before=lambda stage: (
            attached("spread")(stage),
            fault(effect="busy", method="compute.list_zones", count=2)(stage),
        ),
        act=ask_cluster("scale_out", count=1),
    ),
    Scenario(
        name="zone-scale-out-refused",
        before=lambda stage: (
            attached("spread")(stage),
            stage.controls.remove_thing("zone", "ZONE1"),
            stage.controls.remove_thing("zone", "nova"),
        ),
        act=ask_cluster("scale_out", count=1),
    ),
    Scenario(name="zone-node-create", before=attached("spread"), act=_create_node),
)

_GROUP = "compute.create_server_group"
GROUPED = (
    Scenario(name="group-attach", act=ask_cluster("policy_attach", policy_id="apart")),
    Scenario(
        name="group-attach-unsure",
        before=fault(effect="done_but_timeout", method=_GROUP, count=1),
        act=ask_cluster("policy_attach", policy_id="apart"),
    ),
    Scenario(
        name="group-attach-named", act=ask_cluster("policy_attach", policy_id="mine")
    ),
    Scenario(
        name="group-detach",
        before=attached("apart"),
        act=ask_cluster("policy_detach", policy_id="apart"),
    ),
)

SCENARIOS = (
    *BALANCED,
    *PORTIONED,
    *PLACED,
    *GROUPED,
    Scenario(
        name="policy-attach", act=ask_cluster("policy_attach", policy_id="shrink")
    ),
    Scenario(
        name="policy-attach-hook", act=ask_cluster("policy_attach", policy_id="hook")
    ),
    Scenario(
        name="policy-attach-broken",
        before=fault(effect="error", method="messaging.create_queue"),
        act=ask_cluster("policy_attach", policy_id="hook"),
    ),
    Scenario(
        name="policy-attach-cancel",
        act=cancelled(ask_cluster("policy_attach", policy_id="hook"), in_the_cloud),
        exact=False,
    ),
    Scenario(
        name="policy-detach",
        before=attached("shrink"),
        act=ask_cluster("policy_detach", policy_id="shrink"),
    ),
    Scenario(
        name="policy-detach-hook",
        before=attached("hook"),
        act=ask_cluster("policy_detach", policy_id="hook"),
    ),
    Scenario(
        name="policy-update",
        before=attached("shrink"),
        act=ask_cluster("policy_update", policy_id="shrink", enabled=False),
    ),
    Scenario(
        name="cluster-delete-policies",
        before=attached("hook", "shrink"),
        act=lambda stage: clusters.delete(stage.deps, stage.ctx, "web", force=True),
    ),
    Scenario(
        name="policy-scale-in",
        before=attached("less", "shrink"),
        act=ask_cluster("scale_in"),
    ),
    Scenario(
        name="policy-scale-in-refused",
        before=attached("less"),
        act=ask_cluster("scale_in", count=7),
    ),
    Scenario(
        name="policy-scale-in-cancel",
        before=attached("less", "shrink"),
        act=cancelled(
            ask_cluster("scale_in"),
            lambda stage, action: "grace" in stage.action(action).status_reason,
        ),
        exact=False,
    ),
    Scenario(
        name="policy-set-free",
        before=attached("free"),
        act=ask_cluster("scale_in", count=2),
    ),
    Scenario(
        name="policy-update-batches",
        before=attached("some"),
        act=lambda stage: clusters.update(
            stage.deps, stage.ctx, "web", {"profile_id": "new"}
        ),
    ),
    Scenario(
        name="policy-node-delete",
        before=attached("shrink"),
        act=lambda stage: nodes.delete(stage.deps, stage.ctx, "web-2", force=False),
    ),
)
