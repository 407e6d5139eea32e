"""Scenarios in which the removal of what policies made is stopped, or fails."""

from senlin_like.operations import clusters
from tests.torture.policy_scenarios import attached
from tests.torture.scenarios import (
    Act,
    Scenario,
    ask_cluster,
    cancelled,
    fault,
    in_the_cloud,
    out_of_time,
)
from tests.torture.stage import Stage

_DELETE = "load_balancing.delete_load_balancer"


def _or_crashed(stage: Stage, action: str) -> bool:
    """Tell that the cloud is at work, or that an engine was lost on the way."""
    return bool(stage.crashes) or in_the_cloud(stage, action)


def _between(stage: Stage, action: str) -> bool:
    """Tell that one policy is gone and the next one isn't begun."""
    kept = (stage.action(action).journal or {}).get("DetachAll", {})
    return bool(stage.crashes) or "attempt" in kept.get("memo", {}).get("memo", {})


def _delete(stage: Stage) -> str:
    return clusters.delete(stage.deps, stage.ctx, "web", force=True)


def _short(*names: str) -> Act:
    """Have policies, and little time for what follows."""

    def before(stage: Stage) -> None:
        attached(*names)(stage)
        clusters.update(stage.deps, stage.ctx, "web", {"timeout": 20})
        stage.drain()

    return before


_DETACH = ask_cluster("policy_detach", policy_id="lb")

SCENARIOS = (
    Scenario(
        name="lb-detach-cancel",
        before=attached("lb"),
        act=cancelled(_DETACH, _or_crashed),
        exact=False,
    ),
    Scenario(
        name="lb-detach-timeout",
        before=_short("lb"),
        act=out_of_time(_DETACH, _or_crashed),
        exact=False,
    ),
    Scenario(
        name="lb-detach-broken",
        before=lambda stage: (
            attached("lb")(stage),
            fault(effect="error_status", method=_DELETE, count=1)(stage),
        ),
        act=_DETACH,
        exact=False,
    ),
    Scenario(
        name="lb-detach-unsure",
        before=lambda stage: (
            attached("lb")(stage),
            fault(effect="done_but_timeout", method=_DELETE, count=1)(stage),
        ),
        act=_DETACH,
    ),
    Scenario(
        name="lb-cluster-delete-cancel",
        before=attached("lb", "hook"),
        act=cancelled(_delete, _or_crashed),
        exact=False,
    ),
    Scenario(
        name="lb-cluster-delete-cancel-between",
        before=attached("lb", "hook"),
        act=cancelled(_delete, _between),
        exact=False,
    ),
    Scenario(
        name="lb-cluster-delete-broken",
        before=lambda stage: (
            attached("lb", "hook")(stage),
            fault(effect="error", method="compute.delete_server", count=1)(stage),
        ),
        act=_delete,
        exact=False,
    ),
)
