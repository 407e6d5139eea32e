"""Rows of actions, as readers see them, and the few writes of operations."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, lifecycle, models, paging, vault
from senlin_like.db import identity as identities
from senlin_like.db.work_models import Dependency
from senlin_like.domain.enums import ActionStatus, Kind, Signal

TABLE = models.Action.__table__
_DEPENDENCY = Dependency.__table__

NAMED = identities.Named(
    kind="action", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
)
LISTING = paging.Listing(
    id=TABLE.c.id,
    project=TABLE.c.project,
    sortable={
        key: TABLE.c[key]
        for key in ("name", "target", "action", "created_at", "status")
    },
    filterable={
        key: TABLE.c[key]
        for key in ("name", "action", "status", "target", "cluster_id")
    },
    default="created_at",
)
_KEYS = [
    "id",
    "name",
    "cluster_id",
    "action",
    "target",
    "cause",
    "owner",
    "start_time",
    "end_time",
    "timeout",
    "status",
    "status_reason",
    "inputs",
    "outputs",
    "data",
    "created_at",
    "updated_at",
    "user",
    "project",
]
_SHOWN = sa.select(
    *(TABLE.c[key] for key in _KEYS), TABLE.c.signal, TABLE.c.parent_id, TABLE.c.wait
)
_PAUSES = "It was asked to be suspended, and pauses before its next step."
#: Parameters of operations that nobody reads again.
_MASK = "******"

Record = dict[str, Any]


def get(session: orm.Session, ctx: RequestContext, identity: str) -> Record:
    """Return an action with what it depends on; three statements for an id.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _SHOWN, identity)
    return _records(session, [row])[0]


def list_page(
    session: orm.Session,
    ctx: RequestContext,
    page: paging.Page,
    filters: paging.Filters,
) -> list[Record]:
    """Return one page of actions; a constant number of statements.

    The filter ``cluster_id`` takes ids, names and short ids; if one of them
    is unknown, nothing matches.

    :raises MultipleChoices: when one fits several clusters.
    """
    filters = dict(filters)
    if "cluster_id" in filters:
        found = identities.find_ids(session, ctx, clusters.NAMED, filters["cluster_id"])
        if found is None:
            return []
        filters["cluster_id"] = found
    return _records(session, paging.fetch(session, ctx, LISTING, _SHOWN, page, filters))


def _records(session: orm.Session, rows: Sequence[identities.Row]) -> list[Record]:
    waits, awaited = _relations(session, rows)
    records = []
    for row in rows:
        record: Record = dict(zip(_KEYS, row, strict=False))
        record["interval"] = -1
        record["inputs"] = masked(record["inputs"])
        record["depends_on"] = waits[row[0]]
        record["depended_by"] = awaited[row[0]]
        _say_how_far(record)
        if lifecycle.is_telling(row):
            record["status"] = ActionStatus.WAITING_LIFECYCLE_COMPLETION
            record["status_reason"] = "Its lifecycle hook is being told."
        if row.signal == Signal.SUSPEND and row.status in _PAUSABLE:
            reason = f"{record['status_reason']} {_PAUSES}"
            record["status_reason"] = reason.strip()
        records.append(record)
    return records


def _say_how_far(record: Record) -> None:
    """Say of a parent how many of its children are still to end, as of now."""
    made = (record["data"] or {}).get("children_made")
    if made and record["depends_on"] and record["status"] == ActionStatus.WAITING:
        left = len(record["depends_on"])
        record["status_reason"] = (
            f"Waiting for {left} of {made} depended action(s) to end."
        )


def masked(inputs: Any) -> Any:
    """Return inputs of an action with passwords hidden, at any depth."""
    if isinstance(inputs, dict):
        return {
            key: _MASK if key in vault.SECRETS and value is not None else masked(value)
            for key, value in inputs.items()
        }
    if isinstance(inputs, list):
        return [masked(value) for value in inputs]
    return inputs


Relations = defaultdict[str, list[str]]


def _relations(
    session: orm.Session, rows: Sequence[identities.Row]
) -> tuple[Relations, Relations]:
    """Return what actions wait for, and who waits for them.

    A parent waits for its children that have not ended; others stand in line
    behind the ones before them.
    """
    waits: Relations = defaultdict(list)
    awaited: Relations = defaultdict(list)
    ids = [row[0] for row in rows]
    if not ids:
        return waits, awaited
    lines = sa.select(_DEPENDENCY.c.dependent, _DEPENDENCY.c.depended).where(
        sa.or_(_DEPENDENCY.c.dependent.in_(ids), _DEPENDENCY.c.depended.in_(ids))
    )
    families = sa.select(TABLE.c.parent_id, TABLE.c.id).where(
        TABLE.c.parent_id.in_(ids), TABLE.c.status.in_(_UNFINISHED)
    )
    ordered = families.order_by(TABLE.c.parent_id, TABLE.c.sequence)
    for query in (lines, ordered):
        for dependent, depended in session.execute(query):
            waits[dependent].append(depended)
            awaited[depended].append(dependent)
    for row in rows:
        parent = row.parent_id
        if parent and row.status in _UNFINISHED and parent not in awaited[row[0]]:
            awaited[row[0]].append(parent)
    return waits, awaited


_UNFINISHED = [
    str(status)
    for status in ActionStatus
    if status
    not in (ActionStatus.SUCCEEDED, ActionStatus.FAILED, ActionStatus.CANCELLED)
]
_PAUSABLE = [status for status in _UNFINISHED if status != ActionStatus.SUSPENDED]


def cluster_of(session: orm.Session, ctx: RequestContext, action_id: str) -> str:
    """Return the id of the cluster that an action belongs to; '' for orphans.

    :raises NotFound: when the caller has no action with exactly this id.
    """
    query = sa.select(TABLE.c.cluster_id).where(
        TABLE.c.id == action_id, *identities.visible(ctx, TABLE.c.project)
    )
    found = None
    if identities.is_storable(action_id):
        found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise exceptions.NotFound("action", action_id)
    return str(found)


def awaits_profile(session: orm.Session, profile_id: str) -> bool:
    """Tell whether an unfinished update is to give a profile to somebody.

    Whoever asks for one holds the profile (``profiles.find_hold``) meanwhile.
    """
    query = sa.select(TABLE.c.inputs).where(
        TABLE.c.action.in_((Kind.CLUSTER_UPDATE, Kind.NODE_UPDATE)),
        TABLE.c.status.in_(_UNFINISHED),
    )
    return any(
        (inputs or {}).get("new_profile_id") == profile_id
        for inputs in session.scalars(query)
    )


def data_of_named(session: orm.Session, target: str, name: str) -> list[Record]:
    """Return the data of the actions of a name on a target."""
    query = sa.select(TABLE.c.data).where(
        TABLE.c.name == name, TABLE.c.target == target
    )
    return [data or {} for data in session.scalars(query)]


def delete_checks(session: orm.Session, cluster_id: str) -> None:
    """Delete the finished checks of a cluster, and those of its nodes in them."""
    over = [ActionStatus.SUCCEEDED, ActionStatus.FAILED]
    found = sa.select(TABLE.c.id).where(
        TABLE.c.target == cluster_id,
        TABLE.c.action == Kind.CLUSTER_CHECK,
        TABLE.c.status.in_(over),
    )
    ids = list(session.scalars(found))
    if ids:
        children = sa.and_(TABLE.c.parent_id.in_(ids), TABLE.c.status.in_(over))
        session.execute(sa.delete(TABLE).where(children))
        session.execute(sa.delete(TABLE).where(TABLE.c.id.in_(ids)))
