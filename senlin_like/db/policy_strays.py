"""Policies of clusters for which a lost engine may still make something.

As ``strays`` does it for nodes; what a watch needs it keeps itself, since
cluster, policy and binding may be gone before it ends.
"""

import enum
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import strays
from senlin_like.db.models import Action, Binding, Cluster, Policy, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import BindingWatch


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
        # This locks one that is there: it isn't forgotten in between.
        prolonged = session.execute(
            sa.update(BindingWatch)
            .where(BindingWatch.binding_id == mine)
            .values(until=db_now() + watch_s)
        )
        if prolonged.rowcount:  # type: ignore[attr-defined]
            continue
        began = row.start_time
        since = db_now() - watch_s if began is None else sa.literal(began, sa.Double())
        _insert(session, found, since - strays.CLOCKS_S, watch_s)


def _insert(
    session: orm.Session,
    found: tuple[sa.ColumnElement[bool], ...],
    since: sa.ColumnElement[Any],
    watch_s: float,
) -> None:
    columns = {
        "binding_id": Binding.id,
        "project": Cluster.project,
        "user": Cluster.user,
        "cluster_id": Binding.cluster_id,
        "profile_id": Profile.id,
        "profile_type": Profile.type,
        "sealed_profile": Profile.sealed_spec,
        "policy_id": Policy.id,
        "policy_type": Policy.type,
        "sealed_policy": Policy.sealed_spec,
        "since": since,
        "until": db_now() + watch_s,
        "due_at": db_now() + strays.FIRST_LOOK_S,
    }
    session.execute(
        sa.insert(BindingWatch).from_select(
            list(columns),
            sa.select(*columns.values())
            .join_from(Binding, Cluster, Cluster.id == Binding.cluster_id)
            .join(Policy, Policy.id == Binding.policy_id)
            .join(Profile, Profile.id == Cluster.profile_id)
            .where(*found),
        )
    )


def take(session: orm.Session, *, every_s: float, limit: int = 20) -> list[Any]:
    """Take policies for which something may turn up.

    ``is_over`` tells that this look is the last one if it sees to everything,
    ``is_hopeless`` that it is the last one anyway.
    """
    due = session.execute(
        sa.select(
            BindingWatch,
            (BindingWatch.until < db_now()).label("is_over"),
            (BindingWatch.until + strays.GIVE_UP_S < db_now()).label("is_hopeless"),
        )
        .where(BindingWatch.due_at <= db_now())
        .order_by(BindingWatch.due_at)
        .limit(limit)
    ).all()
    taken = []
    for row in due:
        mine = session.execute(
            sa.update(BindingWatch)
            .where(
                BindingWatch.binding_id == row.BindingWatch.binding_id,
                BindingWatch.due_at == row.BindingWatch.due_at,
            )
            .values(due_at=db_now() + every_s)
        )
        if mine.rowcount:  # type: ignore[attr-defined]
            taken.append(row)
    return taken


def standing(
    session: orm.Session, cluster_id: str, binding_id: str
) -> tuple[Standing, str | None]:
    """Tell how a binding is, and what it keeps (sealed).

    An attached one doesn't change what it uses, and one that is gone never
    comes back: neither answer can be overtaken.
    """
    if strays.busy_targets(session, [cluster_id]):
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


def forget(session: orm.Session, binding_ids: Collection[str]) -> None:
    """Forget policies whose watch is over, unless it was prolonged meanwhile."""
    session.execute(
        sa.delete(BindingWatch).where(
            BindingWatch.binding_id.in_(list(binding_ids)),
            BindingWatch.until < db_now(),
        )
    )
