"""What must hold of policies, load balancers and webhooks when all is at rest.

As in ``checks``, each function returns a sentence for each thing that is wrong.
"""

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like.db.models import Action, Binding, Cluster, Node, Policy
from senlin_like.db.session import Database
from senlin_like.drivers.base import NODE_MARK
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World
from tests.torture import checks
from tests.torture.triggers import TICKET, Trigger

#: How far clocks and transactions may be apart, in seconds.
TOLERANCE_S = 0.5
_BALANCER = "senlin.policy.loadbalance"
_MAY_BE_MEMBER = {"ACTIVE", "ERROR", "WARNING"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attached:
    """A binding, with what it keeps and what its policy says."""

    row: Any
    type: str
    name: str
    data: Mapping[str, Any]
    properties: Mapping[str, Any]


def bindings(db: Database) -> list[Attached]:
    """Return all bindings, half attached ones too."""
    query = sa.select(
        Binding.__table__,
        Policy.__table__.c.type,
        Policy.__table__.c.name,
        Policy.__table__.c.sealed_spec,
    ).join(Policy.__table__, Policy.__table__.c.id == Binding.__table__.c.policy_id)
    with db.reader() as session:
        rows = session.execute(query).all()
    return [
        Attached(
            row=row,
            type=row.type,
            name=row.name,
            data=db.vault.unseal(row.sealed_data) if row.sealed_data else {},
            properties=db.vault.unseal(row.sealed_spec)["properties"],
        )
        for row in rows
    ]


def problems(db: Database, world: World) -> list[str]:
    """Return what is wrong with what policies have made."""
    held = bindings(db)
    return [
        *_half(held),
        *_balancers(held, world),
        *_members(db, held, world),
        *_groups(held, world),
        *_zones(db, world),
    ]


def _half(held: Iterable[Attached]) -> Iterator[str]:
    for one in held:
        if not one.row.is_attached:
            yield (
                f"Policy {one.name} is left half attached to cluster "
                f"{one.row.cluster_id}."
            )


def _balancers(held: Iterable[Attached], world: World) -> Iterator[str]:
    """Compare load balancers with the bindings that they were made for."""
    known = {one.row.id: one for one in held if one.type.startswith(_BALANCER)}
    live = [
        row
        for row in checks.cloud_rows(world, tables.LOAD_BALANCERS)
        if row.deleted_at is None
    ]
    for row in live:
        if row.mark not in known:
            yield f"Load balancer {row.id} is an orphan of binding {row.mark}."
        elif known[row.mark].data.get("loadbalancer") != row.id:
            yield f"Load balancer {row.id} isn't the one of its binding {row.mark}."
    ids = {row.id for row in live}
    for one in known.values():
        if one.row.is_attached and one.data.get("loadbalancer") not in ids:
            yield f"Binding {one.row.id} has lost its load balancer."


def _members(db: Database, held: Iterable[Attached], world: World) -> Iterator[str]:
    """Compare the members of pools with the nodes of their clusters."""
    nodes: dict[str, list[Any]] = defaultdict(list)
    for node in checks.rows(db, Node):
        nodes[node.cluster_id].append(node)
    pools: dict[str, list[Any]] = defaultdict(list)
    for row in checks.cloud_rows(world, tables.MEMBERS):
        pools[row.pool_id].append(row)
    used = _addresses(world)
    for one in held:
        is_in_use = one.row.is_attached and one.row.enabled
        if not (is_in_use and one.type.startswith(_BALANCER)):
            continue
        # One that has lost its load balancer has no pool either.
        there = pools[str(one.data.get("pool"))]
        yield from _members_of(
            one.row.cluster_id, nodes[one.row.cluster_id], there, used
        )


def _addresses(world: World) -> dict[str, set[str]]:
    """Return the addresses of each live server."""
    ports, used = tables.PORTS, tables.ADDRESSES
    query = sa.select(ports.c.device_id, used.c.address).join(
        used, used.c.owner_id == ports.c.id
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in world.store.read(lambda c: list(c.execute(query))):
        found[row.device_id].add(row.address)
    return found


def _members_of(
    cluster: str,
    nodes: Iterable[Any],
    members: Iterable[Any],
    used: Mapping[str, set[str]],
) -> Iterator[str]:
    known = {node.id: node for node in nodes}
    mine: dict[str, list[Any]] = defaultdict(list)
    for member in members:
        marks = [tag for tag in member.tags if tag.startswith(f"{NODE_MARK}=")]
        mine[marks[0].partition("=")[2] if marks else ""].append(member)
    for node_id, found in mine.items():
        node = known.get(node_id)
        if node is None or node.status not in _MAY_BE_MEMBER:
            status = "gone" if node is None else node.status
            yield (
                f"A member of cluster {cluster} is of node {node_id}: it is {status}."
            )
        if len(found) > 1:
            yield f"Node {node_id} is {len(found)} members of cluster {cluster}."
    for node in known.values():
        if node.status == "ACTIVE":
            yield from _membership(node, mine[node.id], used.get(node.physical_id))


def _membership(
    node: Any, members: Sequence[Any], addresses: Collection[str] | None
) -> Iterator[str]:
    """Tell what is wrong with the membership of an ACTIVE node.

    What was taken away from outside has no addresses any more.
    """
    if not members and addresses:
        yield f"Node {node.id} of cluster {node.cluster_id} is ACTIVE and no member."
        return
    member = members[0]
    if addresses and member.address not in addresses:
        yield f"The member of node {node.id} leads to {member.address}, not to it."
    if member.weight == 0:
        yield f"Node {node.id} is ACTIVE and its member gets no visitors."
    if node.data.get("lb_member") != member.id:
        yield f"Node {node.id} doesn't know its member {member.id}."


def _groups(held: Iterable[Attached], world: World) -> Iterator[str]:
    """Compare server groups with the bindings that they were made for."""
    wanted = {
        one.data["servergroup_id"]: one for one in held if "servergroup_id" in one.data
    }
    there = {row.id: row for row in checks.cloud_rows(world, tables.SERVER_GROUPS)}
    for group_id in there.keys() - wanted.keys():
        yield f"Server group {group_id} ({there[group_id].name}) is an orphan."
    for group_id in wanted.keys() - there.keys():
        yield f"Binding {wanted[group_id].row.id} has lost server group {group_id}."


def _zones(db: Database, world: World) -> Iterator[str]:
    """Compare where nodes were placed with where their servers are."""
    servers = {row.id: row for row in checks.live_servers(world)}
    for node in checks.rows(db, Node):
        zone = (node.data or {}).get("placement", {}).get("zone")
        server = servers.get(node.physical_id)
        if zone and server is not None and server.zone != zone:
            yield f"Node {node.id} was placed in {zone} and is in {server.zone}."


def triggers(db: Database, sent: Collection[Trigger]) -> list[str]:
    """Return triggers whose action isn't there exactly as was answered."""
    # Children may have the inputs of their parent.
    stored = [row for row in checks.rows(db, Action) if row.parent_id is None]
    made = Counter(str((row.inputs or {}).get(TICKET)) for row in stored)
    names = {(row.inputs or {}).get(TICKET): row.id for row in stored}
    found = []
    for one in sent:
        number = made[one.ticket]
        if one.status == 202 and (number, names.get(one.ticket)) != (1, one.action):
            found.append(
                f"Trigger {one.ticket} made {number} actions, not {one.action}"
            )
        elif 400 <= one.status < 500 and number:
            found.append(f"Trigger {one.ticket} was refused and made {number} actions.")
        elif number > 1:
            found.append(f"Trigger {one.ticket} made {number} actions.")
    return found


def cooldowns(db: Database, held: Mapping[str, Any]) -> list[str]:
    """Return scalings that began within the cooldown of the one before.

    ``held``: id of each binding that there ever was → cooldown in seconds and
    the event of its policy. An action's children tell when it had decided.
    """
    stored = checks.rows(db, Action)
    decided: dict[str, float] = {}
    for row in stored:
        if row.parent_id is not None:
            at = row.created_at.timestamp()
            decided[row.parent_id] = min(decided.get(row.parent_id, at), at)
    scaled: dict[str, list[Any]] = defaultdict(list)
    for row in stored:
        # One that was refused starts no cooldown.
        if (row.journal or {}).get("Begin", {}).get("done"):
            for binding in (row.data or {}).get("scaled_under", ()):
                scaled[binding].append(row)
    found = []
    for binding, them in scaled.items():
        event, rest_s = held.get(binding, (None, 0.0))
        for before, after in itertools.permutations(them, 2):
            if after.action != event or after.id not in decided:
                continue
            pause = decided[after.id] - (before.end_time or float("inf"))
            if -TOLERANCE_S < pause < rest_s - TOLERANCE_S:
                found.append(
                    f"{after.action} {after.id} was {pause:.1f} s after {before.id}, "
                    f"under binding {binding} with a cooldown of {rest_s} s."
                )
    return found


def lost_clusters(db: Database) -> Iterator[str]:
    """Return bindings of clusters that are gone."""
    clusters = {row.id for row in checks.rows(db, Cluster)}
    for row in checks.rows(db, Binding):
        if row.cluster_id not in clusters:
            yield f"Binding {row.id} is left of cluster {row.cluster_id}."
