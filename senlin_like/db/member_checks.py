"""Looks whether the members of load balancers are as they should be: which are due.

Whoever takes one moves its time; one that is lost with its engine is taken
again after that. A look changes nothing, so two at the same time do no harm.
"""

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import checks, schedules
from senlin_like.db.models import Binding, Cluster, Policy, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import MemberCheck

TABLE = MemberCheck.__table__
_DUE = (
    sa.select(
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
    .join_from(TABLE, Binding, Binding.id == TABLE.c.binding_id)
    .join(Policy, Policy.id == Binding.policy_id)
    .join(Cluster, Cluster.id == TABLE.c.cluster_id)
    .join(Profile, Profile.id == Cluster.profile_id)
)
#: How often the time to the next look is doubled at most.
_MOST_DOUBLINGS = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Due:
    """A look that was taken; ``row`` has policy, cluster and profile too."""

    row: Any
    every_s: float


def follow(session: orm.Session, cluster_id: str, type_name: str) -> None:
    """Let each enabled binding of a cluster have a check; see ``checks``."""
    checks.follow(session, TABLE, cluster_id, type_name, tries=0)


def take(session: orm.Session, *, every_s: float, limit: int = 50) -> list[Due]:
    """Take looks that are due; each is due again after ``every_s``."""
    rows = schedules.take(
        session, _DUE, TABLE.c.binding_id, again_s=every_s, limit=limit
    )
    return [Due(row=row, every_s=every_s) for row in rows]


def postpone(session: orm.Session, due: Due, after_s: float) -> None:
    """Let a check that was taken be due sooner than after its time."""
    _change(session, due.row.binding_id, after_s)


def renew(session: orm.Session, binding_id: str) -> None:
    """Let the next look come at once, and forget what those before have found."""
    _change(session, binding_id, 0.0, tries=0)


def note(session: orm.Session, due: Due, *, is_well: bool) -> bool:
    """Note what a look has shown; False if there is no such check any more.

    As long as something is wrong, each look comes later than the one before.
    """
    tries = 0 if is_well else int(due.row.tries) + 1
    later = 2 ** min(max(tries - 1, 0), _MOST_DOUBLINGS)
    return _change(session, due.row.binding_id, due.every_s * later, tries=tries)


def _change(
    session: orm.Session, binding_id: str, due_in_s: float, **values: Any
) -> bool:
    changed = session.execute(
        sa.update(TABLE)
        .where(TABLE.c.binding_id == binding_id)
        .values(due_at=db_now() + due_in_s, **values)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]
