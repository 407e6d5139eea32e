"""Clusters whose health is checked, for tests that step the checker too."""

from typing import Any

from senlin_like.db.models import Action, Event
from senlin_like.db.work_models import HealthCheck
from senlin_like.drivers import web
from senlin_like.operations import cluster_actions, clusters, policies
from tests.torture.stage import Stage

#: Longer than the grace of the policies here.
LATER_S = 100.0
INTERVAL_S = 60
STATUS = {"type": "NODE_STATUS_POLLING"}
EVENTS = {"type": "LIFECYCLE_EVENTS"}
HYPERVISOR = {"type": "HYPERVISOR_STATUS_POLLING"}


def url_mode(**options: Any) -> dict[str, Any]:
    """Give the mode that asks the nodes themselves."""
    given = {
        "poll_url": "http://{nodename}/",
        "poll_url_retry_limit": 2,
        "poll_url_retry_interval": 3,
    }
    return {"type": "NODE_STATUS_POLL_URL", "options": given | options}


def a_policy(stage: Stage, *modes: Any, **parts: Any) -> str:
    """Store a health policy; ``detection`` and ``recovery`` add to it."""
    detection = {
        "detection_modes": list(modes) or [STATUS],
        "interval": INTERVAL_S,
        "node_update_timeout": 30,
    }
    properties = {
        "detection": detection | parts.get("detection", {}),
        "recovery": parts.get("recovery", {"actions": [{"name": "RECREATE"}]}),
    }
    spec = {
        "type": "senlin.policy.health",
        "version": parts.get("version", "1.2"),
        "properties": properties,
    }
    made = policies.create(stage.deps, stage.ctx, name="heal", spec=spec)
    return str(made["id"])


def attach(stage: Stage, cluster: str, policy: str, **params: Any) -> Any:
    """Attach a policy, or do what ``name`` says; give the action as it ended."""
    name = params.pop("name", "policy_attach")
    asked = {"policy_id": policy, **params}
    action = cluster_actions.ask(stage.deps, stage.ctx, cluster, name, asked)
    stage.drain()
    return stage.action(action)


def a_cluster(stage: Stage, size: int, policy: str | None, name: str = "web") -> str:
    """Make a cluster that is watched, and let its nodes' grace go by."""
    body = {"name": name, "profile_id": stage.a_profile(), "desired_capacity": size}
    made = clusters.create(stage.deps, stage.ctx, body | {"min_size": 0})
    stage.drain()
    cluster = str(made.record["id"])
    if policy is not None:
        stage.advance(LATER_S)
        assert attach(stage, cluster, policy).status == "SUCCEEDED"
    return cluster


def check(stage: Stage, *, after_s: float = 0.0) -> list[Any]:
    """Carry out one round of checks; give the recoveries asked for, unfinished."""
    if after_s:
        stage.advance(after_s)
    stage.engine.checker.look_once()
    return recoveries(stage)


def recoveries(stage: Stage) -> list[Any]:
    """Give the unfinished recoveries."""
    return [row for row in stage.unfinished() if row.action == "NODE_RECOVER"]


def told(stage: Stage) -> list[str]:
    """Give what checks have told, in order."""
    rows = stage.rows(Event, Event.action == "HEALTH_CHECK")
    return [row.status_reason for row in sorted(rows, key=lambda row: row.timestamp)]


def checks(stage: Stage) -> list[Any]:
    """Give the rows of checks."""
    return stage.rows(HealthCheck)


def all_recoveries(stage: Stage) -> list[Any]:
    """Give the recoveries that there ever were."""
    return stage.rows(Action, Action.kind == "NODE_RECOVER")


class Web:
    """Answers for nodes by name; a node that isn't here is well."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {}

    def __call__(self, url: str, _limits: Any, *, verify: bool) -> web.Answer:
        self.asked.append(url)
        answer = self.answers.get(url, web.Answer(status=200, text="healthy"))
        if isinstance(answer, Exception):
            raise answer
        made: web.Answer = answer
        return made
