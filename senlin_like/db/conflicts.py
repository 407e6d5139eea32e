"""Which unfinished actions there are on a target, and who waits for whom."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import claims
from senlin_like.db.models import Action, Cluster, Node
from senlin_like.db.types import db_now
from senlin_like.db.work_models import Dependency
from senlin_like.domain.actions import CREATING, FURNISHING, Active
from senlin_like.domain.enums import FINAL, UNFINISHED, ActionStatus, Kind, Signal

TABLE = Action.__table__
#: What is told of actions as ``Active``.
_ACTIVE = sa.select(
    TABLE.c.id,
    TABLE.c.action,
    TABLE.c.target,
    TABLE.c.cluster_id,
    TABLE.c.parent_id,
    TABLE.c.start_time,
)


def lock_targets(session: orm.Session, cluster_id: str, node_id: str | None) -> None:
    """Keep others from asking for something on the same targets meanwhile.

    Always the cluster before the node: everybody locks in this order.
    """
    if cluster_id:
        session.execute(
            sa.select(Cluster.id).where(Cluster.id == cluster_id).with_for_update()
        )
    if node_id is not None:
        lock_nodes(session, [node_id])


def lock_nodes(session: orm.Session, node_ids: Collection[str]) -> None:
    """Lock the rows of nodes, in the order of their ids."""
    session.execute(
        sa.select(Node.id)
        .where(Node.id.in_(list(node_ids)))
        .order_by(Node.id)
        .with_for_update()
    ).all()


def unfinished(session: orm.Session, target: str, cluster_id: str) -> list[Active]:
    """Return the unfinished actions of a target and of its whole cluster.

    Children are left out but for those on the target itself.
    """
    related = TABLE.c.target == target
    if cluster_id:
        related = sa.or_(
            related,
            sa.and_(TABLE.c.cluster_id == cluster_id, TABLE.c.parent_id.is_(None)),
        )
    rows = session.execute(
        _ACTIVE.where(TABLE.c.status.in_(list(UNFINISHED)), related).order_by(
            TABLE.c.created_at, TABLE.c.id
        )
    )
    return [_active(row) for row in rows]


def _active(row: Any) -> Active:
    return Active(
        id=row.id,
        kind=Kind(row.action),
        target=row.target,
        cluster_id=row.cluster_id,
        is_root=row.parent_id is None,
        has_started=row.start_time is not None,
    )


def busy_nodes(
    session: orm.Session, node_ids: Collection[str], parent_id: str
) -> dict[str, list[str]]:
    """Return node id → unfinished actions on it that aren't of this family.

    Those that stand in line behind the parent are left out: its children
    can't wait for what waits for them.
    """
    busy: dict[str, list[str]] = {}
    behind = sa.select(Dependency.dependent).where(Dependency.depended == parent_id)
    rows = session.execute(
        sa.select(TABLE.c.id, TABLE.c.target).where(
            TABLE.c.target.in_(list(node_ids)),
            TABLE.c.status.in_(list(UNFINISHED)),
            sa.or_(TABLE.c.parent_id.is_(None), TABLE.c.parent_id != parent_id),
            TABLE.c.id.not_in(behind),
        )
    )
    for row in rows:
        busy.setdefault(row.target, []).append(row.id)
    return busy


def insert(session: orm.Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert actions in bulk; READY ones may be claimed after the commit."""
    session.execute(sa.insert(TABLE), [dict(row) for row in rows])
    session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id.in_([row["id"] for row in rows]),
            TABLE.c.status == ActionStatus.READY,
        )
        .values(ready_at=db_now())
    )


def wait_for(session: orm.Session, dependent: str, depended: Collection[str]) -> None:
    """Let an action stand in line behind others."""
    session.execute(
        sa.insert(Dependency),
        [{"dependent": dependent, "depended": other} for other in depended],
    )


def settle_turn(session: orm.Session, depended: Sequence[str]) -> int:
    """Free those whose predecessor ended while they were lining up.

    Locks the predecessors, so an end that is just being written is seen.
    """
    ended = session.scalars(
        sa.select(Action.id)
        .where(Action.id.in_(list(depended)))
        .order_by(Action.id)
        .with_for_update()
    ).all()
    final = session.scalars(
        sa.select(Action.id).where(Action.id.in_(ended), Action.status.in_(list(FINAL)))
    ).all()
    gone = set(depended) - set(ended)
    return claims.free_turns(session, [*final, *gone]) if final or gone else 0


