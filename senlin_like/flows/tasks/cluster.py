"""Steps that work on a cluster's row, and what the end of its actions writes."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like.db import cluster_state, conflicts, node_state, progress
from senlin_like.db import nodes as stored
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain import node_names
from senlin_like.domain.enums import ClusterStatus, Kind, NodeStatus, Phase
from senlin_like.domain.selection import Candidate
from senlin_like.flows import telling
from senlin_like.flows.outcomes import Decide, Done, Gone, Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Close, Ending, Step
from senlin_like.flows.tasks.children import Batch, Child, FanOut, Owner, sum_up
from senlin_like.flows.tasks.pause import Pause

#: Decides what an action begins with: columns to set, and what to keep.
Opening = Callable[[Session, Any], Mapping[str, Any]]
_REMOVING = frozenset({Kind.NODE_DELETE, Kind.NODE_LEAVE})
#: The step in which nodes go.
REMOVE = "RemoveNodes"
#: The steps in which nodes join, and in which others make room for them.
JOINING = "JoinNodes"
LEAVING = "LeaveNodes"
#: Step → key of an action's outputs: the nodes that have come or gone by it.
_OUTPUTS = {
    REMOVE: "nodes_removed",
    JOINING: "nodes_added",
    LEAVING: "nodes_removed",
}


def gone(run: Run) -> Gone:
    """Say that the cluster isn't there any more."""
    return Gone(f"The cluster '{run.facts.target}' could not be found.")


class BeginCluster(Step):
    """Decide what is to be done, under the cluster's lock, and say so in its row.

    ``opening`` may refuse; the columns it returns are set. What it found out
    it leaves in ``run.data`` or ``run.outputs``.
    """

    def __init__(
        self, run: Run, status: ClusterStatus | None, opening: Opening | None = None
    ) -> None:
        super().__init__(run, "Begin")
        self.status = status
        self.opening = opening

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Decide in the transaction that writes the decision down."""
        return Decide(decide=self._decide)

    def _decide(self, session: Session) -> Done:
        run = self.run
        row = cluster_state.load(session, run.facts.target, lock=True)
        if row is None:
            raise gone(run)
        values = dict(self.opening(session, row)) if self.opening else {}
        if self.status is not None:
            values |= {
                "status": self.status,
                "status_reason": f"{run.facts.kind}: in progress.",
                "updated_at": run.deps.clock(),
            }

        def save(session: Session) -> None:
            if values:
                cluster_state.change(session, row.id, values)
            telling.about_cluster(
                run, row, Phase.START, telling.start_reason(run), session
            )

        return Done(save=save)


def owner_of(row: Any) -> Owner:
    """Return on whose behalf a cluster's actions work."""
    return Owner(user=row.user, project=row.project, domain=row.domain)


def locked(run: Run, session: Session) -> Any:
    """Return the cluster's row, locked.

    :raises Refused: when the cluster is gone.
    """
    row = cluster_state.load(session, run.facts.target, lock=True)
    if row is None:
        raise gone(run)
    return row


def members(
    run: Run, session: Session, cluster_id: str, *, with_places: bool = False
) -> list[Candidate]:
    """Return the nodes that an action finds in its cluster, by index.

    Those whose creation stands in line behind it come when it has ended.
    """
    later = conflicts.made_after(session, run.facts.id)
    found = node_state.members(session, cluster_id, with_places=with_places)
    return [node for node in found if node.id not in later]


class CreateNodes(FanOut):
    """Make node rows and their NODE_CREATE actions, as many as were decided."""

    def __init__(
        self, run: Run, count: Callable[[Session, Any], int], name: str = "CreateNodes"
    ) -> None:
        super().__init__(run, self._choose, name=name)
        self.count = count

    def _choose(self, session: Session) -> Batch:
        run = self.run
        cluster = locked(run, session)
        count = self.count(session, cluster)
        if count <= 0:
            return Batch(children=(), owner=owner_of(cluster))
        first = stored.allocate_indexes(session, cluster.id, count)
        name_format = str((cluster.config or {}).get("node.name.format") or "")
        placements = run.data.get("placement", {}).get("placements", [])
        rows = [
            _new_node(run, cluster, first + place, name_format)
            for place in range(count)
        ]
        for new, placement in zip(rows, placements, strict=False):
            new["data"] = {"placement": placement} if placement else {}
        stored.insert_many(session, rows)
        made = [row["id"] for row in rows]
        run.outputs["nodes_added"] = made
        return Batch(
            children=[
                Child(kind=Kind.NODE_CREATE, node_id=node_id, cluster_id=cluster.id)
                for node_id in made
            ],
            owner=owner_of(cluster),
            may_be_busy=False,
            result={"made": made},
        )


def _new_node(run: Run, cluster: Any, index: int, name_format: str) -> dict[str, Any]:
    """Return the row of a node to be made for a cluster; its owner is the same."""
    return {
        "id": str(uuid.uuid4()),
        "name": node_names.generate(name_format, index, run.deps.chance),
        "physical_id": None,
        "cluster_id": cluster.id,
        "profile_id": cluster.profile_id,
        "user": cluster.user,
        "project": cluster.project,
        "domain": cluster.domain,
        "index": index,
        "role": "",
        "init_at": run.deps.clock(),
        "created_at": None,
        "updated_at": None,
        "tainted": False,
        "status": NodeStatus.INIT,
        "status_reason": "Initializing",
        "meta_data": {},
        "data": {},
        "dependents": {},
    }


