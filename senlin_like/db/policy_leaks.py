"""What the database knows of things in a cloud with the mark of a policy's binding.

A binding that is gone leaves nothing by which its mark could be known, but for the
time in which what a lost engine may make for it is watched.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import stray_watches
from senlin_like.db.leaks import Known, readable
from senlin_like.db.models import Action, Binding, Cluster
from senlin_like.db.work_models import BindingWatch
from senlin_like.domain import actions as facts
from senlin_like.domain import leaks
from senlin_like.domain.enums import UNFINISHED

#: Opens what a binding keeps.
Unseal = Callable[[str], Any]
_HOLDER: list[Any] = [Cluster.project, Binding.is_attached, Binding.sealed_data]

_WATCHED: list[Any] = [
    BindingWatch.binding_id.label("id"),
    BindingWatch.cluster_id,
    BindingWatch.project,
]


def known(
    session: orm.Session, things: Sequence[leaks.Marked], unseal: Unseal
) -> dict[str, Known]:
    """Return how the database stands to things, by their ids; four statements."""
    marks = readable(thing.mark for thing in things)
    bindings = {row.id: row for row in session.execute(_bindings(marks))}
    watches = {row.id: row for row in session.execute(_watches(marks))}
    clusters = sorted(
        {row.cluster_id for row in (*bindings.values(), *watches.values())}
    )
    windows = _windows(session, clusters)
    busy = stray_watches.busy_targets(session, clusters)
    found = {}
    for thing in things:
        binding = bindings.get(thing.mark)
        row = binding or watches.get(thing.mark)
        standing = leaks.Standing(
            is_busy=row is not None and row.cluster_id in busy,
            holder=None if binding is None else _holder(binding, unseal),
        )
        found[thing.id] = standing, _history(row, windows)
    return found


def look_again(
    session: orm.Session, thing: leaks.Marked, unseal: Unseal
) -> leaks.Standing:
    """Return how the database stands to a thing right now; one statement."""
    busy = sa.exists().where(
        Action.target == Binding.cluster_id, Action.status.in_(list(UNFINISHED))
    )
    row = session.execute(
        sa.select(*_HOLDER, busy.label("is_busy"))
        .join_from(Binding, Cluster, Cluster.id == Binding.cluster_id)
        .where(Binding.id == thing.mark)
    ).first()
    if row is None:
        return leaks.Standing()
    return leaks.Standing(is_busy=bool(row.is_busy), holder=_holder(row, unseal))


def _bindings(binding_ids: Sequence[str]) -> sa.Select[Any]:
    return (
        sa.select(Binding.id, Binding.cluster_id, *_HOLDER)
        .join_from(Binding, Cluster, Cluster.id == Binding.cluster_id)
        .where(Binding.id.in_(binding_ids))
    )


def _watches(binding_ids: Sequence[str]) -> sa.Select[Any]:
    return sa.select(*_WATCHED).where(BindingWatch.binding_id.in_(binding_ids))


def _windows(
    session: orm.Session, cluster_ids: Sequence[str]
) -> dict[str, list[leaks.Window]]:
    """Return when policies were attached to clusters."""
    found: dict[str, list[leaks.Window]] = {}
    rows: Iterable[Any] = session.execute(
        sa.select(Action.target, Action.start_time, Action.end_time).where(
            Action.target.in_(cluster_ids), Action.kind.in_(sorted(facts.FURNISHING))
        )
    )
    for row in rows:
        found.setdefault(row.target, []).extend(
            leaks.window(row.start_time, row.end_time)
        )
    return found


def _holder(row: Any, unseal: Unseal) -> leaks.Holder:
    data = unseal(row.sealed_data) if row.sealed_data else {}
    return leaks.Holder(
        project=row.project, keeps=json.dumps(data), has_object=row.is_attached
    )


def _history(row: Any, windows: Mapping[str, Sequence[leaks.Window]]) -> leaks.History:
    if row is None:
        return leaks.History()
    of_cluster = tuple(windows.get(row.cluster_id, ()))
    return leaks.History(
        projects=frozenset({row.project}),
        clusters=frozenset({row.cluster_id}),
        windows=of_cluster,
        last=max((one.end for one in of_cluster), default=None),
    )
