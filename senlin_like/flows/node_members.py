"""Let a node join a cluster, or leave it; only cluster actions ask for these."""

from collections.abc import Mapping
from typing import Any

from senlin_like.db import node_state
from senlin_like.db import nodes as stored
from senlin_like.db.session import Session
from senlin_like.flows.node_endings import Values, Words, ending
from senlin_like.flows.outcomes import Decide, Done, Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import lifecycle
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

VERSION = 1


class TakeIndex(Step):
    """Get the next index of the cluster; the journal keeps it."""

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Count up under the cluster's row lock."""
        return Decide(decide=self._decide)

    def _decide(self, session: Session) -> Done:
        cluster_id = str(self.run.facts.inputs["cluster_id"])
        return Done(result={"index": stored.allocate_indexes(session, cluster_id, 1)})


def join(run: Run, bench: Workbench) -> Plan:
    """Take an index, mark the object, move the row."""
    node = NodeWork(run, bench)
    cluster_id = str(run.facts.inputs["cluster_id"])
    # Not marked yet when a crash comes in between: the mark is set again.
    begin = Begin(node, None, lambda s, row: _check_join(row, cluster_id))

    def mark(ask: profiles.Ask) -> profiles.Step:
        index = int(run.result("TakeIndex")["index"])
        return node.recipe.type.join(ask, cluster_id, index)

    def unmark(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.leave(ask)

    return Plan(
        version=VERSION,
        steps=(begin, TakeIndex(run), Physical(node, mark, undo=unmark)),
        close=ending(
            Words(good="Node joined the cluster.", bad="Failed in joining"),
            _joined,
            on_failure=_untouched,
        ),
    )


def _check_join(row: Any, cluster_id: str) -> None:
    if row.cluster_id and row.cluster_id != cluster_id:
        raise Refused(f"Nodes ['{row.id}'] already owned by some cluster.")


def _joined(run: Run, session: Session, row: Any) -> Values | None:
    cluster_id = str(run.facts.inputs["cluster_id"])
    if row.cluster_id == cluster_id:
        return None
    return {
        "cluster_id": cluster_id,
        "index": int(run.result("TakeIndex")["index"]),
        "role": None,
        "updated_at": run.deps.clock(),
    }


def _untouched(run: Run, session: Session, row: Any, how: Ending) -> None:
    """Leave the node as it is: nothing of it has changed."""


def leave(run: Run, bench: Workbench) -> Plan:
    """Remove the mark of the cluster, move the row."""
    node = NodeWork(run, bench)

    def unmark(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.leave(ask)

    return Plan(
        version=VERSION,
        steps=(*lifecycle.before(node), Begin(node), Physical(node, unmark)),
        close=ending(
            Words(good="Node left the cluster.", bad="Failed in leaving"),
            _left,
            on_failure=_untouched,
        ),
    )


def _left(run: Run, session: Session, row: Any) -> None:
    node_state.leave(session, row.id, run.deps.clock())
