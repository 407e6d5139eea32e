"""What must hold when everything is at rest, whatever happened before.

Works on the two databases alone: it doesn't matter how many processes there
were. Each function returns a sentence for each thing that is wrong.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from senlin_like.db.models import Action, Cluster, Dependency, Node
from senlin_like.db.session import Database
from senlin_like.domain.enums import FINAL
from senlin_like.simulated_cloud import audit, tables
from senlin_like.simulated_cloud.world import World

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
        *audit.problems(world),
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
    servers = {row.id: row for row in live_servers(world)}
    found = []
    for server in servers.values():
        node = nodes.get(server.node_mark)
        if node is None:
            found.append(f"Server {server.id} is an orphan of {server.node_mark}.")
        elif node.physical_id != server.id:
            found.append(
                f"Server {server.id} isn't the one of its node {node.id} "
                f"({node.status}, {node.physical_id}; {node.status_reason})."
            )
    for node in nodes.values():
        if node.status in PASSING_NODE:
            found.append(
                f"Node {node.name} {node.id} is left {node.status} "
                f"({node.status_reason})."
            )
        has_server = node.physical_id in servers or node.physical_id in vanished
        if node.status == "ACTIVE" and not has_server:
            found.append(f"Node {node.id} is ACTIVE without its server.")
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
        and nodes[port.node_mark].physical_id in servers
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
            found.append(f"Cluster {row.name} is left {row.status}.")
        if row.status == "ACTIVE" and active[row.id] < row.desired_capacity:
            found.append(
                f"Cluster {row.name} is ACTIVE with {active[row.id]} of "
                f"{row.desired_capacity} nodes."
            )
    return found


def doubles(world: World) -> list[tuple[str, float]]:
    """Return (node, seconds) for each time that a node had two servers."""
    return [(mark, end - start) for mark, start, end in _double_spans(world)]


def _double_spans(world: World) -> list[tuple[str, float, float]]:
    """Return (node, from, to) for each time that a node had two servers.

    A server counts from its creation to the request of its deletion.
    """
    lives: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in cloud_rows(world, tables.SERVERS):
        if row.node_mark is not None:
            end = float("inf") if row.deleted_at is None else row.deleted_at
            lives[row.node_mark].append((row.created_at, end))
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
