"""What must have held all the time, as actions and servers tell it afterwards.

As in ``checks``, each function returns a sentence for each thing that is wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from senlin_like.db.models import Action, Node
from senlin_like.db.session import Database
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.controls import Controls
from senlin_like.simulated_cloud.world import World
from tests.torture import attachments, checks, wardrobe
from tests.torture.deaths import Death

HEALTH_CHECK = "Health Check"
#: What may end a server of a node.
ENDING = {"NODE_CREATE", "NODE_DELETE", "NODE_RECOVER", "NODE_UPDATE"}
#: How long a deletion takes in the cloud, and how far clocks may be apart.
SLACK_S = 2.0
#: Seconds after its attachment from which a policy that listens hears all.
_HEARS_AFTER_S = 10.0
_DEAD = {"ERROR", "SHUTOFF"}


def is_repair(row: Any) -> bool:
    """Tell whether an action repairs a node since a health check has found it ill."""
    return row.cause == HEALTH_CHECK and row.action == "NODE_RECOVER"


def attached_by(
    db: Database, worn: Mapping[str, wardrobe.Garment]
) -> dict[str, tuple[Any, wardrobe.Garment]]:
    """Return binding id → the action that attached it, and the policy."""
    found = {}
    for row in checks.rows(db, Action):
        binding = (row.data or {}).get("binding")
        is_new = row.action == "CLUSTER_ATTACH_POLICY" and binding is not None
        if is_new and not row.data.get("is_attached"):
            found[binding] = (row, worn[row.inputs["policy_id"]])
    return found


def cooldowns(db: Database, worn: Mapping[str, wardrobe.Garment]) -> list[str]:
    """Return scalings that began within the cooldown of the one before."""
    rests = {
        binding: (one.properties["event"], one.properties["adjustment"]["cooldown"])
        for binding, (_, one) in attached_by(db, worn).items()
        if one.kind == "scaling"
    }
    return attachments.cooldowns(db, rests)


def too_many_repairs(
    db: Database, worn: Mapping[str, wardrobe.Garment]
) -> Iterator[str]:
    """Find clusters of which more nodes were repaired at once than allowed."""
    limits: dict[str, int] = {}
    for row, one in attached_by(db, worn).values():
        if one.kind == wardrobe.HEALTH:
            limits[row.target] = one.properties["recovery"].get(
                "max_repairs_in_flight", 10
            )
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in checks.rows(db, Action):
        if is_repair(row) and row.end_time is not None:
            spans[row.cluster_id].append((row.created_at.timestamp(), row.end_time))
    for cluster, them in spans.items():
        if cluster not in limits:
            yield f"Cluster {cluster} was repaired without a health policy."
        elif (most := at_once(them)) > limits[cluster]:
            yield f"{most} nodes of cluster {cluster} were repaired at once."


def too_large_batches(db: Database) -> Iterator[str]:
    """Find updates that had more nodes in hand than a batch has."""
    stored = checks.rows(db, Action)
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in stored:
        is_over = row.start_time is not None and row.end_time is not None
        if row.action == "NODE_UPDATE" and row.parent_id and is_over:
            spans[row.parent_id].append((row.start_time, row.end_time))
    for row in stored:
        sets = (row.data or {}).get("update", {}).get("plan")
        if sets and (most := at_once(spans[row.id])) > max(map(len, sets)):
            yield f"{most} nodes were updated at once by {row.action} {row.id}."


def at_once(spans: Iterable[tuple[float, float]]) -> int:
    """Return how many spans overlap at most; ends that meet don't."""
    marks = sorted(
        mark for start, end in spans for mark in ((start, 1), (max(end, start), -1))
    )
    most = number = 0
    for _, change in sorted(marks, key=lambda mark: (mark[0], mark[1])):
        number += change
        most = max(most, number)
    return most


def unasked(db: Database, world: World, deaths: Sequence[Death]) -> Iterator[str]:
    """Find servers that were deleted though nothing was to be done to them.

    A health check may have only those recreated that have died before.
    """
    vanished = {one.server for one in deaths if one.way == "vanish"}
    struck = _first_struck(deaths)
    spans: dict[str, list[Any]] = defaultdict(list)
    for row in checks.rows(db, Action):
        if row.action in ENDING and row.start_time is not None:
            spans[row.target].append(row)
    of_node: dict[str, list[Any]] = defaultdict(list)
    for server in checks.cloud_rows(world, tables.SERVERS):
        if server.node_mark is not None:
            of_node[server.node_mark].append(server)
    for node, servers in of_node.items():
        for server in servers:
            is_mine = server.deleted_at is not None and server.id not in vanished
            if is_mine and not _is_double(server, servers):
                yield from _judged(server, spans[node], struck)


