"""What the database knows of things in a cloud that carry the mark of a node.

``policy_leaks`` has the same for the marks of bindings. All is read for a page of
things at a time, with as many statements however many they are.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import identity, stray_watches
from senlin_like.db.models import Action, Event, Node
from senlin_like.domain import actions as facts
from senlin_like.domain import leaks
from senlin_like.domain.enums import UNFINISHED, Kind, NodeStatus, Phase

#: Things that are asked about at a time.
PAGE = 500
#: Events of these tell that there was a node, and what it was called.
_TELLING = sorted({*facts.CREATING, Kind.NODE_DELETE})
_NODE: list[Any] = [
    Node.id,
    Node.name,
    Node.user,
    Node.project,
    Node.domain,
    Node.cluster_id,
    Node.profile_id,
    Node.physical_id,
    Node.data,
    Node.init_at,
]
_ACTION: list[Any] = [
    Action.target,
    Action.project,
    Action.cluster_id,
    Action.kind,
    Action.created_at,
    Action.start_time,
    Action.end_time,
]
_EVENT: list[Any] = [
    Event.oid,
    Event.oname,
    Event.project,
    Event.cluster_id,
    Event.action,
    Event.status,
    Event.timestamp,
]
_ACTIVE = sa.select(*_NODE).where(Node.status == NodeStatus.ACTIVE)

Known = tuple[leaks.Standing, leaks.History]


def known(
    session: orm.Session, things: Sequence[leaks.Marked], longest_s: float
) -> dict[str, Known]:
    """Return how the database stands to things, by their ids; five statements.

    ``longest_s`` is how long an action takes at most of which only the start is
    known.
    """
    marks = readable(thing.mark for thing in things)
    nodes = {row.id: row for row in session.execute(_nodes(marks))}
    clusters = {row.cluster_id for row in nodes.values()}
    clusters |= set(readable(thing.cluster_id for thing in things))
    busy = stray_watches.busy_targets(session, sorted({*marks, *clusters} - {""}))
    objects = readable_texts(thing.object_id for thing in things)
    used = set(
        session.scalars(
            sa.select(Node.physical_id).where(Node.physical_id.in_(objects))
        )
    )
    histories = _histories(session, marks, nodes, longest_s)
    found = {}
    for thing in things:
        node = nodes.get(thing.mark)
        places = {thing.mark, thing.cluster_id, node.cluster_id if node else None}
        standing = leaks.Standing(
            is_used=thing.object_id in used,
            is_busy=bool(places & busy),
            holder=None if node is None else _holder(node),
        )
        found[thing.id] = standing, histories.get(thing.mark, leaks.History())
    return found


def look_again(session: orm.Session, thing: leaks.Marked) -> leaks.Standing:
    """Return how the database stands to a thing right now; one statement."""
    targets = readable([thing.mark, thing.cluster_id])
    mine = Node.id.in_(readable([thing.mark]))
    cluster = sa.select(Node.cluster_id).where(mine).scalar_subquery()
    works = sa.or_(Action.target.in_(targets), Action.target == cluster)
    asked = sa.select(
        sa.exists().where(Node.physical_id == thing.object_id).label("is_used"),
        sa.exists().where(works, Action.status.in_(list(UNFINISHED))).label("is_busy"),
    ).subquery()
    # Outer, since the node may be gone.
    row = session.execute(
        sa.select(asked, Node.project, Node.physical_id, Node.data).outerjoin_from(
            asked, Node, mine
        )
    ).one()
    return leaks.Standing(
        is_used=bool(row.is_used),
        is_busy=bool(row.is_busy),
        holder=None if row.project is None else _holder(row),
    )


def active_nodes(session: orm.Session, project: str, after: str) -> Sequence[Any]:
    """Return a page of a project's nodes that say they are ACTIVE, by their ids."""
    query = _ACTIVE.where(Node.project == project, Node.id > after)
    return session.execute(query.order_by(Node.id).limit(PAGE)).all()


def still_active(
    session: orm.Session, nodes: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return those nodes that are as they were: node id → physical id.

    Those that somebody works on, or on whose cluster, are left out. Two
    statements.
    """
    rows = session.execute(_ACTIVE.where(Node.id.in_(sorted(nodes)))).all()
    alike = [row for row in rows if row.physical_id == nodes[row.id]]
    targets = {row.id for row in alike} | {row.cluster_id for row in alike} - {""}
    busy = stray_watches.busy_targets(session, sorted(targets))
    return {row.id: row for row in alike if not {row.id, row.cluster_id} & busy}


def readable(marks: Iterable[str | None]) -> list[str]:
    """Return, once each, what can be an id of ours: users may write anything."""
    return sorted({mark for mark in marks if mark and identity.is_uuid_like(mark)})


def readable_texts(texts: Iterable[str]) -> list[str]:
    """Return, once each, the texts that a database can be asked for."""
    return sorted({text for text in texts if identity.is_storable(text)})


def _nodes(node_ids: Collection[str]) -> sa.Select[Any]:
    return sa.select(*_NODE).where(Node.id.in_(list(node_ids)))


def _holder(node: Any) -> leaks.Holder:
    return leaks.Holder(
        project=node.project,
        keeps=json.dumps([node.physical_id, node.data]),
        has_object=node.physical_id is not None,
    )


class _Gathered:
    """What is found out about one node, piece by piece."""

    def __init__(self) -> None:
        self.projects: set[str] = set()
        self.names: set[str] = set()
        self.clusters: set[str] = set()
        self.windows: list[leaks.Window] = []
        self.moments: list[tuple[float, bool]] = []
        self.heard: list[float] = []

    def meet(self, project: str, cluster_id: str, at: float) -> None:
        self.projects.add(project)
        self.clusters.add(cluster_id)
        self.heard.append(at)

    def history(self, longest_s: float) -> leaks.History:
        return leaks.History(
            projects=frozenset(self.projects),
            names=frozenset(self.names),
            clusters=frozenset(self.clusters - {""}),
            windows=(*self.windows, *leaks.windows_of(self.moments, longest_s)),
            last=max(self.heard),
        )


def _histories(
    session: orm.Session,
    node_ids: Sequence[str],
    nodes: Mapping[str, Any],
    longest_s: float,
) -> dict[str, leaks.History]:
    """Put together what rows of nodes, actions and events tell of some nodes."""
    found: dict[str, _Gathered] = {}
    for node in nodes.values():
        one = found.setdefault(node.id, _Gathered())
        one.meet(node.project, node.cluster_id, node.init_at.timestamp())
        one.names.add(node.name)
    for row in session.execute(_actions(node_ids)):
        one = found.setdefault(row.target, _Gathered())
        made = row.created_at.timestamp()
        one.meet(row.project, row.cluster_id, max(made, row.end_time or made))
        if row.kind in facts.CREATING:
            one.windows += leaks.window(row.start_time, row.end_time)
    for row in session.execute(_events(node_ids)):
        one = found.setdefault(row.oid, _Gathered())
        at = row.timestamp.timestamp()
        one.meet(row.project, row.cluster_id, at)
        one.names.add(row.oname)
        if row.action in facts.CREATING and row.status != Phase.PROGRESS:
            one.moments.append((at, row.status == Phase.START))
    return {node_id: one.history(longest_s) for node_id, one in found.items()}


def _actions(node_ids: Sequence[str]) -> sa.Select[Any]:
    return sa.select(*_ACTION).where(Action.target.in_(node_ids))


def _events(node_ids: Sequence[str]) -> sa.Select[Any]:
    return sa.select(*_EVENT).where(Event.oid.in_(node_ids), Event.action.in_(_TELLING))
