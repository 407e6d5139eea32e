"""The permission to work for a caller after the request has ended."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import credentials
from senlin_like.drivers import base as clouds
from senlin_like.operations.deps import Deps


def ensure(deps: Deps, ctx: RequestContext) -> Mapping[str, Any]:
    """Return the caller's stored permission; make one if there is none.

    One that the cloud doesn't take any more is made anew where the caller has a
    token for that. Asks the cloud, so it is called outside of transactions.

    :raises ServiceUnavailable: when the cloud can't make one now.
    """
    stored = credentials.for_owner(deps.db, ctx.user_id, ctx.project_id)
    if stored is not None and (ctx.auth_token is None or _is_taken(deps, stored)):
        return stored
    if stored is not None:
        _let_go(deps, ctx, stored)
    roles = deps.settings.trust_roles or ctx.roles
    with cloud_answers():
        made = deps.driver.identity.delegate(
            ctx.user_id, ctx.project_id, roles, ctx.auth_token
        )
    now = deps.clock()
    if credentials.store(deps.db, ctx.user_id, ctx.project_id, made, now):
        return made
    # Another request was quicker; one permission is enough.
    with contextlib.suppress(exceptions.CloudError):
        deps.driver.identity.revoke(made)
    stored = credentials.for_owner(deps.db, ctx.user_id, ctx.project_id)
    return made if stored is None else stored


def _is_taken(deps: Deps, stored: Mapping[str, Any]) -> bool:
    """Tell whether the cloud takes a permission, as of a moment ago.

    Where it can't tell, that is found out by the work.
    """
    key = json.dumps(stored, sort_keys=True, default=str)
    try:
        return deps.taken.get(key, lambda: deps.driver.identity.is_valid(stored))
    except exceptions.CloudError:
        return True


def _let_go(deps: Deps, ctx: RequestContext, dead: Mapping[str, Any]) -> None:
    """Forget a dead permission, with what is left of it in the cloud."""
    if credentials.forget(deps.db, ctx.user_id, ctx.project_id, dead):
        with contextlib.suppress(exceptions.CloudError):
            deps.driver.identity.revoke(dead)


def cloud_of_caller(
    deps: Deps, ctx: RequestContext, region: str | None
) -> clouds.Cloud:
    """Return the cloud as the caller sees it; a dead permission is renewed.

    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    stored = ensure(deps, ctx)
    try:
        return _open(deps, ctx.user_id, ctx.project_id, region, stored)
    except exceptions.TrustNotFound:
        _let_go(deps, ctx, stored)
    fresh = ensure(deps, ctx)
    return _open(deps, ctx.user_id, ctx.project_id, region, fresh)


def cloud_of_owner(
    deps: Deps, user: str, project: str, region: str | None
) -> clouds.Cloud:
    """Return the cloud as the owner of an object sees it.

    :raises TrustNotFound: when the owner's permission can't be used.
    """
    stored = credentials.for_owner(deps.db, user, project)
    return _open(deps, user, project, region, stored)


def roles_of_owner(deps: Deps, user: str, project: str) -> tuple[str, ...]:
    """Return the roles that an owner's stored permission gives now.

    Asks the cloud, so it is called outside of transactions.

    :raises TrustNotFound: when the owner's permission can't be used.
    :raises ServiceUnavailable: when the cloud can't tell now.
    """
    stored = credentials.for_owner(deps.db, user, project)
    if stored is None:
        raise exceptions.TrustNotFound(user, project)
    with cloud_answers():
        return deps.driver.identity.roles(user, project, stored)


def _open(
    deps: Deps,
    user: str,
    project: str,
    region: str | None,
    credential: Mapping[str, Any] | None,
) -> clouds.Cloud:
    account = clouds.Account(
        user=user,
        project=project,
        region=region or deps.settings.region,
        credential=credential,
    )
    return deps.driver.cloud(account)


@contextlib.contextmanager
def cloud_answers() -> Iterator[None]:
    """Tell the caller to come back when the cloud is away, too busy or ill.

    What the cloud says of the request itself goes through, and so does what
    it forbids: permissions don't come by waiting.

    :raises ServiceUnavailable: with the reason.
    """
    try:
        yield
    except exceptions.CloudBusy as error:
        raise exceptions.ServiceUnavailable(
            f"The cloud can't answer now: {error.message}",
            max(1, round(error.retry_after_s or 5)),
        ) from error
    except exceptions.CloudUnsure as error:
        raise exceptions.ServiceUnavailable(
            f"The cloud didn't answer: {error.message}"
        ) from error
    except exceptions.CloudError as error:
        if error.blames_request or error.status == HTTPStatus.FORBIDDEN:
            raise
        if error.status == HTTPStatus.UNAUTHORIZED:
            reason = "The cloud doesn't accept this service's credentials"
        else:
            reason = "The cloud failed"
        raise exceptions.ServiceUnavailable(f"{reason}: {error.message}") from error
