"""What may be asked of profiles."""

import uuid
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import actions, clusters, nodes, paging, profiles, projects
from senlin_like.db import identity as identities
from senlin_like.db.session import Session
from senlin_like.domain import spec as specs
from senlin_like.operations import credentials as permissions
from senlin_like.operations import hosting
from senlin_like.operations.deps import Deps
from senlin_like.profiles.base import HostName, ProfileType

Record = dict[str, Any]
#: Name of a profile that is only checked.
VALIDATED = "validated_profile"


def get(deps: Deps, ctx: RequestContext, identity: str) -> Record:
    """Return a profile as readers may see it.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    with deps.db.reader() as session:
        return shown(deps, profiles.get(session, ctx, identity))


def list_page(
    deps: Deps, ctx: RequestContext, page: paging.Page, filters: paging.Filters
) -> list[Record]:
    """Return one page of profiles as readers may see them."""
    with deps.db.reader() as session:
        records = profiles.list_page(session, ctx, page, filters)
    return [shown(deps, record) for record in records]


def shown(deps: Deps, record: Mapping[str, Any]) -> Record:
    """Replace the sealed spec of a record by the spec with secrets masked."""
    spec = stored_spec(deps, record)
    visible = {key: value for key, value in record.items() if key != "sealed_spec"}
    visible["spec"] = deps.profiles.get(record["type"]).shown_spec(spec)
    return visible


def stored_spec(deps: Deps, record: Mapping[str, Any]) -> dict[str, Any]:
    """Open the spec of a profile's row or record; it has secrets in it."""
    opened: dict[str, Any] = deps.db.vault.unseal(record["sealed_spec"])
    return opened


def region_of(properties: Mapping[str, Any]) -> str | None:
    """Return the region that a spec's properties name, None if none."""
    context = properties.get("context")
    region = context.get("region_name") if isinstance(context, Mapping) else None
    return region if isinstance(region, str) and region else None


def create(
    deps: Deps,
    ctx: RequestContext,
    *,
    name: str,
    spec: Mapping[str, Any],
    metadata: Mapping[str, Any] | None,
) -> Record:
    """Check a spec, also against the cloud, and store it as a profile.

    :raises NotFound: when the type isn't known.
    :raises InvalidSpec: when the spec isn't right.
    :raises Invalid: when the name has to be unique and isn't.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    profile_type = _type_of(deps, spec)
    try:
        properties = _check(deps, ctx, profile_type, spec, name)
    except _Unfit as error:
        raise exceptions.InvalidSpec(
            f"Failed in creating profile {name}: {error.message}"
        ) from error
    named = profile_type.host(properties)

    def work(session: Session) -> Record:
        told, host_id = spec, None
        if named is not None:
            host_id = hosting.find(session, ctx, named, lock=True)
            told = hosting.with_id(spec, named, host_id)
        row = new_row(deps, ctx, name, profile_type.name, told)
        row["meta_data"] = dict(metadata or {})
        insert(session, deps, ctx, row)
        if named is not None and host_id is not None:
            hosting.add(session, named, host_id, row["id"])
        return row

    return shown(deps, record_of(deps.db.transact(work)))


def validate(deps: Deps, ctx: RequestContext, *, spec: Mapping[str, Any]) -> Record:
    """Check a spec as ``create`` does, and store nothing.

    :raises NotFound: when the type isn't known.
    :raises InvalidSpec: when the spec isn't right.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    profile_type = _type_of(deps, spec)
    try:
        properties = _check(deps, ctx, profile_type, spec, VALIDATED)
    except _Unfit as error:
        raise exceptions.InvalidSpec(error.message) from error
    named = profile_type.host(properties)
    if named is not None:
        with deps.db.reader() as session:
            hosting.find(session, ctx, named)
    return {
        "id": None,
        "name": VALIDATED,
        "type": profile_type.name,
        "spec": profile_type.shown_spec(spec),
        "metadata": None,
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "created_at": None,
        "updated_at": None,
    }


def update(
    deps: Deps, ctx: RequestContext, identity: str, changes: Mapping[str, Any]
) -> Record:
    """Change name or metadata of a profile; a null name changes nothing.

    :raises NotFound: when there is none that the caller may see.
    :raises Invalid: when nothing would change.
    """

    def work(session: Session) -> Record:
        record = profiles.find_lock(session, ctx, identity)
        new = _changes(record, changes)
        if not new:
            raise exceptions.Invalid("No property needs an update.")
        new["updated_at"] = deps.clock()
        columns = {key.replace("metadata", "meta_data"): new[key] for key in new}
        profiles.update(session, record["id"], columns)
        return record | new

    return shown(deps, deps.db.transact(work))


