"""Scenarios with lifecycle hooks, on the ground of ``scenarios``."""

import contextlib

from senlin_like import exceptions
from senlin_like.operations import clusters
from tests.torture import ears, hooks
from tests.torture.policy_scenarios import attached
from tests.torture.scenarios import Act, Scenario, ask_cluster, cancelled, fault
from tests.torture.stage import Stage


def _hooked(
    *then: Act, timeout_s: int = 60, by: str = "zaqar", **policy: object
) -> Act:
    """Have a deletion policy with a hook, then let other things be so."""

    def before(stage: Stage) -> None:
        hook = hooks.zaqar(timeout_s)
        if by == "webhook":
            hook = hooks.webhook(stage, timeout_s)
        stage.a_policy("told", "deletion", hooks=hook, **policy)
        attached("told")(stage)
        for one in then:
            one(stage)

    return before


def _completed(asks: Act) -> Act:
    """Ask for something, and complete its hooks when they are waited for."""

    def act(stage: Stage) -> None:
        action_id = asks(stage)
        for _ in range(300):
            ended = stage.action(action_id).end_time is not None
            hooks.complete_all(stage)
            if ended:
                return
            if not stage.step(1):
                stage.advance(0.5)

    return act


def _completed_once_told(asks: Act) -> Act:
    """Ask for something, and complete its hooks as soon as they are told.

    Where an engine dies after it has told one, the next one finds it completed.
    """

    def act(stage: Stage) -> None:
        action_id = asks(stage)
        completed: set[str] = set()
        for _ in range(300):
            for token in set(hooks.tokens(stage)) - completed:
                # The cluster may be gone with all that waited.
                with contextlib.suppress(exceptions.NotFound):
                    hooks.complete(stage, token)
                completed.add(token)
            if stage.action(action_id).end_time is not None:
                return
            if not stage.step(1):
                stage.advance(0.5)

    return act


def _quick(stage: Stage) -> None:
    """Let hooks be completed before their telling is answered."""
    stage.meanwhile = lambda told: hooks.complete(stage, told["lifecycle_action_token"])


def _refused(*answers: int) -> Act:
    """Let webhooks be answered with these statuses first."""
    return lambda stage: stage.answers.extend(answers)


def _waiting(stage: Stage, _action: str) -> bool:
    return bool(hooks.waiting(stage))


def _deleted_meanwhile(stage: Stage) -> None:
    action_id = ask_cluster("scale_in", count=1)(stage)
    stage.run_until(lambda: _waiting(stage, action_id))
    clusters.delete(stage.deps, stage.ctx, "web", force=True)


def _del_node(stage: Stage) -> str:
    node = next(node for node in stage.nodes() if node.name == "web-1")
    return ask_cluster("del_nodes", nodes=[node.id])(stage)


_IN = ask_cluster("scale_in", count=2)
_POST = "messaging.post"

SCENARIOS = (
    Scenario(name="hook-completed", before=_hooked(), act=_completed(_IN)),
    Scenario(name="hook-late", before=_hooked(timeout_s=5), act=_IN),
    Scenario(
        name="hook-stop-first",
        before=_hooked(hooks.stops_first),
        act=_completed(_IN),
    ),
    Scenario(
        name="hook-set-free",
        before=_hooked(destroy_after_deletion=False),
        act=_completed(_del_node),
    ),
    Scenario(
        name="hook-unsure",
        before=_hooked(fault(effect="done_but_timeout", method=_POST, count=1)),
        act=_completed(_IN),
        exact=False,
    ),
    Scenario(
        name="hook-untold",
        before=_hooked(fault(effect="error", method=_POST), timeout_s=5),
        act=_IN,
    ),
    Scenario(
        name="hook-cancel", before=_hooked(), act=cancelled(_IN, _waiting), exact=False
    ),
    Scenario(name="hook-cluster-deleted", before=_hooked(), act=_deleted_meanwhile),
    # What was told by an engine that died isn't told of by events.
    Scenario(
        name="hook-completed-once-told",
        before=_hooked(),
        act=_completed_once_told(_IN),
        exact=False,
    ),
    Scenario(name="webhook", before=_hooked(by="webhook"), act=_completed(_IN)),
    Scenario(name="webhook-late", before=_hooked(timeout_s=5, by="webhook"), act=_IN),
    Scenario(
        name="webhook-stop-first",
        before=_hooked(hooks.stops_first, by="webhook"),
        act=_completed(_IN),
    ),
    Scenario(
        name="webhook-completed-once-told",
        before=_hooked(by="webhook"),
        act=_completed_once_told(_IN),
        exact=False,
    ),
    Scenario(
        name="webhook-quick",
        before=_hooked(_quick, by="webhook"),
        act=_IN,
        exact=False,
    ),
    Scenario(
        name="webhook-refused-first",
        before=_hooked(_refused(503, ears.SILENT), by="webhook"),
        act=_completed(_IN),
        exact=False,
    ),
    Scenario(
        name="webhook-untold",
        before=_hooked(_refused(*[500] * 99), timeout_s=5, by="webhook"),
        act=_IN,
    ),
)
