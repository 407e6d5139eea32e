"""Taking over objects of the cloud that exist already."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import nodes
from senlin_like.db.session import Session
from senlin_like.domain import node_names
from senlin_like.domain.enums import NodeStatus
from senlin_like.operations import credentials as permissions
from senlin_like.operations import nodes as node_operations
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps
from senlin_like.profiles.base import ProfileType

Body = Mapping[str, Any]
#: Longest id of a cloud object that a node can have.
LONGEST_ID = 64


def adopt(deps: Deps, ctx: RequestContext, body: Body) -> dict[str, Any]:
    """Make a node, and a profile for it, from an object of the cloud.

    :raises Invalid: when the type isn't known or the name is taken.
    :raises InvalidSpec: when the object can't be described by the type.
    :raises CloudError: when the object can't be read.
    :raises Conflict: when the object is another node's.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    profile_type = _type_of(deps, body["type"])
    spec = _describe(deps, ctx, profile_type, body)
    profile_type.check_spec(spec)
    name = body.get("name") or node_names.generate("", 0, deps.chance)
    row = node_operations.new_row(deps, ctx, {**body, "name": name})
    profile = profile_operations.new_row(
        deps, ctx, f"prof-{name}"[:255], profile_type.name, spec
    )
    row |= {
        "profile_id": profile["id"],
        "physical_id": body["identity"],
        "status": NodeStatus.ACTIVE,
        "status_reason": "Node adopted successfully",
        "created_at": row["init_at"],
    }

    def work(session: Session) -> None:
        node_operations.check_name(session, deps, ctx, name)
        owner = nodes.find_physical(session, body["identity"])
        if owner is not None:
            raise exceptions.Conflict(
                f"The resource '{body['identity']}' is managed by a node already."
            )
        profile_operations.insert(session, deps, ctx, profile)
        nodes.insert_many(session, [row])

    deps.db.transact(work)
    record = profile_operations.record_of(row)
    return record | {"profile_name": profile["name"]}


def preview(deps: Deps, ctx: RequestContext, body: Body) -> dict[str, Any]:
    """Return type, version and properties of the spec that ``adopt`` would make.

    :raises Invalid: when the type isn't known.
    :raises CloudError: when the object can't be read.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    profile_type = _type_of(deps, body["type"])
    return profile_type.shown_spec(_describe(deps, ctx, profile_type, body))


def _type_of(deps: Deps, name: str) -> ProfileType:
    try:
        return deps.profiles.get(name)
    except exceptions.NotFound as error:
        raise exceptions.Invalid(error.message) from error


def _describe(
    deps: Deps, ctx: RequestContext, profile_type: ProfileType, body: Body
) -> dict[str, Any]:
    """Ask the cloud for the object, and write it down as a spec."""
    identity = body["identity"]
    if not 0 < len(identity) <= LONGEST_ID:
        raise exceptions.Invalid(
            f"The identity of a resource has 1 to {LONGEST_ID} characters."
        )
    with permissions.cloud_answers():
        cloud = permissions.cloud_of_caller(deps, ctx, None)
        try:
            properties = profile_type.adopt(
                cloud, identity, body.get("overrides") or {}
            )
        except exceptions.CloudError as error:
            if not error.blames_request:
                raise
            raise exceptions.CloudError(
                f"{error.status}: {error.message}", error.status
            ) from error
    kind, _, version = profile_type.name.rpartition("-")
    return {"type": kind, "version": version, "properties": properties}