def _changes(record: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    new: dict[str, Any] = {}
    name = wanted.get("name")
    if name is not None and name != record["name"]:
        new["name"] = name
    if "metadata" in wanted and wanted["metadata"] != record["metadata"]:
        new["metadata"] = wanted["metadata"]
    return new


def delete(deps: Deps, ctx: RequestContext, identity: str) -> None:
    """Delete a profile that nothing refers to.

    :raises NotFound: when there is none that the caller may see.
    :raises ResourceInUse: when a cluster or a node refers to it, or will.
    """

    def work(session: Session) -> None:
        record = profiles.find_lock(session, ctx, identity)
        profile_id = record["id"]
        # First, since its end makes the profile used.
        if actions.awaits_profile(session, profile_id):
            raise exceptions.ResourceInUse(
                "profile",
                profile_id,
                "an update to it of a cluster or a node hasn't ended",
            )
        if clusters.uses_profile(session, profile_id) or nodes.uses_profile(
            session, profile_id
        ):
            raise exceptions.ResourceInUse(
                "profile",
                profile_id,
                "still referenced by some clusters and/or nodes",
            )
        profiles.delete(session, profile_id)
        named = _host_of(deps, record)
        if named is not None:
            hosting.drop(session, named, profile_id)

    deps.db.transact(work)


def _host_of(deps: Deps, record: Mapping[str, Any]) -> HostName | None:
    """Return the host that a stored profile names, by id."""
    profile_type = deps.profiles.get(record["type"])
    return profile_type.host(stored_spec(deps, record).get("properties", {}))


def check_update(deps: Deps, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Check that what differs between two profiles of a type may change.

    :raises Invalid: naming the properties that can't be updated.
    """
    profile_type = deps.profiles.get(old["type"])
    before = profile_type.check_spec(stored_spec(deps, old))
    after = profile_type.check_spec(stored_spec(deps, new))
    profile_type.check_update(before, after)


def new_row(
    deps: Deps,
    ctx: RequestContext,
    name: str,
    type_name: str,
    spec: Mapping[str, Any],
) -> dict[str, Any]:
    """Make the row of a profile that belongs to the caller; doesn't store it."""
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "type": type_name,
        "sealed_spec": deps.db.vault.seal(dict(spec)),
        "meta_data": {},
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "created_at": deps.clock(),
        "updated_at": None,
    }


def insert(
    session: Session, deps: Deps, ctx: RequestContext, row: dict[str, Any]
) -> None:
    """Insert a profile, its name being checked if names have to be unique.

    :raises Invalid: when the name is taken.
    """
    if deps.settings.name_unique:
        projects.lock(session, ctx.project_id)
        if identities.is_name_taken(
            session, profiles.NAMED, ctx.project_id, row["name"]
        ):
            raise exceptions.Invalid(f"A profile named '{row['name']}' already exists.")
    profiles.insert(session, row)


def record_of(row: Mapping[str, Any]) -> Record:
    """Turn a row into a record: only the name of one key differs."""
    return {key.replace("meta_data", "metadata"): value for key, value in row.items()}


class _Unfit(exceptions.InvalidSpec):
    """A refusal that is told with the profile's name."""


def _type_of(deps: Deps, spec: Mapping[str, Any]) -> ProfileType:
    kind, version = specs.identify(spec)
    return deps.profiles.get(f"{kind}-{version}")


def _check(
    deps: Deps,
    ctx: RequestContext,
    profile_type: ProfileType,
    spec: Mapping[str, Any],
    name: str,
) -> dict[str, Any]:
    """Check a spec by its type, and then against the cloud; return its properties.

    :raises _Unfit: when the shape is wrong, or the cloud lacks something that
        the type didn't expect to be missing.
    :raises InvalidSpec: when the type's own check says so.
    """
    try:
        properties = profile_type.check_spec(spec)
    except exceptions.InvalidSpec as error:
        raise _Unfit(error.message) from error
    try:
        with permissions.cloud_answers():
            cloud = permissions.cloud_of_caller(deps, ctx, region_of(properties))
            profile_type.validate(cloud, properties, name)
    except exceptions.CloudNotFound as error:
        raise _Unfit(error.message) from error
    return properties
