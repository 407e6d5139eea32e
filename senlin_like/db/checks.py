"""What enabled bindings of one policy type have each: a row of a table of checks."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Binding, Policy
from senlin_like.db.types import db_now


def follow(
    session: orm.Session, table: sa.Table, cluster_id: str, type_name: str, **first: Any
) -> None:
    """Let a cluster have a check for each enabled binding of a policy type.

    Called in the transaction that changes bindings. A new check is due at once;
    ``first`` are the other columns of it.
    """
    wanted = _enabled(session, cluster_id, type_name)
    there = set(
        session.scalars(
            sa.select(table.c.binding_id).where(table.c.cluster_id == cluster_id)
        )
    )
    if there - wanted:
        session.execute(
            sa.delete(table).where(table.c.binding_id.in_(sorted(there - wanted)))
        )
    for binding_id in sorted(wanted - there):
        session.execute(
            sa.insert(table).values(
                binding_id=binding_id, cluster_id=cluster_id, due_at=db_now(), **first
            )
        )


def _enabled(session: orm.Session, cluster_id: str, type_name: str) -> set[str]:
    return set(
        session.scalars(
            sa.select(Binding.id)
            .join(Policy, Policy.id == Binding.policy_id)
            .where(
                Binding.cluster_id == cluster_id,
                Binding.is_attached == sa.true(),
                Binding.enabled == sa.true(),
                Policy.type.startswith(f"{type_name}-", autoescape=True),
            )
        )
    )


def forget(session: orm.Session, table: sa.Table, cluster_id: str) -> None:
    """Remove the checks of a cluster that goes."""
    session.execute(sa.delete(table).where(table.c.cluster_id == cluster_id))
