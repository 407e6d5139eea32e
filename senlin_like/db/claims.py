"""Who works on which action: claim, renew, reap, wake.

A claimed action is RUNNING, has an owner and a lease number. The number grows
with every claim, and everything that is written for an action is guarded by
owner and number (``db.progress``), so whoever lost an action can't write for
it any more. All times are those of the database's clock.
"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import policy_strays, strays
from senlin_like.db.models import Action
from senlin_like.db.types import db_now
from senlin_like.db.work_models import Dependency
from senlin_like.domain import actions as action_facts
from senlin_like.domain.enums import FINAL, PARKED, ActionStatus, WaitKind

TABLE = Action.__table__
#: What an action becomes that is taken from its engine, whatever that does.
REVOKED: dict[str, Any] = {
    "status": ActionStatus.READY,
    "owner": None,
    "lease": TABLE.c.lease + 1,
    "lease_until": None,
    "ready_at": db_now(),
    "attempt": TABLE.c.attempt + 1,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claimed:
    """An action in the hands of an engine, as it was when claimed."""

    row: Any
    #: The database's clock at the claim, in epoch seconds.
    now: float


def claim(
    session: orm.Session, engine_id: str, *, lease_s: float, limit: int
) -> list[Claimed]:
    """Take up to ``limit`` READY actions, fairly between clusters.

    The first action of every cluster comes before the second of any; what a
    cluster has running already counts, so a cluster with a thousand nodes to
    make doesn't hold up the others. Nodes without a cluster count by project, and
    each host aggregate counts as a cluster does.
    Within a cluster, what users asked for comes before the children of it: a
    parent that was told to stop needn't wait until they are done.
    """
    ids = list(session.scalars(_CANDIDATES, {"most": limit}))
    if not ids:
        return []
    if session.get_bind().dialect.name != "sqlite":
        ids = list(session.scalars(_LOCK, {"ids": ids}))
        if not ids:
            return []
    mine = {"ids": ids, "engine": engine_id}
    session.execute(_TAKE, {**mine, "lease_s": lease_s})
    return [Claimed(row=row, now=row.now) for row in session.execute(_MINE, mine)]


def _candidates() -> sa.Select[Any]:
    turn = sa.case(
        (TABLE.c.action.in_(list(action_facts.AGGREGATE_KINDS)), TABLE.c.target),
        (TABLE.c.cluster_id == "", TABLE.c.project),
        else_=TABLE.c.cluster_id,
    )
    running = (
        sa.select(turn.label("turn"), sa.func.count().label("busy"))
        .where(TABLE.c.status == ActionStatus.RUNNING)
        .group_by(turn)
        .subquery()
    )
    ready = (
        sa.select(
            TABLE.c.id,
            turn.label("turn"),
            TABLE.c.ready_at,
            sa.func.row_number()
            .over(
                partition_by=turn,
                order_by=(TABLE.c.parent_id.is_not(None), TABLE.c.ready_at, TABLE.c.id),
            )
            .label("place"),
        )
        .where(TABLE.c.status == ActionStatus.READY)
        .subquery()
    )
    return (
        sa.select(ready.c.id)
        .outerjoin(running, running.c.turn == ready.c.turn)
        .order_by(ready.c.place + sa.func.coalesce(running.c.busy, 0), ready.c.ready_at)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


_CANDIDATES = _candidates()
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_LOCK = (
    sa.select(TABLE.c.id)
    .where(TABLE.c.id.in_(_IDS), TABLE.c.status == ActionStatus.READY)
    .with_for_update(skip_locked=True)
)
_LOCK_ALL = (
    sa.select(TABLE.c.id).where(TABLE.c.id.in_(_IDS)).order_by(TABLE.c.id)
).with_for_update()
_TAKE = (
    sa.update(TABLE)
    .where(TABLE.c.id.in_(_IDS), TABLE.c.status == ActionStatus.READY)
    .values(
        status=ActionStatus.RUNNING,
        owner=sa.bindparam("engine"),
        lease=TABLE.c.lease + 1,
        lease_until=db_now() + sa.bindparam("lease_s", type_=sa.Double()),
        start_time=sa.func.coalesce(TABLE.c.start_time, db_now()),
        wait_kind=None,
        wait_group=None,
        wake_at=None,
        status_reason="The action is being processed.",
    )
)
_MINE = (
    sa.select(TABLE, db_now().label("now"))
    .where(
        TABLE.c.id.in_(_IDS),
        TABLE.c.owner == sa.bindparam("engine"),
        TABLE.c.status == ActionStatus.RUNNING,
    )
    .order_by(TABLE.c.ready_at)
)
_DEPENDENTS = sa.select(Dependency.__table__.c.dependent).where(
    Dependency.__table__.c.depended.in_(sa.bindparam("ended", expanding=True))
)


def renew(
    session: orm.Session, engine_id: str, ids: Sequence[str], *, lease_s: float
) -> dict[str, tuple[int, str | None]]:
    """Prolong the leases of the actions at work.

    Returns action id → (lease number, signal) of those that are still owned;
    whatever is missing was taken away.
    """
    held: dict[str, tuple[int, str | None]] = {}
    for start in range(0, len(ids), 500):
        part = list(ids[start : start + 500])
        mine = sa.and_(
            TABLE.c.id.in_(part),
            TABLE.c.owner == engine_id,
            TABLE.c.status == ActionStatus.RUNNING,
        )
        session.execute(
            sa.update(TABLE).where(mine).values(lease_until=db_now() + lease_s)
        )
        rows = session.execute(
            sa.select(TABLE.c.id, TABLE.c.lease, TABLE.c.signal).where(mine)
        )
        held.update({row.id: (row.lease, row.signal) for row in rows})
    return held


def give_back(session: orm.Session, engine_id: str, ids: Collection[str]) -> int:
    """Make actions READY again that this engine holds, for any engine."""
    if not ids:
        return 0
    given = session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id.in_(list(ids)),
            TABLE.c.owner == engine_id,
            TABLE.c.status == ActionStatus.RUNNING,
        )
        .values(
            status=ActionStatus.READY,
            owner=None,
            lease_until=None,
            ready_at=db_now(),
            status_reason="Handed over by an engine that stops.",
        )
    )
    return int(given.rowcount)  # type: ignore[attr-defined]


def reap(
    session: orm.Session, *, stray_watch_s: float, limit: int = 200
) -> dict[str, str | None]:
    """Free actions whose engine has been silent for longer than its lease.

    Nodes and policies for which the lost engine may still make something are
    remembered (``StrayWatch``, ``BindingWatch``). At most ``limit`` actions at a
    time, so that a backlog drains at a bounded pace. Returns action id → lost
    engine.
    """
    lost = session.execute(
        sa.select(TABLE.c.id, TABLE.c.owner, TABLE.c.action, TABLE.c.target)
        .where(
            TABLE.c.status == ActionStatus.RUNNING,
            TABLE.c.lease_until < db_now(),
        )
        .order_by(TABLE.c.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not lost:
        return {}
    session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id.in_([row.id for row in lost]),
            TABLE.c.status == ActionStatus.RUNNING,
            TABLE.c.lease_until < db_now(),
        )
        .values(**REVOKED, status_reason="Its engine was lost; another one goes on.")
    )
    expect_strays(session, lost, stray_watch_s)
    return {row.id: row.owner for row in lost}


def expect_strays(session: orm.Session, rows: Sequence[Any], watch_s: float) -> None:
    """Watch what engines may still make that had these actions: id, kind, target."""
    makers = [row.target for row in rows if row.action in action_facts.CREATING]
    strays.remember(session, makers, watch_s)
    attaching = [row.id for row in rows if row.action in action_facts.FURNISHING]
    policy_strays.remember(session, attaching, watch_s)


def wake_due(session: orm.Session, limit: int = 500) -> int:
    """Wake actions whose time has come: a pause, a timeout, a deadline, a hook."""
    due = list(
        session.scalars(
            sa.select(Action.id)
            .where(
                Action.status.in_(PARKED),
                Action.wake_at <= db_now(),
            )
            .limit(limit)
        )
    )
    return wake(session, due) if due else 0


def wake(
    session: orm.Session,
    ids: Collection[str],
    *,
    kind: WaitKind | None = None,
    seen: Any = None,
    leases: Collection[tuple[str, int]] | None = None,
) -> int:
    """Make parked actions claimable; others are left as they are.

    With ``kind`` only those that wait for such a thing; ``seen`` is what was
    seen of what they wait for. With ``leases``, pairs of id and lease number,
    only those that haven't been claimed since: they may wait for something
    else by now.
    """
    values: dict[str, Any] = {
        "status": ActionStatus.READY,
        "ready_at": db_now(),
        "wake_at": None,
    }
    if seen is not None:
        values["seen"] = seen
    where: list[sa.ColumnElement[bool]] = [
        TABLE.c.id.in_(list(ids)),
        TABLE.c.status.in_(PARKED),
    ]
    if kind is None:
        where.append(sa.func.coalesce(TABLE.c.wait_kind, "") != WaitKind.TURN)
    else:
        where.append(TABLE.c.wait_kind == kind)
    if leases is not None:
        where.append(sa.tuple_(TABLE.c.id, TABLE.c.lease).in_(list(leases)))
    woken = session.execute(sa.update(TABLE).where(*where).values(**values))
    return int(woken.rowcount)  # type: ignore[attr-defined]


def free_turns(session: orm.Session, ended: Sequence[str]) -> int:
    """Let those go on that stood in line behind actions which have ended."""
    waiting = list(session.scalars(_DEPENDENTS, {"ended": list(ended)}))
    if not waiting:
        return 0
    # Two that end at the same moment don't see each other's end: without this
    # lock, each would leave it to the other to wake who stands behind both.
    session.execute(_LOCK_ALL, {"ids": sorted(waiting)})
    session.execute(sa.delete(Dependency).where(Dependency.depended.in_(ended)))
    blocked = set(
        session.scalars(
            sa.select(Dependency.dependent).where(Dependency.dependent.in_(waiting))
        )
    )
    free = [action_id for action_id in waiting if action_id not in blocked]
    return wake(session, free, kind=WaitKind.TURN) if free else 0


def mend(session: orm.Session) -> int:
    """Wake what a lost message or a race left behind; the safety net.

    Turns whose predecessors have all ended or are gone, and parents that wait
    although no child is left. Returns how many were woken.
    """
    ended = list(
        session.scalars(
            sa.select(Dependency.depended)
            .outerjoin(Action, Action.id == Dependency.depended)
            .where(sa.or_(Action.id.is_(None), Action.status.in_(list(FINAL))))
            .distinct()
            .limit(500)
        )
    )
    woken = free_turns(session, ended) if ended else 0
    in_line = sa.exists().where(Dependency.dependent == Action.id)
    alone = list(
        session.scalars(
            sa.select(Action.id)
            .where(
                Action.status == ActionStatus.WAITING,
                Action.wait_kind == WaitKind.TURN,
                ~in_line,
            )
            .limit(500)
        )
    )
    woken += wake(session, alone, kind=WaitKind.TURN) if alone else 0
    parents = list(
        session.scalars(
            sa.select(Action.id)
            .where(
                Action.status == ActionStatus.WAITING,
                Action.wait_kind == WaitKind.CHILDREN,
                Action.children_left <= 0,
            )
            .limit(500)
        )
    )
    return woken + (wake(session, parents, kind=WaitKind.CHILDREN) if parents else 0)
