"""Checks of the health of clusters: which are due, and who is at them.

A round takes due checks under a token of its own and holds them for a while.
What it writes is guarded by the token: when a round was lost, or overtaken
since it took too long, it can't write any more.
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import checks
from senlin_like.db.models import Action, Binding, Cluster, Node, Policy, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import HealthCheck
from senlin_like.domain.enums import UNFINISHED

TABLE = HealthCheck.__table__
_ACTIONS = Action.__table__
_NODES = Node.__table__
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_CLUSTERS: sa.BindParameter[Any] = sa.bindparam("clusters", expanding=True)
_DUE = (
    sa.select(TABLE.c.binding_id, (db_now() - TABLE.c.due_at).label("late_s"))
    .where(TABLE.c.due_at <= db_now())
    .order_by(TABLE.c.due_at)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_TAKE = (
    sa.update(TABLE)
    .where(TABLE.c.binding_id.in_(_IDS))
    .values(
        token=sa.bindparam("token"),
        due_at=db_now() + sa.bindparam("hold_s", type_=sa.Double()),
        told_at=None,
    )
)
_IS_TOLD = TABLE.c.told_at.is_not(None)
_IS_FREE = TABLE.c.token.is_(None)
#: MariaDB assigns from left to right, and takes what it has just assigned.
_WAKE = (
    sa.update(TABLE)
    .where(TABLE.c.binding_id.in_(_IDS))
    .ordered_values(
        (TABLE.c.told_at, db_now()),
        (
            TABLE.c.full_at,
            sa.case(
                (sa.or_(~_IS_FREE, TABLE.c.full_at > db_now()), TABLE.c.full_at),
                else_=TABLE.c.due_at,
            ),
        ),
        (
            TABLE.c.due_at,
            sa.case(
                (sa.and_(_IS_FREE, TABLE.c.due_at > db_now()), db_now()),
                else_=TABLE.c.due_at,
            ),
        ),
    )
)
_TAKEN = (
    sa.select(
        TABLE.c.binding_id,
        TABLE.c.cluster_id,
        TABLE.c.pace,
        TABLE.c.seen,
        sa.func.coalesce(TABLE.c.full_at <= db_now(), sa.true()).label("is_full"),
        (TABLE.c.full_at - db_now()).label("full_in_s"),
        Binding.policy_id,
        Policy.type.label("policy_type"),
        Policy.sealed_spec,
        Cluster.name,
        Cluster.user,
        Cluster.project,
        Cluster.domain,
    )
    .join(Binding, Binding.id == TABLE.c.binding_id)
    .join(Policy, Policy.id == Binding.policy_id)
    .join(Cluster, Cluster.id == TABLE.c.cluster_id)
    .where(TABLE.c.binding_id.in_(_IDS), TABLE.c.token == sa.bindparam("token"))
    .order_by(TABLE.c.binding_id)
)
_MEMBERS = (
    sa.select(
        *(
            _NODES.c[key]
            for key in (
                "id",
                "name",
                "cluster_id",
                "profile_id",
                "physical_id",
                "status",
                "data",
                "user",
                "project",
                "init_at",
                "created_at",
                "updated_at",
            )
        )
    )
    .where(_NODES.c.cluster_id.in_(_CLUSTERS))
    .order_by(_NODES.c.id)
)
_PROFILES = sa.select(Profile.id, Profile.type, Profile.sealed_spec).where(
    Profile.id.in_(_IDS)
)
_WORK = sa.select(_ACTIONS.c.cluster_id, _ACTIONS.c.target, _ACTIONS.c.action).where(
    _ACTIONS.c.cluster_id.in_(_CLUSTERS), _ACTIONS.c.status.in_(list(UNFINISHED))
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Due:
    """A check in the hands of a round; ``late_s`` is since when it was due."""

    row: Any
    late_s: float


def follow(session: orm.Session, cluster_id: str, type_name: str) -> None:
    """Let each enabled binding of a cluster have a check; see ``checks``."""
    checks.follow(session, TABLE, cluster_id, type_name, seen={})


def seconds_to_next(session: orm.Session) -> float | None:
    """Return how long it is to the next check; None if there is none."""
    return session.scalar(sa.select(sa.func.min(TABLE.c.due_at) - db_now()))


def take(session: orm.Session, token: str, *, hold_s: float, limit: int) -> list[Due]:
    """Take checks that are due; others leave them alone for ``hold_s``.

    At most three statements, however many there are.
    """
    query = _DUE
    if session.get_bind().dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True)
    late = {
        row.binding_id: float(row.late_s)
        for row in session.execute(query, {"most": limit})
    }
    if not late:
        return []
    mine = {"ids": sorted(late), "token": token}
    session.execute(_TAKE, {**mine, "hold_s": hold_s})
    return [
        Due(row=row, late_s=late[row.binding_id])
        for row in session.execute(_TAKEN, mine)
    ]


def hold(session: orm.Session, token: str, *, hold_s: float) -> None:
    """Hold the checks of a round for longer."""
    session.execute(
        sa.update(TABLE).where(TABLE.c.token == token).values(due_at=db_now() + hold_s)
    )


def wake(session: orm.Session, binding_ids: Collection[str]) -> None:
    """Let checks be due at once, since the cloud has told something of nodes.

    All nodes are looked at when that was due before, no sooner. A check in the
    hands of a round is left to it, and is due once more when it is given back.
    """
    session.execute(_WAKE, {"ids": sorted(binding_ids)})


def put_back(
    session: orm.Session,
    token: str,
    binding_ids: Sequence[str],
    *,
    after_s: float | None = None,
) -> None:
    """Give checks back unchanged: due after their pace, or after ``after_s``."""
    if not binding_ids:
        return
    pause = TABLE.c.pace if after_s is None else sa.literal(after_s, sa.Double())
    due_at = db_now() + pause
    later = sa.case((TABLE.c.full_at > db_now(), TABLE.c.full_at), else_=due_at)
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id.in_(list(binding_ids)), TABLE.c.token == token)
        .values(
            token=None,
            due_at=sa.case((_IS_TOLD, db_now()), else_=due_at),
            full_at=sa.case((_IS_TOLD, later), else_=TABLE.c.full_at),
        )
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Next:
    """How a check goes on; ``full_in_s`` is for those with nodes in doubt."""

    after_s: float
    pace_s: float
    seen: Mapping[str, Any]
    full_in_s: float | None = None


def finish(session: orm.Session, token: str, binding_id: str, then: Next) -> bool:
    """Write what a check has shown, and give it back; False if it was lost."""
    due_at = db_now() + then.after_s
    full_at: Any = sa.case((_IS_TOLD, due_at), else_=None)
    if then.full_in_s is not None:
        full_at = db_now() + then.full_in_s
    changed = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id == binding_id, TABLE.c.token == token)
        .values(
            token=None,
            due_at=sa.case((_IS_TOLD, db_now()), else_=due_at),
            full_at=full_at,
            pace=then.pace_s,
            seen=dict(then.seen),
        )
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def members(session: orm.Session, cluster_ids: Collection[str]) -> list[Any]:
    """Return the nodes of clusters, as far as checks need them."""
    return list(session.execute(_MEMBERS, {"clusters": list(cluster_ids)}))


def profiles(session: orm.Session, ids: Collection[str]) -> list[Any]:
    """Return (id, type, sealed_spec) of profiles."""
    return list(session.execute(_PROFILES, {"ids": list(ids)}))


def work(session: orm.Session, cluster_ids: Collection[str]) -> list[Any]:
    """Return (cluster_id, target, action) of unfinished actions in clusters."""
    return list(session.execute(_WORK, {"clusters": list(cluster_ids)}))
