"""Change the size of a cluster: resize, scale out, scale in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like.db import cluster_state, node_state
from senlin_like.db.session import Session
from senlin_like.domain import actions, capacity, plan, selection
from senlin_like.domain.capacity import Bounds, Change, Refusal, Resize
from senlin_like.domain.enums import ActionStatus, AdjustmentType, ClusterStatus
from senlin_like.domain.plan import Decision
from senlin_like.flows import checks, growth, raw_inputs
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import batches, cluster, members, places
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1
_REASONS = {
    growth.CREATE: "Failed in creating nodes.",
    cluster.REMOVE: "Failed in deleting nodes.",
    members.JOIN: members.NOT_ADDED,
}

#: Decides on the new size; the number is what is asked for, if any.
Decider = Callable[[Run, int, Any, int | None], Resize | Refusal]


def resize(run: Run, bench: Workbench) -> Plan:
    """Change the size and the limits of a cluster."""
    return _plan(run, bench, _decide_resize, "Cluster resize succeeded.")


def scale_out(run: Run, bench: Workbench) -> Plan:
    """Add nodes to a cluster."""
    return _plan(run, bench, _decide_out, "Cluster scaling succeeded.")


def scale_in(run: Run, bench: Workbench) -> Plan:
    """Remove nodes from a cluster."""
    return _plan(run, bench, _decide_in, "Cluster scaling succeeded.")


def _plan(run: Run, bench: Workbench, decide: Decider, good: str) -> Plan:
    """Decide once, under lock: the size, and which nodes go.

    What was chosen stays chosen, whatever crashes: it is in the action's data.
    """

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        council = checks.Council(run, bench, session, row)
        sized = council.size(_asked(run))
        target = growth.allowed(decide(run, len(council.members), row, sized.count))
        decided = council.decide(
            create=target.create, delete=target.delete, decided=sized
        )
        if target.create:
            checks.keep_creation(run, target.create, decided)
        if target.delete:
            chosen = _victims(run, council, target.delete, decided)
            checks.keep_deletion(run, chosen, decided)
            council.portion(batches.DELETION, decided, chosen)
        return {
            "desired_capacity": _desired(run, target, row),
            "min_size": target.min_size,
            "max_size": target.max_size,
        }

    return Plan(
        version=VERSION,
        steps=(
            places.LookAtPlaces(run, bench),
            cluster.BeginCluster(run, ClusterStatus.RESIZING, opening),
            cluster.CreateNodes(
                run, lambda _s, _row: int(run.data.get("creation", {}).get("count", 0))
            ),
            members.Join(run, bench, lambda: run.outputs.get("nodes_added", ())),
            *removal(run, bench, destroy=lambda: checks.destroys(run, default=True)),
            members.Settle(run, bench, lambda: members.going(run)),
            Judge(run, _REASONS),
        ),
        close=cluster.ending(good, values=_ended),
    )


def _victims(
    run: Run, council: checks.Council, count: int, decided: Decision
) -> dict[str, str | None]:
    """Return the nodes to go, with why; by chance where no policy has chosen."""
    chosen = decided.candidates
    if chosen is None:
        chosen = plan.victims(
            council.members,
            count,
            selection.Criterion.RANDOM,
            decided,
            run.deps.chance,
        )
    return {choice.id: choice.why for choice in chosen[:count]}


def _desired(run: Run, target: Resize, row: Any) -> int:
    """Return how many nodes are wanted; a policy may keep it as it was.

    A scaling that changes nothing, as a policy's best effort may, wants as many as
    before: some of them may be lacking.
    """
    if run.facts.kind in actions.SCALING and not (target.create or target.delete):
        return int(row.desired_capacity)
    if not target.delete or checks.reduces_desired(run):
        return target.desired
    wanted = max(target.desired, int(row.desired_capacity))
    return wanted if target.max_size < 0 else min(wanted, target.max_size)


def _ended(run: Run, session: Session, row: Any, how: Ending) -> Mapping[str, Any]:
    checks.after(run, session)
    return growth.stopped_short(run, session, row, how) or _kept(run, session, row, how)


def _kept(run: Run, session: Session, row: Any, how: Ending) -> Mapping[str, Any]:
    """Want the nodes that are left by a shrinking that isn't gone on with.

    Somebody has cancelled it, or nodes couldn't be taken out of the load balancer.
    """
    is_over = how.status == ActionStatus.CANCELLED or members.HELD in run.data
    if how.is_good or not is_over or not members.going(run):
        return {}
    if not checks.reduces_desired(run):
        return {}
    count, _active = node_state.count(session, row.id)
    most = count if row.max_size < 0 else row.max_size
    return {"desired_capacity": max(row.min_size, min(count, most))}


def removal(run: Run, bench: Workbench, *, destroy: Callable[[], bool]) -> list[Step]:
    """Return the steps that remove the nodes that were chosen, in batches if wanted."""

    def leaving() -> list[str]:
        batch = batches.now(run, batches.DELETION)
        return members.going(run) if batch is None else batch

    steps = cluster.removal(
        run,
        lambda session, row: _still_chosen(session, row, leaving()),
        destroy=destroy,
        drain=[members.Drain(run, bench, leaving)],
        leave=[members.Leave(run, bench, leaving)],
    )
    return batches.repeated(run, batches.DELETION, steps, [cluster.REMOVE])


def _still_chosen(session: Session, row: Any, chosen: Sequence[str]) -> Sequence[str]:
    """Return those nodes that still are members."""
    return batches.still_there(session, row, chosen) if chosen else []


def _decide_resize(
    run: Run, count: int, row: Any, wanted: int | None
) -> Resize | Refusal:
    del wanted
    inputs = run.facts.inputs
    adjustment = inputs.get("adjustment_type")
    change = Change(
        adjustment=AdjustmentType(adjustment) if adjustment else None,
        number=_number(inputs.get("number")),
        min_step=_whole(inputs.get("min_step"), "min_step"),
        bounds=Bounds(
            min_size=_whole(inputs.get("min_size"), "min_size"),
            max_size=_whole(inputs.get("max_size"), "max_size"),
        ),
    )
    return capacity.plan_resize(
        count,
        cluster_state.sizes_of(row),
        change,
        strict=raw_inputs.is_set(inputs, "strict"),
        max_nodes=run.deps.settings.max_nodes_per_cluster,
    )


def _decide_out(run: Run, count: int, row: Any, wanted: int | None) -> Resize | Refusal:
    return capacity.plan_scale_out(
        count,
        cluster_state.sizes_of(row),
        _count(run) if wanted is None else wanted,
        run.deps.settings.max_nodes_per_cluster,
    )


def _decide_in(run: Run, count: int, row: Any, wanted: int | None) -> Resize | Refusal:
    return capacity.plan_scale_in(
        count,
        cluster_state.sizes_of(row),
        _count(run) if wanted is None else wanted,
        run.deps.settings.max_nodes_per_cluster,
    )


def _asked(run: Run) -> int | None:
    """Return the number that a request to scale names, None if it names none."""
    if run.facts.kind not in actions.SCALING:
        return None
    return _whole(run.facts.inputs.get("count"), "count")


def _count(run: Run) -> int:
    """Return how many nodes are asked for; one if nothing is said.

    :raises Refused: when it isn't a positive whole number.
    """
    count = _asked(run)
    if count is None:
        return 1
    if count <= 0:
        raise Refused(f"Invalid count ({count}) for action '{run.facts.kind}'.")
    return count


def _whole(value: Any, name: str) -> int | None:
    """Read a whole number; webhooks send them as text."""
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refused(f"The '{name}' must be a whole number, not '{value}'.") from None


def _number(value: Any) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Refused(f"The 'number' must be a number, not '{value}'.") from None