def died_meanwhile(row: Any, deaths: Iterable[Death]) -> bool:
    """Tell whether a server died while an action that failed waited for it.

    What died in the middle of something never gets where it should.
    """
    return any(
        one.server in row.status_reason and row.start_time <= one.at <= row.end_time
        for one in deaths
    )


def _first_struck(deaths: Iterable[Death]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in deaths:
        found.setdefault(one.server, one.at)
    return found


def _judged(
    server: Any, actions: Iterable[Any], struck: Mapping[str, float]
) -> Iterator[str]:
    """Tell whether one of the actions had a reason to delete a server."""
    known = list(actions)
    if any(_has_gone(row, server.deleted_at) for row in known):
        # What turns up of a node that is gone is nobody's.
        return
    if not any(server.id in _told(row) for row in known) and not all(
        row.status == "SUCCEEDED" and not row.attempt for row in known
    ):
        # A lost engine has made it, and no action has brought it to its end.
        return
    reasons = [row for row in known if _holds(row, server.deleted_at)]
    if not reasons:
        yield f"Server {server.id} of node {server.node_mark} was deleted unasked."
    elif all(row.cause == HEALTH_CHECK for row in reasons):
        is_new = all(server.created_at >= row.start_time for row in reasons)
        has_died = struck.get(server.id, float("inf")) < server.deleted_at
        if not (is_new or has_died):
            yield f"Healthy server {server.id} was deleted by {reasons[0].id}."


def _holds(row: Any, at: float) -> bool:
    end = float("inf") if row.end_time is None else row.end_time
    return bool(row.start_time - SLACK_S <= at <= end + SLACK_S)


def _told(row: Any) -> str:
    """Return what the steps of an action have said at their ends."""
    entries = (row.journal or {}).values()
    results = [one.get("result", {}) for one in entries if isinstance(one, dict)]
    return " ".join(str(result.get("reason", "")) for result in results)


def _has_gone(row: Any, at: float) -> bool:
    is_deletion = row.action == "NODE_DELETE" and row.status == "SUCCEEDED"
    return is_deletion and bool(row.end_time <= at)


def _is_double(server: Any, others: Iterable[Any]) -> bool:
    """Tell whether the node had another server when this one was deleted."""
    return any(
        other.id != server.id
        and other.created_at < server.deleted_at
        and (other.deleted_at is None or other.deleted_at > server.deleted_at)
        for other in others
    )


def rebuilt(controls: Controls, deaths: Sequence[Death]) -> Iterator[str]:
    """Find servers that were rebuilt though they hadn't died."""
    struck = _first_struck(deaths)
    for entry in controls.journal(method="compute.rebuild"):
        if struck.get(entry["name"], float("inf")) > entry["at"]:
            yield f"Healthy server {entry['name']} was rebuilt."


def dead(
    db: Database,
    world: World,
    worn: Mapping[str, wardrobe.Garment],
    deaths: Sequence[Death],
) -> list[str]:
    """Return nodes that are dead though their cluster's health is seen to.

    Those of clusters whose policy has a limit may stay dead.
    """
    begun = {
        binding: (row.end_time or 0.0, one)
        for binding, (row, one) in attached_by(db, worn).items()
    }
    watched = {}
    for one in attachments.bindings(db):
        since, garment = begun.get(one.row.id, (0.0, None))
        if garment is None or garment.kind != wardrobe.HEALTH:
            continue
        is_free = garment.properties["recovery"].get("max_unhealthy_percent") == 100
        if one.row.is_attached and one.row.enabled and is_free:
            heard = since + _HEARS_AFTER_S if garment.name == "listen" else 0.0
            watched[one.row.cluster_id] = heard
    servers = {row.id: row for row in checks.cloud_rows(world, tables.SERVERS)}
    last = {one.server: one.at for one in deaths}
    found = []
    for node in checks.rows(db, Node):
        server = servers.get(node.physical_id)
        at = last.get(node.physical_id)
        if server is None or at is None or at < watched.get(node.cluster_id, at + 1):
            continue
        if server.deleted_at is not None or server.target in _DEAD:
            found.append(f"Node {node.id} is dead and nobody repairs it.")
    return found
