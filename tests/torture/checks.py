"""What must hold when everything is at rest, whatever happened before.

Works on the two databases alone: it doesn't matter how many processes there
were. Each function returns a sentence for each thing that is wrong.
"""

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from senlin_like.db.models import Action, Cluster, Node, Profile
from senlin_like.db.session import Database
from senlin_like.db.work_models import Dependency
from senlin_like.domain.enums import FINAL
from senlin_like.drivers.base import NODE_MARK
from senlin_like.simulated_cloud import audit, tables
from senlin_like.simulated_cloud.world import World
from tests.torture import policy_checks

PASSING_NODE = {"INIT", "CREATING", "DELETING", "UPDATING", "RECOVERING", "OPERATING"}
PASSING_CLUSTER = {
    "INIT",
    "CREATING",
    "DELETING",
    "UPDATING",
    "RESIZING",
    "CHECKING",
    "RECOVERING",
    "OPERATING",
}


def rows(db: Database, model: Any) -> list[Any]:
    with db.reader() as session:
        return list(session.execute(sa.select(model.__table__)))


def cloud_rows(world: World, table: sa.Table) -> list[Any]:
    return world.store.read(
        lambda connection: list(connection.execute(sa.select(table)))
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thing:
    """What a node is made of; ``gone_at`` is when its deletion was asked for."""

    kind: str
    id: str
    mark: str | None
    created_at: float
    gone_at: float | None


def things(world: World) -> list[Thing]:
    """Return all servers, stacks and containers that there ever were."""
    servers = {row.id: row for row in cloud_rows(world, tables.SERVERS)}
    found = [
        Thing(
            kind="Server",
            id=row.id,
            mark=row.node_mark,
            created_at=row.created_at,
            gone_at=row.deleted_at,
        )
        for row in servers.values()
    ]
    for row in cloud_rows(world, tables.STACKS):
        marks = [tag for tag in row.tags if tag.startswith(f"{NODE_MARK}=")]
        found.append(
            Thing(
                kind="Stack",
                id=row.id,
                mark=marks[0].partition("=")[2] if marks else None,
                created_at=row.created_at,
                gone_at=row.deleted_at,
            )
        )
    for row in cloud_rows(world, tables.CONTAINERS):
        ends = (row.deleted_at, servers[row.server_id].deleted_at)
        found.append(
            Thing(
                kind="Container",
                id=row.id,
                mark=row.node_mark,
                created_at=row.created_at,
                gone_at=min((end for end in ends if end is not None), default=None),
            )
        )
    return found


def live_servers(world: World) -> list[Any]:
    """Return the servers that are there and aren't being deleted."""
    return [row for row in cloud_rows(world, tables.SERVERS) if row.deleted_at is None]


def problems(
    db: Database, world: World, *, vanished: Collection[str] = ()
) -> list[str]:
    """Return everything that is wrong at rest.

    ``vanished`` are servers that were taken away from outside.
    """
    return [
        *_actions(db),
        *_nodes(db, world, vanished),
        *_clusters(db),
        *_dependents(db),
        *audit.problems(world),
        *policy_checks.problems(db, world),
    ]


def _actions(db: Database) -> list[str]:
    found = [
        f"{row.action} {row.id} never ended: {row.status} {row.status_reason}"
        for row in rows(db, Action)
        if row.status not in FINAL
    ]
    found += [
        f"{row.action} {row.id} counts {row.children_left} children"
        for row in rows(db, Action)
        if row.children_left
    ]
    found += [
        f"{row.dependent} still stands in line behind {row.depended}"
        for row in rows(db, Dependency)
    ]
    return found


def _nodes(db: Database, world: World, vanished: Collection[str]) -> list[str]:
    nodes = {row.id: row for row in rows(db, Node)}
    live = {thing.id: thing for thing in things(world) if thing.gone_at is None}
    found = []
    for thing in live.values():
        node = nodes.get(thing.mark)
        if node is None:
            found.append(f"{thing.kind} {thing.id} is an orphan of {thing.mark}.")
        elif node.physical_id != thing.id:
            found.append(
                f"{thing.kind} {thing.id} isn't the one of its node {node.id} "
                f"({node.status}, {node.physical_id}; {node.status_reason})."
            )
    for node in nodes.values():
        if node.status in PASSING_NODE:
            found.append(
                f"Node {node.name} {node.id} is left {node.status} "
                f"({node.status_reason})."
            )
        has_thing = node.physical_id in live or node.physical_id in vanished
        if node.status == "ACTIVE" and not has_thing:
            found.append(f"Node {node.id} is ACTIVE without its object.")
    found += [
        f"Port {port.id} is an orphan of {port.node_mark}."
        for port in cloud_rows(world, tables.PORTS)
        if port.node_mark is not None and port.node_mark not in nodes
    ]
    found += [
        f"Port {port.id} of node {port.node_mark} is plugged into nothing."
        for port in cloud_rows(world, tables.PORTS)
        if port.node_mark in nodes
        and nodes[port.node_mark].status == "ACTIVE"
        and nodes[port.node_mark].physical_id in live
        and port.device_id is None
    ]
    return found


def _clusters(db: Database) -> list[str]:
    active: dict[str, int] = defaultdict(int)
    for node in rows(db, Node):
        active[node.cluster_id] += node.status == "ACTIVE"
    found = []
    for row in rows(db, Cluster):
        if row.status in PASSING_CLUSTER:
            found.append(f"Cluster {row.name}, {row.id}, is left {row.status}.")
        if row.status == "ACTIVE" and active[row.id] < row.desired_capacity:
            found.append(
                f"Cluster {row.name}, {row.id}, is ACTIVE with {active[row.id]} of "
                f"{row.desired_capacity} nodes."
            )
    return found


def _dependents(db: Database) -> list[str]:
    """Compare what hosts know of those on them with what these say themselves."""
    nodes = {row.id: row for row in rows(db, Node)}
    wanted = {
        (row.data["host_node"], row.id)
        for row in nodes.values()
        if (row.data or {}).get("host_node")
    }
    told = {
        (row.id, one)
        for row in nodes.values()
        for one in row.dependents.get("nodes", ())
    }
    known = {row.id for row in rows(db, Profile)}
    named = [
        (row.name, one)
        for row in [*nodes.values(), *rows(db, Cluster)]
        for one in row.dependents.get("profiles", ())
    ]
    return [
        *(f"Host {host} doesn't know of node {node}." for host, node in wanted - told),
        *(f"Host {host} knows of node {node}." for host, node in told - wanted),
        *(f"Host {name} knows of profile {p}." for name, p in named if p not in known),
    ]


def too_large(db: Database) -> list[str]:
    """Return clusters with more nodes than they may have."""
    counts = Counter(row.cluster_id for row in rows(db, Node))
    return [
        f"Cluster {row.name} has {counts[row.id]} nodes."
        for row in rows(db, Cluster)
        if counts[row.id] > row.max_size
    ]


def doubles(world: World) -> list[tuple[str, float]]:
    """Return (node, seconds) for each time that a node had two objects."""
    return [(mark, end - start) for mark, start, end in _double_spans(world)]


def _double_spans(world: World) -> list[tuple[str, float, float]]:
    """Return (node, from, to) for each time that a node had two objects.

    An object counts from its creation to the request of its deletion.
    """
    lives: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for thing in things(world):
        if thing.mark is not None:
            end = float("inf") if thing.gone_at is None else thing.gone_at
            lives[thing.mark].append((thing.created_at, end))
    found = []
    for mark, spans in lives.items():
        spans.sort()
        for (_start, end), (following, its_end) in itertools.pairwise(spans):
            if following < end:
                found.append((mark, following, min(end, its_end)))
    return found


def doubles_at_rest(db: Database, world: World) -> list[tuple[str, float]]:
    """Return (node, seconds) for each time that a node at rest had two servers.

    While an action is at work on the node, it sees to them itself.
    """
    at_work: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows(db, Action):
        if row.start_time is not None and row.end_time is not None:
            at_work[row.target].append((row.start_time, row.end_time))
    found = []
    for mark, start, end in _double_spans(world):
        seconds, reached = 0.0, start
        for begun, ended in sorted(at_work[mark]):
            seconds += max(min(begun, end) - reached, 0.0)
            reached = max(reached, min(ended, end))
        found.append((mark, seconds + max(end - reached, 0.0)))
    return found


def unchosen(db: Database, before: Collection[str]) -> list[str]:
    """Return nodes that are gone though no action has chosen them.

    ``before`` are all nodes that ever were.
    """
    left = {row.id for row in rows(db, Node)}
    chosen: set[str] = set()
    wiped: set[str] = set()
    never: set[str] = set()
    stored = rows(db, Action)
    cancelled = {row.id for row in stored if row.status == "CANCELLED"}
    for row in stored:
        chosen |= set((row.data or {}).get("deletion", {}).get("candidates", ()))
        if row.action == "NODE_DELETE" and row.parent_id is None:
            chosen.add(row.target)
        if row.action == "CLUSTER_DELETE":
            wiped.add(row.id)
        # A cancelled growth takes back what came to nothing.
        was_dropped = row.status == "FAILED" and row.parent_id in cancelled
        if row.action == "NODE_CREATE" and (row.id in cancelled or was_dropped):
            never.add(row.target)
    by_delete = {
        row.target
        for row in stored
        if row.action == "NODE_DELETE" and row.parent_id in wiped
    }
    return sorted(set(before) - left - chosen - by_delete - never)
