"""What may be asked of nodes, except their actions."""

import uuid
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, nodes, profiles, projects
from senlin_like.db import identity as identities
from senlin_like.db.session import Session
from senlin_like.domain import cluster_config, node_names
from senlin_like.domain.enums import Kind, NodeStatus
from senlin_like.operations import actions, inspection, references
from senlin_like.operations import credentials as permissions
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.accepted import Accepted
from senlin_like.operations.deps import Deps

ORPHAN_INDEX = -1
#: A node that is at this isn't deleted, unless by force.
_BUSY = frozenset(
    {
        NodeStatus.CREATING,
        NodeStatus.UPDATING,
        NodeStatus.DELETING,
        NodeStatus.RECOVERING,
    }
)


def create(deps: Deps, ctx: RequestContext, body: Mapping[str, Any]) -> Accepted:
    """Store a new node and ask for its object in the cloud.

    In a cluster the node counts as a member at once, and its name comes from
    the cluster's format.

    :raises Invalid: when the profile or the cluster can't be used, or the
        name has to be unique and isn't.
    """
    permissions.ensure(deps, ctx)

    def work(session: Session) -> Accepted:
        row = new_row(deps, ctx, body)
        cluster = _cluster_for(session, ctx, body)
        if cluster is None:
            check_name(session, deps, ctx, row["name"])
        else:
            row |= _place(session, deps, cluster)
        with references.specified("profile", body["profile_id"]):
            profile = profiles.find_hold(session, ctx, body["profile_id"])
        row["profile_id"] = profile["id"]
        nodes.insert_many(session, [row])
        action_id = request(session, deps, ctx, Kind.NODE_CREATE, row)
        record = profile_operations.record_of(row)
        record["profile_name"] = profile["name"]
        return Accepted(record=record, action_id=action_id)

    accepted = deps.db.transact(work)
    actions.settled(deps, accepted.action_id)
    return accepted