def signal(session: orm.Session, ids: Collection[str], sent: Signal) -> int:
    """Send a signal to unfinished actions, and wake those that wait.

    An action that stands in line is let through to hear it.
    """
    if not ids:
        return 0
    told = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id.in_(list(ids)), TABLE.c.status.in_(list(UNFINISHED)))
        .values(signal=sent)
    )
    session.execute(sa.delete(Dependency).where(Dependency.dependent.in_(list(ids))))
    session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id.in_(list(ids)),
            TABLE.c.status.in_(
                [
                    ActionStatus.INIT,
                    ActionStatus.WAITING,
                    ActionStatus.SUSPENDED,
                    ActionStatus.WAITING_LIFECYCLE_COMPLETION,
                ]
            ),
        )
        .values(status=ActionStatus.READY, ready_at=db_now(), wake_at=None)
    )
    return int(told.rowcount)  # type: ignore[attr-defined]


def fence(session: orm.Session, ids: Collection[str], *, stray_watch_s: float) -> None:
    """Take running actions from their engine, whatever it is doing.

    A call to the cloud that is on its way can't be called back: what it still
    makes for a node or a policy is looked for during ``stray_watch_s``.
    """
    makers = session.execute(
        sa.select(TABLE.c.id, TABLE.c.target, TABLE.c.action)
        .where(
            TABLE.c.id.in_(list(ids)),
            TABLE.c.status == ActionStatus.RUNNING,
            TABLE.c.action.in_(list(CREATING | FURNISHING)),
        )
        .with_for_update()
    ).all()
    claims.expect_strays(session, makers, stray_watch_s)
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id.in_(list(ids)), TABLE.c.status == ActionStatus.RUNNING)
        .values(**claims.REVOKED)
    )


def descendants(session: orm.Session, action_id: str) -> list[str]:
    """Return the ids of an action's unfinished children and their children."""
    found: list[str] = []
    parents = [action_id]
    while parents:
        parents = list(
            session.scalars(
                sa.select(Action.id).where(
                    Action.parent_id.in_(parents), Action.status.in_(list(UNFINISHED))
                )
            )
        )
        found += parents
    return found


def made_after(session: orm.Session, action_id: str) -> set[str]:
    """Return the nodes whose creation stands in line behind an action."""
    return set(
        session.scalars(
            sa.select(TABLE.c.target)
            .join(Dependency, Dependency.dependent == TABLE.c.id)
            .where(Dependency.depended == action_id, TABLE.c.action == Kind.NODE_CREATE)
        )
    )


def predecessors(session: orm.Session, action_id: str) -> list[Active]:
    """Return the unfinished actions that an action stands in line behind."""
    rows = session.execute(
        _ACTIVE.join(Dependency, Dependency.depended == TABLE.c.id).where(
            Dependency.dependent == action_id
        )
    )
    return [_active(row) for row in rows]


def kind_and_target(session: orm.Session, action_id: str) -> tuple[Kind, str]:
    """Return what an action is and what it works on."""
    row = session.execute(
        sa.select(TABLE.c.action, TABLE.c.target).where(TABLE.c.id == action_id)
    ).one()
    return Kind(row.action), row.target


def status_of(
    session: orm.Session, ctx: RequestContext, action_id: str
) -> ActionStatus:
    """Return the status of one of the caller's actions, and lock its row.

    :raises NotFound: when the caller has no such action.
    """
    query = sa.select(Action.status).where(Action.id == action_id).with_for_update()
    if not ctx.all_projects:
        query = query.where(Action.project == ctx.project_id)
    status = session.scalar(query)
    if status is None:
        raise exceptions.NotFound("action", action_id)
    return ActionStatus(status)


def mark_signal(session: orm.Session, ids: Collection[str], sent: Signal) -> bool:
    """Leave a signal that is heard at the next step; nobody is woken.

    One that is there already stays. Tells whether any action has got it.
    """
    marked = session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id.in_(list(ids)),
            TABLE.c.status.in_(list(UNFINISHED)),
            sa.or_(TABLE.c.signal.is_(None), TABLE.c.signal == sent),
        )
        .values(signal=sent)
    )
    return bool(marked.rowcount)  # type: ignore[attr-defined]


def resume(session: orm.Session, ids: Collection[str]) -> bool:
    """Take SUSPEND signals back and let suspended actions go on; False: none was."""
    asked = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id.in_(list(ids)), TABLE.c.signal == Signal.SUSPEND)
        .values(signal=None)
    )
    paused = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id.in_(list(ids)), TABLE.c.status == ActionStatus.SUSPENDED)
        .values(status=ActionStatus.READY, ready_at=db_now())
    )
    changed = (asked.rowcount, paused.rowcount)  # type: ignore[attr-defined]
    return any(changed)