class OnNodes(FanOut):
    """Make one child action for each of the nodes that ``pick`` returns.

    A kind that isn't known before the action has begun is asked for.

    Nodes whose creation stands in line behind this action are left alone,
    unless they are to go.
    """

    def __init__(
        self,
        run: Run,
        kind: Kind | Callable[[], Kind],
        pick: Callable[[Session, Any], Sequence[str]],
        *,
        inputs: Callable[[str], Mapping[str, Any]] = lambda _node_id: {},
        name: str,
        child_name: str | None = None,
    ) -> None:
        super().__init__(run, self._choose, name=name)
        self.kind = kind
        self.pick = pick
        self.inputs = inputs
        self.child_name = child_name

    def _choose(self, session: Session) -> Batch:
        cluster = locked(self.run, session)
        kind = self.kind if isinstance(self.kind, Kind) else self.kind()
        picked = list(self.pick(session, cluster))
        if kind not in _REMOVING:
            later = conflicts.made_after(session, self.run.facts.id)
            picked = [node_id for node_id in picked if node_id not in later]
        return Batch(
            children=[
                Child(
                    kind=kind,
                    node_id=node_id,
                    cluster_id=cluster.id,
                    inputs=self.inputs(node_id),
                    name=f"{self.child_name}_{node_id[:8]}"
                    if self.child_name
                    else None,
                )
                for node_id in picked
            ],
            owner=owner_of(cluster),
            result={"picked": picked},
        )


class MoveNodes(OnNodes):
    """Let nodes come or go; the outputs name those that have, once all have ended."""

    def ended(self, result: Mapping[str, Any]) -> None:
        """Name them in the action's outputs."""
        self.run.outputs[_OUTPUTS[self.name]] = _with_moved(self.run, self.name, result)


def tell_moved(run: Run, session: Session) -> None:
    """Name the nodes that have moved when an action ends before its children."""
    for step, key in _OUTPUTS.items():
        memo = run.memo(step)
        if memo:
            moved = _with_moved(run, step, sum_up(run, session, memo))
            outputs = {**run.outputs, key: moved}
            progress.amend(session, run.facts.id, outputs)


def _with_moved(run: Run, step: str, result: Mapping[str, Any]) -> list[str]:
    """Return the nodes that had moved before, and those that now have."""
    stayed = set(result["failed_nodes"])
    now = [node_id for node_id in result["picked"] if node_id not in stayed]
    return list(dict.fromkeys([*run.outputs.get(_OUTPUTS[step], []), *now]))


def removal(
    run: Run,
    pick: Callable[[Session, Any], Sequence[str]],
    *,
    destroy: Callable[[], bool] = lambda: True,
    drain: Sequence[Step] = (),
    leave: Sequence[Step] = (),
) -> list[Step]:
    """Return the steps that remove nodes: stop them first if wanted, then go.

    What can't be stopped is removed all the same. A policy may want some time
    to pass before; that is in the action's data. ``drain`` comes before that
    time, ``leave`` after it.
    """

    def kind() -> Kind:
        return Kind.NODE_DELETE if destroy() else Kind.NODE_LEAVE

    def to_stop(session: Session, cluster: Any) -> list[str]:
        wanted = (cluster.config or {}).get("cluster.stop_node_before_delete")
        if wanted is not True and str(wanted).lower() != "true":
            return []
        return _running(session, list(pick(session, cluster)))

    reason = "Nodes are removed after a grace period."
    return [
        *drain,
        Pause(run, lambda: grace_s(run), reason, name="Grace"),
        *leave,
        OnNodes(
            run,
            Kind.NODE_OPERATION,
            to_stop,
            inputs=lambda _node_id: {"operation": "stop", "params": {}},
            name="StopNodes",
            child_name="node_delete",
        ),
        MoveNodes(
            run,
            kind,
            pick,
            name=REMOVE,
            child_name="node_delete",
        ),
    ]


def grace_s(run: Run) -> int:
    """Return how long nodes that are to go stay as they are, in seconds."""
    return int(run.data.get("deletion", {}).get("grace_period", 0))


def _running(session: Session, node_ids: Sequence[str]) -> list[str]:
    """Return those nodes that are servers and run."""
    known = node_state.rows_of(session, node_ids)
    return [
        node_id
        for node_id in node_ids
        if node_id in known
        and known[node_id].physical_id is not None
        and known[node_id].status == NodeStatus.ACTIVE
        and known[node_id].profile_type.startswith("os.nova.server")
    ]


def ending(
    good: str,
    *,
    values: Callable[[Run, Session, Any, Ending], Mapping[str, Any]] | None = None,
    settles: Callable[[Ending], bool] = lambda _how: True,
) -> Close:
    """Make the ``close`` of a cluster's flow: how the cluster stands now.

    ``values`` are columns to set besides; ``settles`` tells whether the
    cluster is evaluated after such an end.
    """

    def close(run: Run, how: Ending) -> Save:
        def save(session: Session) -> None:
            tell_moved(run, session)
            row = cluster_state.load(session, run.facts.target, lock=True)
            if row is None:
                return
            more = values(run, session, row, how) if values else {}
            # A cluster whose creation never began doesn't stay INIT for ever.
            is_new = row.status == ClusterStatus.INIT
            if settles(how) and (run.is_done("Begin") or how.is_good or is_new):
                cluster_state.settle(
                    session, row.id, telling.verb(run), run.deps.clock(), more
                )
            phase = Phase.END if how.is_good else Phase.ERROR
            reason = good if how.is_good else how.reason
            telling.about_cluster(run, row, phase, reason, session)

        return save

    return close


def fail_on(run: Run, step: str, reason: str) -> None:
    """Fail the action if children of a step failed.

    :raises Refused: with the reason and the first child's own words.
    """
    result = run.result(step)
    if result.get("failed"):
        first = result.get("first_failure")
        count = len(result["failed"])
        raise Refused(f"{reason} ({count} failed; first: {first})" if first else reason)
