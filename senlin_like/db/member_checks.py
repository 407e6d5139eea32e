"""Looks whether the members of load balancers are as they should be: which are due.

Whoever takes one moves its time; one that is lost with its engine is taken
again after that. A look changes nothing, so two at the same time do no harm.
"""

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import health_checks
from senlin_like.db.models import Binding, Cluster, Policy, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import MemberCheck

TABLE = MemberCheck.__table__
_COLUMNS = (
    TABLE.c.binding_id,
    TABLE.c.cluster_id,
    TABLE.c.due_at,
    TABLE.c.tries,
    Binding.policy_id,
    Binding.sealed_data,
    Policy.name.label("policy_name"),
    Policy.type.label("policy_type"),
    Policy.sealed_spec.label("sealed_policy"),
    Cluster.name,
    Cluster.user,
    Cluster.project,
    Cluster.domain,
    Cluster.timeout,
    Cluster.data,
    Cluster.profile_id,
    Profile.type.label("profile_type"),
    Profile.sealed_spec.label("sealed_profile"),
)
#: How often the time to the next look is doubled at most.
_MOST_DOUBLINGS = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Due:
    """A look that was taken; ``row`` has policy, cluster and profile too."""

    row: Any
    every_s: float


def follow(session: orm.Session, cluster_id: str, type_name: str) -> None:
    """Let a cluster have a check for each enabled binding of a policy type.

    Called in the transaction that changes bindings. A new check is due at once.
    """
    wanted = health_checks.enabled(session, cluster_id, type_name)
    there = set(
        session.scalars(
            sa.select(MemberCheck.binding_id).where(
                MemberCheck.cluster_id == cluster_id
            )
        )
    )
    if there - wanted:
        session.execute(
            sa.delete(TABLE).where(TABLE.c.binding_id.in_(sorted(there - wanted)))
        )
    for binding_id in sorted(wanted - there):
        session.execute(
            sa.insert(TABLE).values(
                binding_id=binding_id, cluster_id=cluster_id, due_at=db_now(), tries=0
            )
        )


def forget(session: orm.Session, cluster_id: str) -> None:
    """Remove the checks of a cluster that goes."""
    session.execute(sa.delete(TABLE).where(TABLE.c.cluster_id == cluster_id))


def take(session: orm.Session, *, every_s: float, limit: int = 50) -> list[Due]:
    """Take looks that are due; each is due again after ``every_s``."""
    rows = session.execute(
        sa.select(*_COLUMNS)
        .join_from(TABLE, Binding, Binding.id == TABLE.c.binding_id)
        .join(Policy, Policy.id == Binding.policy_id)
        .join(Cluster, Cluster.id == TABLE.c.cluster_id)
        .join(Profile, Profile.id == Cluster.profile_id)
        .where(TABLE.c.due_at <= db_now())
        .order_by(TABLE.c.due_at)
        .limit(limit)
    ).all()
    return [
        Due(row=row, every_s=every_s)
        for row in rows
        if _move(session, row, db_now() + every_s)
    ]


def _move(session: orm.Session, row: Any, due_at: Any) -> bool:
    """Set when a check is due that nobody else has moved."""
    moved = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id == row.binding_id, TABLE.c.due_at == row.due_at)
        .values(due_at=due_at)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def postpone(session: orm.Session, due: Due, after_s: float) -> None:
    """Let a check that was taken be due sooner than after its time."""
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id == due.row.binding_id)
        .values(due_at=db_now() + after_s)
    )


def renew(session: orm.Session, binding_id: str) -> None:
    """Let the next look come at once, and forget what those before have found."""
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id == binding_id)
        .values(tries=0, due_at=db_now())
    )


def note(session: orm.Session, due: Due, *, is_well: bool) -> bool:
    """Note what a look has shown; False if there is no such check any more.

    As long as something is wrong, each look comes later than the one before.
    """
    tries = 0 if is_well else int(due.row.tries) + 1
    later = 2 ** min(max(tries - 1, 0), _MOST_DOUBLINGS)
    noted = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id == due.row.binding_id)
        .values(tries=tries, due_at=db_now() + due.every_s * later)
    )
    return bool(noted.rowcount)  # type: ignore[attr-defined]
