"""Policies of clusters for which a lost engine may still make something.

``strays`` has the same for nodes.
"""

import enum
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import stray_watches
from senlin_like.db.models import Action, Binding, Cluster, Policy, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import BindingWatch

TABLE = BindingWatch.__table__
_COLUMNS: list[Any] = [
    Binding.id.label("binding_id"),
    Cluster.project,
    Cluster.user,
    Binding.cluster_id,
    Profile.id.label("profile_id"),
    Profile.type.label("profile_type"),
    Profile.sealed_spec.label("sealed_profile"),
    Policy.id.label("policy_id"),
    Policy.type.label("policy_type"),
    Policy.sealed_spec.label("sealed_policy"),
]
_WANTED = (
    sa.select(*_COLUMNS)
    .join_from(Binding, Cluster, Cluster.id == Binding.cluster_id)
    .join(Policy, Policy.id == Binding.policy_id)
    .join(Profile, Profile.id == Cluster.profile_id)
)


class Standing(enum.Enum):
    """How a watched binding is, as far as strays are concerned."""

    #: Somebody is at work on its cluster, or has left it half attached: what
    #: carries its mark may be taken into use.
    UNSETTLED = enum.auto()
    #: It uses what it says, and nothing else.
    ATTACHED = enum.auto()
    #: It is gone for good, and what carries its mark is nobody's.
    GONE = enum.auto()


def remember(session: orm.Session, action_ids: Sequence[str], watch_s: float) -> None:
    """Watch the policies of these actions for ``watch_s`` seconds from now.

    The actions are those that attach policies (``domain.actions.FURNISHING``);
    one that has no binding yet has made nothing. What was made before the
    action began is left alone.
    """
    if not action_ids:
        return
    wanted = session.execute(
        sa.select(Action.target, Action.inputs, Action.start_time).where(
            Action.id.in_(list(action_ids))
        )
    ).all()
    for row in wanted:
        policy_id = str((row.inputs or {}).get("policy_id", ""))
        found = (Binding.cluster_id == row.target, Binding.policy_id == policy_id)
        mine = sa.select(Binding.id).where(*found).scalar_subquery()
        is_mine = TABLE.c.binding_id == mine
        if stray_watches.prolong(session, TABLE, is_mine, watch_s):
            continue
        began = row.start_time
        since = db_now() - watch_s if began is None else sa.literal(began, sa.Double())
        stray_watches.begin(session, TABLE, _WANTED.where(*found), since, watch_s)


def take(session: orm.Session, *, every_s: float, limit: int = 20) -> list[Any]:
    """Take policies for which something may turn up."""
    return stray_watches.take(
        session, sa.select(TABLE), TABLE.c.binding_id, every_s=every_s, limit=limit
    )


def standing(
    session: orm.Session, cluster_id: str, binding_id: str
) -> tuple[Standing, str | None]:
    """Tell how a binding is, and what it keeps (sealed).

    An attached one doesn't change what it uses, and one that is gone never
    comes back: neither answer can be overtaken.
    """
    if stray_watches.busy_targets(session, [cluster_id]):
        return Standing.UNSETTLED, None
    row = session.execute(
        sa.select(Binding.is_attached, Binding.sealed_data).where(
            Binding.id == binding_id
        )
    ).first()
    if row is None:
        return Standing.GONE, None
    how = Standing.ATTACHED if row.is_attached else Standing.UNSETTLED
    return how, row.sealed_data


def forget(session: orm.Session, rows: Collection[Any]) -> None:
    """Forget policies whose watch is over."""
    stray_watches.forget(session, TABLE.c.binding_id, rows)
