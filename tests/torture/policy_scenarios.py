"""Scenarios with policies, on the ground of ``scenarios``."""

from senlin_like.operations import clusters, nodes
from tests.torture.scenarios import (
    Act,
    Scenario,
    ask_cluster,
    cancelled,
    fault,
    in_the_cloud,
)
from tests.torture.stage import Stage


def attached(*names: str) -> Act:
    """Have policies attached before."""

    def before(stage: Stage) -> None:
        for name in names:
            ask_cluster("policy_attach", policy_id=name)(stage)
            stage.drain()

    return before


SCENARIOS = (
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
