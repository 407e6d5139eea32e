"""What may be asked of policies."""

import uuid
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import bindings, paging, policies, projects
from senlin_like.db import identity as identities
from senlin_like.db.session import Session
from senlin_like.domain import spec as specs
from senlin_like.operations import credentials as permissions
from senlin_like.operations.deps import Deps
from senlin_like.policies import references
from senlin_like.policies.base import Limits, PolicyType, Properties

Record = dict[str, Any]


def get(deps: Deps, ctx: RequestContext, identity: str) -> Record:
    """Return a policy.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    with deps.db.reader() as session:
        return opened(deps, policies.get(session, ctx, identity))


def list_page(
    deps: Deps, ctx: RequestContext, page: paging.Page, filters: paging.Filters
) -> list[Record]:
    """Return one page of policies."""
    with deps.db.reader() as session:
        records = policies.list_page(session, ctx, page, filters)
    return [opened(deps, record) for record in records]


def opened(deps: Deps, record: Mapping[str, Any]) -> Record:
    """Replace the sealed spec of a row or record by the spec."""
    visible = {key: value for key, value in record.items() if key != "sealed_spec"}
    visible["spec"] = deps.db.vault.unseal(record["sealed_spec"])
    return visible


def create(
    deps: Deps, ctx: RequestContext, *, name: str, spec: Mapping[str, Any]
) -> Record:
    """Check a spec, also against the cloud, and store it as a policy.

    :raises NotFound: when the type isn't known.
    :raises InvalidSpec: when the spec isn't right.
    :raises Invalid: when the name has to be unique and isn't.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    type_name, policy_type = _type_of(deps, spec)
    properties = _check(deps, policy_type, spec)
    _look_up(deps, ctx, policy_type, properties)
    row: Record = {
        "id": str(uuid.uuid4()),
        "name": name,
        "type": type_name,
        "sealed_spec": deps.db.vault.seal(dict(spec)),
        "data": {},
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "created_at": deps.clock(),
        "updated_at": None,
    }

    def work(session: Session) -> None:
        if deps.settings.name_unique:
            projects.lock(session, ctx.project_id)
            if identities.is_name_taken(session, policies.NAMED, ctx.project_id, name):
                raise exceptions.Invalid(f"A policy named '{name}' already exists.")
        policies.insert(session, row)

    deps.db.transact(work)
    return opened(deps, row)


def validate(deps: Deps, ctx: RequestContext, *, spec: Mapping[str, Any]) -> Record:
    """Check a spec as ``create`` does, but don't ask the cloud; store nothing.

    :raises NotFound: when the type isn't known.
    :raises InvalidSpec: when the spec isn't right.
    """
    type_name, policy_type = _type_of(deps, spec)
    _check(deps, policy_type, spec)
    return {
        "id": None,
        "name": "validated_policy",
        "type": type_name,
        "spec": dict(spec),
        "data": {},
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "created_at": None,
        "updated_at": None,
    }


def rename(deps: Deps, ctx: RequestContext, identity: str, name: str) -> Record:
    """Give a policy another name.

    :raises NotFound: when there is none that the caller may see.
    :raises Invalid: when it has that name already.
    """

    def work(session: Session) -> Record:
        record = policies.find_lock(session, ctx, identity)
        if name == record["name"]:
            raise exceptions.Invalid("No property needs an update.")
        changes = {"name": name, "updated_at": deps.clock()}
        policies.update(session, record["id"], changes)
        return record | changes

    return opened(deps, deps.db.transact(work))


def delete(deps: Deps, ctx: RequestContext, identity: str) -> None:
    """Delete a policy.

    :raises NotFound: when there is none that the caller may see.
    :raises ResourceInUse: when a cluster has it.
    """

    def work(session: Session) -> None:
        record = policies.find_lock(session, ctx, identity)
        if bindings.uses_policy(session, record["id"]):
            raise exceptions.ResourceInUse(
                "policy", identity, "still attached to some clusters"
            )
        policies.delete(session, record["id"])

    deps.db.transact(work)


def _type_of(deps: Deps, spec: Mapping[str, Any]) -> tuple[str, PolicyType]:
    """Find the type of a spec, with its name and version as one.

    :raises NotFound: when the type isn't known.
    :raises InvalidSpec: when the spec names none.
    """
    kind, version = specs.identify(spec)
    name = f"{kind}-{version}"
    return name, deps.policies.get(name)


def _check(deps: Deps, policy_type: PolicyType, spec: Mapping[str, Any]) -> Properties:
    """Check shape and meaning of a spec and return its properties with defaults.

    :raises InvalidSpec: with the bare reason.
    """
    properties = policy_type.check_spec(spec)
    limits = Limits(check_interval_min_s=deps.settings.health_check_interval_min)
    problem = policy_type.problem(properties, limits)
    if problem is not None:
        raise exceptions.InvalidSpec(problem)
    return properties


def _look_up(
    deps: Deps, ctx: RequestContext, policy_type: PolicyType, properties: Properties
) -> None:
    """Look for what the properties name; without a name the cloud isn't asked.

    :raises InvalidSpec: with what isn't there.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    named = policy_type.references(properties)
    if not named:
        return
    with permissions.cloud_answers():
        cloud = permissions.cloud_of_caller(deps, ctx, None)
        missing = references.find_missing(cloud, named)
    if missing is not None:
        raise exceptions.InvalidSpec(missing)
