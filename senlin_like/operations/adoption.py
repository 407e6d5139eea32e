"""Taking over objects of the cloud that exist already."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import nodes, projects, strays
from senlin_like.db.session import Session
from senlin_like.domain import node_names
from senlin_like.domain.enums import NodeStatus
from senlin_like.drivers import base as clouds
from senlin_like.operations import credentials as permissions
from senlin_like.operations import inspection
from senlin_like.operations import nodes as node_operations
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps
from senlin_like.profiles.base import Existing, ProfileType

LOG = logging.getLogger(__name__)

Body = Mapping[str, Any]
#: Longest id of a cloud object that a node can have.
LONGEST_ID = 64


def adopt(deps: Deps, ctx: RequestContext, body: Body) -> dict[str, Any]:
    """Make a node, and a profile for it, from an object of the cloud.

    :raises Invalid: when the type isn't known or the name is taken.
    :raises InvalidSpec: when the object can't be described by the type.
    :raises CloudError: when the object can't be read.
    :raises Conflict: when the object is another node's, or may become so.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    profile_type = _type_of(deps, body["type"])
    cloud = _cloud(deps, ctx, body)
    spec = _describe(cloud, profile_type, body)
    profile_type.check_spec(spec)
    name = body.get("name") or node_names.generate("", 0, deps.chance)
    existing = _find(cloud, profile_type, body)
    row = node_operations.new_row(deps, ctx, {**body, "name": name})
    profile = profile_operations.new_row(
        deps, ctx, f"prof-{name}"[:255], profile_type.name, spec
    )
    row |= {
        "profile_id": profile["id"],
        "physical_id": existing.id,
        "status": NodeStatus.ACTIVE,
        "status_reason": "Node adopted successfully",
        "created_at": row["init_at"],
    }

    def work(session: Session) -> None:
        # One at a time: the object of two nodes would go with either of them.
        projects.lock_adoptions(session)
        _check_free(session, existing)
        node_operations.check_name(session, deps, ctx, name)
        profile_operations.insert(session, deps, ctx, profile)
        nodes.insert_many(session, [row])

    deps.db.transact(work)
    record = profile_operations.record_of(row)
    _mark(cloud, profile_type, record)
    return record | {"profile_name": profile["name"]}


def preview(deps: Deps, ctx: RequestContext, body: Body) -> dict[str, Any]:
    """Return type, version and properties of the spec that ``adopt`` would make.

    :raises Invalid: when the type isn't known.
    :raises CloudError: when the object can't be read.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    profile_type = _type_of(deps, body["type"])
    cloud = _cloud(deps, ctx, body)
    return profile_type.shown_spec(_describe(cloud, profile_type, body))


def _check_free(session: Session, existing: Existing) -> None:
    """Refuse what a node has, or may still take into use or remove.

    A retry of a lost creation takes what carries its node's mark; the deletion
    of that node and the sweeper remove it.

    :raises Conflict: when the object is, or may be, another node's.
    """
    if nodes.find_physical(session, existing.id) is not None:
        raise exceptions.Conflict(
            f"The resource '{existing.id}' is managed by a node already."
        )
    if existing.node_id and strays.may_claim(session, existing.node_id):
        raise exceptions.Conflict(
            f"The resource '{existing.id}' was made for node '{existing.node_id}', "
            "which may still use or remove it."
        )


def _mark(
    cloud: clouds.Cloud, profile_type: ProfileType, record: Mapping[str, Any]
) -> None:
    """Put the node's marks on its object, now that it is the node's.

    Without them the node works all the same: it knows its object by the id.
    """
    node = inspection.facts(record)
    try:
        profile_type.mark_existing(cloud, record["physical_id"], node)
    except exceptions.CloudError as error:
        LOG.warning("Adopted node %s couldn't be marked: %s", node.id, error.message)


def _type_of(deps: Deps, name: str) -> ProfileType:
    try:
        return deps.profiles.get(name)
    except exceptions.NotFound as error:
        raise exceptions.Invalid(error.message) from error


def _cloud(deps: Deps, ctx: RequestContext, body: Body) -> clouds.Cloud:
    """Return the cloud as the caller sees it.

    :raises Invalid: when no object can have the identity.
    """
    if not 0 < len(body["identity"]) <= LONGEST_ID:
        raise exceptions.Invalid(
            f"The identity of a resource has 1 to {LONGEST_ID} characters."
        )
    with permissions.cloud_answers():
        # The node will look for it in the region that its profile names.
        region = profile_operations.region_of(body.get("overrides") or {})
        return permissions.cloud_of_caller(deps, ctx, region)


@contextlib.contextmanager
def _answers() -> Iterator[None]:
    """Tell with its status what the cloud says of the object."""
    with permissions.cloud_answers():
        try:
            yield
        except exceptions.CloudError as error:
            if not error.blames_request:
                raise
            raise exceptions.CloudError(
                f"{error.status}: {error.message}", error.status
            ) from error


def _describe(
    cloud: clouds.Cloud, profile_type: ProfileType, body: Body
) -> dict[str, Any]:
    """Ask the cloud for the object, and write it down as a spec."""
    overrides = body.get("overrides") or {}
    with _answers():
        properties = profile_type.adopt(cloud, body["identity"], overrides)
    kind, _, version = profile_type.name.rpartition("-")
    return {"type": kind, "version": version, "properties": properties}


def _find(cloud: clouds.Cloud, profile_type: ProfileType, body: Body) -> Existing:
    """Ask the cloud for the object's own id, and whose mark it carries."""
    with _answers():
        return profile_type.find_existing(cloud, body["identity"])
