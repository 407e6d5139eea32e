"""What may be asked of clusters, except their actions."""

import uuid
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import bindings, clusters, profiles, projects, receivers
from senlin_like.db import identity as identities
from senlin_like.db.session import Session
from senlin_like.domain import capacity, cluster_config
from senlin_like.domain.enums import ClusterStatus, Kind
from senlin_like.operations import actions, hosting, precaching, references
from senlin_like.operations import credentials as permissions
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.accepted import Accepted
from senlin_like.operations.deps import Deps

#: The largest number that every database keeps in an integer column.
MAX_INTEGER = 2**31 - 1
#: A refusal names so many of the things that stand in the way.
MOST_NAMED = 10
#: A cluster that is at this isn't deleted, unless by force.
_BUSY = frozenset(
    {
        ClusterStatus.CREATING,
        ClusterStatus.UPDATING,
        ClusterStatus.DELETING,
        ClusterStatus.RECOVERING,
    }
)


def create(deps: Deps, ctx: RequestContext, body: Mapping[str, Any]) -> Accepted:
    """Store a new cluster and ask for its nodes.

    :raises OverQuota: when the project has as many clusters as it may.
    :raises Invalid: when the profile, a size or the configuration isn't right.
    """
    row = _new_row(deps, ctx, body)
    permissions.ensure(deps, ctx)

    def work(session: Session) -> Accepted:
        _check_project(session, deps, ctx, row["name"])
        with references.specified("profile", body["profile_id"]):
            profile = profiles.find_hold(session, ctx, body["profile_id"])
        problem = capacity.check_birth(
            _sizes_of(row), deps.settings.max_nodes_per_cluster
        )
        check_config(row["config"])
        if problem:
            raise exceptions.Invalid(problem)
        stored = row | {"profile_id": profile["id"]}
        clusters.insert(session, stored)
        asked = _asked(Kind.CLUSTER_CREATE, stored, {})
        action_id = actions.request(session, deps, ctx, asked)
        record = profile_operations.record_of(stored)
        del record["next_index"]
        record |= {"profile_name": profile["name"], "nodes": [], "policies": []}
        return Accepted(record=record, action_id=action_id)

    accepted = deps.db.transact(work)
    actions.settled(deps, accepted.action_id)
    return accepted