def new_row(deps: Deps, ctx: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make the row of a node that is in no cluster; ``profile_id`` is missing."""
    return {
        "id": str(uuid.uuid4()),
        "name": body["name"],
        "physical_id": None,
        "cluster_id": "",
        "profile_id": None,
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "index": ORPHAN_INDEX,
        "role": body.get("role") or "",
        "init_at": deps.clock(),
        "created_at": None,
        "updated_at": None,
        "tainted": False,
        "status": NodeStatus.INIT,
        "status_reason": "Initializing",
        "meta_data": body.get("metadata") or {},
        "data": {},
        "dependents": {},
    }


def _cluster_for(
    session: Session, ctx: RequestContext, body: Mapping[str, Any]
) -> Any | None:
    """Find profile and cluster, and see whether they fit; lock the cluster.

    The cluster is locked before the profile, as everybody does.
    """
    with references.specified("profile", body["profile_id"]):
        profile = profiles.get(session, ctx, body["profile_id"])
    if not body.get("cluster_id"):
        return None
    with references.specified("cluster", body["cluster_id"]):
        cluster = clusters.find_lock(session, ctx, body["cluster_id"])
    own = profiles.load(session, [cluster.profile_id])[cluster.profile_id]
    if own["type"] != profile["type"]:
        raise exceptions.Invalid(
            "Node and cluster have different profile type, operation aborted."
        )
    return cluster


def _place(session: Session, deps: Deps, cluster: Any) -> dict[str, Any]:
    """Give a node its place in a cluster: the index, and the name by it."""
    index = nodes.allocate_indexes(session, cluster.id, 1)
    name_format = cluster.config.get(cluster_config.NAME_FORMAT) or ""
    return {
        "cluster_id": cluster.id,
        "index": index,
        "name": node_names.generate(name_format, index, deps.chance),
    }


def check_name(session: Session, deps: Deps, ctx: RequestContext, name: str) -> None:
    """Check the name of a node, if names have to be unique.

    :raises Invalid: when the name is taken.
    """
    if not deps.settings.name_unique:
        return
    projects.lock(session, ctx.project_id)
    if identities.is_name_taken(session, nodes.NAMED, ctx.project_id, name):
        raise exceptions.Invalid(f"The node named ({name}) already exists.")


def update(
    deps: Deps, ctx: RequestContext, identity: str, body: Mapping[str, Any]
) -> Accepted:
    """Ask for a change of a node; the answer is the node before it.

    :raises NotFound: when there is no such node for the caller.
    :raises Invalid: when the profile can't be used, or nothing would change.
    :raises Conflict: when other actions stand in the way.
    """
    permissions.ensure(deps, ctx)

    def work(session: Session) -> Accepted:
        row = nodes.find_lock(session, ctx, identity)
        inputs = _inputs(session, deps, ctx, row, body)
        action_id = request(session, deps, ctx, Kind.NODE_UPDATE, row._mapping, inputs)
        record = nodes.get(session, ctx, row.id)
        return Accepted(record=record, action_id=action_id)

    accepted = deps.db.transact(work)
    actions.settled(deps, accepted.action_id)
    return accepted


def _inputs(
    session: Session,
    deps: Deps,
    ctx: RequestContext,
    row: Any,
    body: Mapping[str, Any],
) -> dict[str, Any]:
    """Work out what changes.

    Null leaves a thing alone; but for name and profile it counts as a change,
    since old clients send nulls and expect the request to be accepted.
    """
    stored = {"role": row.role, "metadata": row.meta_data, "tainted": row.tainted}
    changed = {
        key: body[key]
        for key, value in stored.items()
        if key in body and body[key] != value
    }
    if body.get("name") is not None and body["name"] != row.name:
        changed["name"] = body["name"]
    if body.get("profile_id") is not None:
        changed |= _new_profile(session, deps, ctx, row, body["profile_id"])
    if not changed:
        raise exceptions.Invalid("No property needs an update.")
    return {key: value for key, value in changed.items() if value is not None}


def _new_profile(
    session: Session, deps: Deps, ctx: RequestContext, row: Any, identity: str
) -> dict[str, str]:
    with references.specified("profile", identity):
        new = profiles.find_hold(session, ctx, identity)
    if new["id"] == row.profile_id:
        return {}
    old = profiles.load(session, [row.profile_id])[row.profile_id]
    if new["type"] != old["type"]:
        raise exceptions.Invalid(
            "Cannot update a node to a different profile type, operation aborted."
        )
    profile_operations.check_update(deps, old, new)
    return {"new_profile_id": new["id"]}


def delete(deps: Deps, ctx: RequestContext, identity: str, *, force: bool) -> str:
    """Ask for a node to be deleted; returns the action's id.

    :raises NotFound: when there is no such node for the caller.
    :raises ActionInProgress: when it is busy, and force isn't asked for.
    :raises ResourceInUse: when other nodes depend on it.
    """
    permissions.ensure(deps, ctx)

    def work(session: Session) -> str:
        row = nodes.find_lock(session, ctx, identity)
        if not force and row.status in _BUSY:
            raise exceptions.ActionInProgress("node", identity, row.status)
        if row.dependents.get("nodes"):
            raise exceptions.ResourceInUse(
                "node", identity, "still depended by other clusters and/or nodes"
            )
        inputs = {"force": True} if force else {}
        return request(session, deps, ctx, Kind.NODE_DELETE, row._mapping, inputs)

    action_id = deps.db.transact(work)
    actions.settled(deps, action_id)
    return action_id


def details(deps: Deps, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return a node; with ``details`` from the cloud if it has an object there.

    What the cloud can't tell is told in ``details`` too, as an error.

    :raises NotFound: when there is no such node for the caller.
    """
    with deps.db.reader() as session:
        record = nodes.get(session, ctx, identity)
    return inspection.add_details(deps, [record])[0]


def request(
    session: Session,
    deps: Deps,
    ctx: RequestContext,
    kind: Kind,
    row: Mapping[Any, Any],
    inputs: Mapping[str, Any] | None = None,
) -> str:
    """Make an action on a node, named after its kind; returns its id.

    :raises Conflict: when other actions stand in the way.
    """
    asked = actions.Asked(
        kind=kind,
        target=row["id"],
        cluster_id=row["cluster_id"],
        inputs=inputs or {},
        name=f"{kind.lower()}_{row['id'][:8]}",
        timeout=deps.settings.default_action_timeout,
    )
    return actions.request(session, deps, ctx, asked)
