"""Takes what the cloud notifies of: whom it concerns is noted, and looked at soon.

A notification never acts by itself: it makes the check of a cluster due, and
the status in the cloud decides. One that is lost costs the time to the next check.
"""

import logging
from collections.abc import Iterable
from typing import Any

from senlin_like import exceptions
from senlin_like.db import health_checks, notices
from senlin_like.db.session import Session
from senlin_like.domain.enums import NodeStatus
from senlin_like.domain.health import Mode
from senlin_like.engine import cloud_events
from senlin_like.flows.workbench import Workbench
from senlin_like.policies.health import meaning

LOG = logging.getLogger(__name__)


def take(bench: Workbench, told: Iterable[tuple[Any, Any]]) -> int:
    """Take notifications (event type, payload); returns how many nodes are noted.

    Costs no statement if none of them carries the mark of a node, and one if
    none is of a node that somebody wants to know of.

    :raises ServiceUnavailable: when the database can't be reached.
    """
    found = {
        (notice.node_id, notice.object_id): notice
        for one in told
        if (notice := cloud_events.read(*one)) is not None
    }
    if not found:
        return 0
    db = bench.deps.db
    with db.reader() as session:
        rows = notices.checked(session, {node_id for node_id, _ in found})
    wanted = [row for row in rows if (row.id, row.physical_id) in found]
    heard = [row for row in wanted if _listens(bench, row)]
    if not heard:
        return 0
    kept = {
        row.id: notices.Told(
            node_id=row.id,
            cluster_id=row.cluster_id,
            object_id=row.physical_id,
            event=found[row.id, row.physical_id].event,
        )
        for row in heard
    }

    def work(session: Session) -> None:
        notices.keep(session, list(kept.values()))
        health_checks.wake(session, {row.binding_id for row in heard})

    db.transact(work)
    return len(kept)


def _listens(bench: Workbench, row: Any) -> bool:
    """Tell whether a node's policy wants to know, and there is anything to do.

    What is told of a node that is being deleted is our own doing.
    """
    if row.status == NodeStatus.DELETING:
        return False
    try:
        policy = bench.policy(row.policy_id, row.policy_type, row.sealed_spec)
    except exceptions.Error as error:
        LOG.warning("Policy %s can't be read: %s", row.policy_id, error.message)
        return False
    return Mode.EVENTS in meaning(policy.properties).modes
