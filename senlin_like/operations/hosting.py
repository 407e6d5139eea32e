"""Nodes and clusters that objects of other nodes are put on, as users name them."""

from collections.abc import Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, hosts, nodes, profiles
from senlin_like.db.session import Session
from senlin_like.domain import plan
from senlin_like.domain.enums import ClusterStatus, NodeStatus
from senlin_like.operations import credentials as permissions
from senlin_like.operations.deps import Deps
from senlin_like.profiles.base import Host, HostName

#: Key of a node's ``data``: the id of its host.
KEY = hosts.KEY
#: A refusal names so many of the nodes that stand in the way.
MOST_NAMED = 10
_GOING = frozenset({ClusterStatus.DELETING, NodeStatus.DELETING})


def find(
    session: Session, ctx: RequestContext, named: HostName, *, lock: bool = False
) -> str:
    """Return the id of the host that a spec names, and lock its row if wanted.

    :raises InvalidSpec: when it isn't there, isn't unique, is being deleted or is
        of a type that can't be a host.
    """
    try:
        row = _find(session, ctx, named, lock=lock)
    except (exceptions.NotFound, exceptions.MultipleChoices) as error:
        raise _not_found(named) from error
    if row["status"] in _GOING:
        raise _not_found(named)
    profile = profiles.load(session, [row["profile_id"]])[row["profile_id"]]
    if profile["type"] not in named.types:
        raise exceptions.InvalidSpec(
            f"The specified {named.key} '{named.identity}' can't be a host: it is of "
            f"type {profile['type']}, not one of {', '.join(named.types)}."
        )
    return str(row["id"])


def _not_found(named: HostName) -> exceptions.InvalidSpec:
    return exceptions.InvalidSpec(
        f"The specified {named.key} '{named.identity}' could not be found or is not "
        "unique."
    )


def _find(
    session: Session, ctx: RequestContext, named: HostName, *, lock: bool
) -> Mapping[Any, Any]:
    home: Any = clusters if named.is_cluster else nodes
    if lock:
        return dict(home.find_lock(session, ctx, named.identity)._mapping)
    return dict(home.get(session, ctx, named.identity))


def kind_of(named: HostName) -> str:
    """Return what a host is: a ``node`` or a ``cluster``."""
    return "cluster" if named.is_cluster else "node"


def with_id(spec: Mapping[str, Any], named: HostName, host_id: str) -> dict[str, Any]:
    """Return a spec that names its host by id: names change, and aren't unique."""
    return {**spec, "properties": {**spec["properties"], named.key: host_id}}


def add(session: Session, named: HostName, host_id: str, profile_id: str) -> None:
    """Let a host know of a profile that names it."""
    hosts.name(session, host_id, profile_id, of=kind_of(named))


def drop(session: Session, named: HostName, profile_id: str) -> None:
    """Let a host know that a profile which named it is gone; it may be gone too."""
    hosts.forget(session, named.identity, profile_id, of=kind_of(named))


def opened(deps: Deps, host_ids: Collection[str]) -> dict[str, Host]:
    """Return hosts by their ids, each with the cloud as its owner sees it.

    :raises TrustNotFound: when the permission of an owner can't be used.
    """
    if not host_ids:
        return {}
    with deps.db.reader() as session:
        rows = hosts.load(session, host_ids)
    return {row.id: _opened(deps, row) for row in rows}


def _opened(deps: Deps, row: Any) -> Host:
    properties = deps.db.vault.unseal(row.sealed_spec).get("properties") or {}
    usual = (properties.get("context") or {}).get("region_name")
    region = plan.region_of(row.data, usual)
    return Host(
        node_id=row.id,
        physical_id=row.physical_id,
        type=row.profile_type,
        cloud=permissions.cloud_of_owner(deps, row.user, row.project, region),
    )


def refuse_needed(session: Session, identity: str, cluster_id: str) -> None:
    """Refuse to delete a cluster whose nodes others depend on.

    :raises ResourceInUse: naming these nodes.
    """
    needed = hosts.needed_members(session, cluster_id)[:MOST_NAMED]
    if needed:
        raise exceptions.ResourceInUse(
            "cluster",
            identity,
            f"nodes {needed} are depended by other nodes, so can't be deleted",
        )