def _new_row(
    deps: Deps, ctx: RequestContext, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the row of a cluster; what is absent, null or 0 has its default."""
    sizes = capacity.sizes_at_birth(
        body.get("desired_capacity"), body.get("min_size"), body.get("max_size")
    )
    timeout = body.get("timeout") or deps.settings.default_action_timeout
    check_timeout(timeout)
    return {
        "id": str(uuid.uuid4()),
        "name": body["name"],
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "init_at": deps.clock(),
        "created_at": None,
        "updated_at": None,
        "min_size": sizes.min_size,
        "max_size": sizes.max_size,
        "desired_capacity": sizes.desired_capacity,
        "next_index": 1,
        "timeout": timeout,
        "status": ClusterStatus.INIT,
        "status_reason": "Initializing",
        "meta_data": body.get("metadata") or {},
        "data": {},
        "dependents": {},
        "config": body.get("config") or {},
    }


def _sizes_of(row: Mapping[str, Any]) -> capacity.Sizes:
    return capacity.Sizes(
        min_size=row["min_size"],
        max_size=row["max_size"],
        desired_capacity=row["desired_capacity"],
    )


def _check_project(
    session: Session, deps: Deps, ctx: RequestContext, name: str
) -> None:
    """Check what depends on the project's other clusters.

    One request of a project at a time: two can't both take the last place.
    """
    projects.lock(session, ctx.project_id)
    count = clusters.count_in_project(session, ctx.project_id)
    if count >= deps.settings.max_clusters_per_project:
        raise exceptions.OverQuota
    if deps.settings.name_unique and identities.is_name_taken(
        session, clusters.NAMED, ctx.project_id, name
    ):
        raise exceptions.Invalid(f"a cluster named '{name}' already exists.")


def check_config(config: Mapping[str, Any]) -> None:
    """Check the keys of a configuration that mean something.

    :raises Invalid: naming the key whose value can't be used.
    """
    found = cluster_config.problem(config)
    if found:
        raise exceptions.Invalid(found)


def check_timeout(timeout: int) -> None:
    """Check that a timeout fits into its column.

    :raises Invalid: when it is too large.
    """
    if timeout > MAX_INTEGER:
        raise exceptions.Invalid(
            f"The value for the timeout field must be less than or equal to "
            f"{MAX_INTEGER}."
        )


def update(
    deps: Deps, ctx: RequestContext, identity: str, body: Mapping[str, Any]
) -> Accepted:
    """Ask for a change of a cluster; the answer is the cluster before it.

    :raises NotFound: when there is no such cluster for the caller.
    :raises FeatureNotSupported: when the cluster is in error.
    :raises Invalid: when the profile can't be used, or nothing would change.
    :raises Conflict: when other actions stand in the way.
    """
    permissions.ensure(deps, ctx)
    profile = body.get("profile_id")
    if profile is None and body.get(precaching.KEY) is not None:
        raise exceptions.Invalid(f"{precaching.KEY} needs a new profile_id.")
    wanted = precaching.look_up(deps, ctx, identity, body, profile=profile)

    def work(session: Session) -> tuple[Accepted, precaching.Begun | None]:
        begun = precaching.begin(session, deps, ctx, wanted)
        row = clusters.find_lock(session, ctx, identity)
        if row.status == ClusterStatus.ERROR:
            raise exceptions.FeatureNotSupported("Updating a cluster in error state")
        inputs = _inputs(session, deps, ctx, row, body)
        current = dict(row._mapping)
        asked = _asked(Kind.CLUSTER_UPDATE, current, inputs)
        asked = precaching.behind(asked, begun)
        action_id = actions.request(session, deps, ctx, asked)
        record = clusters.get(session, ctx, row.id)
        return Accepted(record=record, action_id=action_id), begun

    accepted, begun = deps.db.transact(work)
    actions.settled(deps, accepted.action_id)
    precaching.settled(deps, begun)
    return accepted


def _inputs(
    session: Session,
    deps: Deps,
    ctx: RequestContext,
    row: Any,
    body: Mapping[str, Any],
) -> dict[str, Any]:
    """Work out what changes.

    Null counts as a change that does nothing: old clients send nulls for all
    that they leave alone, and expect the request to be accepted.
    """
    stored = {
        "name": row.name,
        "metadata": row.meta_data,
        "timeout": row.timeout,
        "config": row.config,
    }
    changed = {
        key: body[key]
        for key, value in stored.items()
        if key in body and body[key] != value
    }
    if changed.get("timeout") == 0:
        changed["timeout"] = deps.settings.default_action_timeout
    check_timeout(changed.get("timeout") or 0)
    check_config(changed.get("config") or {})
    if body.get("profile_id") is not None:
        changed |= _new_profile(session, deps, ctx, row, body)
    if "profile_only" in body:
        changed["profile_only"] = body["profile_only"]
    if not changed:
        raise exceptions.Invalid("No property needs an update.")
    return {key: value for key, value in changed.items() if value is not None}


def _new_profile(
    session: Session,
    deps: Deps,
    ctx: RequestContext,
    row: Any,
    body: Mapping[str, Any],
) -> dict[str, str]:
    with references.specified("profile", body["profile_id"]):
        new = profiles.find_hold(session, ctx, body["profile_id"])
    if new["id"] == row.profile_id:
        return {}
    old = profiles.load(session, [row.profile_id])[row.profile_id]
    if new["type"] != old["type"]:
        raise exceptions.Invalid(
            "Cannot update a cluster to a different profile type, operation aborted."
        )
    if not body.get("profile_only"):
        profile_operations.check_update(deps, old, new)
    return {"new_profile_id": new["id"]}


def delete(
    deps: Deps,
    ctx: RequestContext,
    identity: str,
    *,
    force: bool,
    with_dependents: bool = False,
) -> str:
    """Ask for a cluster to be deleted with its nodes; returns the action's id.

    ``with_dependents`` lets its receivers go with it and its policies be
    detached, as ``force`` and the operator's setting do.

    :raises NotFound: when there is no such cluster for the caller.
    :raises ActionInProgress: when it is busy, and force isn't asked for.
    :raises ResourceInUse: when profiles depend on the cluster, other nodes on
        its nodes, or it still has policies or receivers.
    """
    permissions.ensure(deps, ctx)

    def work(session: Session) -> str:
        row = clusters.find_lock(session, ctx, identity)
        if not force and row.status in _BUSY:
            raise exceptions.ActionInProgress("cluster", identity, row.status)
        if row.dependents.get("profiles"):
            raise exceptions.ResourceInUse(
                "cluster",
                identity,
                f"still referenced by profile(s): {list(row.dependents['profiles'])}",
            )
        hosting.refuse_needed(session, identity, row.id)
        if not (force or with_dependents or deps.settings.delete_cluster_dependents):
            _refuse_dependents(session, row.id, identity)
        current = dict(row._mapping)
        inputs = {"force": True} if force else {}
        asked = _asked(Kind.CLUSTER_DELETE, current, inputs)
        return actions.request(session, deps, ctx, asked)

    action_id = deps.db.transact(work)
    actions.settled(deps, action_id)
    return action_id


def _refuse_dependents(session: Session, cluster_id: str, identity: str) -> None:
    """Refuse to delete a cluster that still has policies or receivers."""
    held = {
        "policies": bindings.names_of_cluster(session, cluster_id, MOST_NAMED),
        "receiver(s)": receivers.names_of_cluster(session, cluster_id, MOST_NAMED),
    }
    named = [f"{kind}: {names}" for kind, names in held.items() if names]
    if named:
        raise exceptions.ResourceInUse(
            "cluster",
            identity,
            f"still has {' and '.join(named)}; 'force' removes them with it",
        )


def _asked(kind: Kind, row: Mapping[str, Any], inputs: dict[str, Any]) -> actions.Asked:
    return actions.Asked(
        kind=kind,
        target=row["id"],
        cluster_id=row["id"],
        inputs=inputs,
        name=f"{kind.lower()}_{row['id'][:8]}",
        timeout=row["timeout"],
    )
