"""Bringing a cluster's image to hosts before new servers start from it there.

A change of a cluster stands in line behind the action that brings the image, and
goes on whatever came of that: servers start from a cold host too, only later.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import aggregates, clusters, profiles
from senlin_like.db.session import Session
from senlin_like.operations import actions, image_caching, references
from senlin_like.operations import credentials as permissions
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.aggregates import find
from senlin_like.operations.deps import Deps

#: The parameter of requests that names the aggregate.
KEY = "precache_aggregate"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """Images to be brought to the hosts of an aggregate."""

    aggregate: str
    image_ids: Sequence[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Begun:
    """The action that brings the images, and what is kept of it with another."""

    action_id: str
    data: Mapping[str, Any]


def look_up(
    deps: Deps,
    ctx: RequestContext,
    cluster: str,
    params: Mapping[str, Any],
    *,
    profile: str | None = None,
) -> Wanted | None:
    """Find out what a request wants to have brought; None if it wants nothing.

    The images are those of the cluster's profile, or of the ``profile`` that it
    is to get. Asks the cloud, so it is called outside of transactions.

    :raises NotFound: when there is no such cluster.
    :raises Invalid: when there is no such profile or aggregate, or servers of
        the profile start from no image.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    aggregate = params.get(KEY)
    if aggregate is None:
        return None
    with deps.db.reader() as session:
        row = clusters.get(session, ctx, cluster)
        with references.specified("aggregate", aggregate):
            find(aggregates.list_all(session), aggregate)
        with references.specified("profile", profile or row["profile_id"]):
            record = profiles.get(session, ctx, profile or row["profile_id"])
    image_ids = _images(deps, row["user"], row["project"], record)
    if not image_ids:
        raise exceptions.Invalid(
            f"Nothing of profile '{record['name']}' is started from an image that "
            f"could be brought to hosts first ({KEY})."
        )
    return Wanted(aggregate=aggregate, image_ids=image_ids)


def begin(
    session: Session, deps: Deps, ctx: RequestContext, wanted: Wanted | None
) -> Begun | None:
    """Ask for the images in the transaction of the change; None if none is wanted.

    The action may be one that runs already.

    :raises Invalid: when the aggregate is gone.
    """
    if wanted is None:
        return None
    with references.specified("aggregate", wanted.aggregate):
        action_id = image_caching.request(
            session, deps, ctx, wanted.aggregate, wanted.image_ids
        )
    told = {
        "aggregate": wanted.aggregate,
        "images": list(wanted.image_ids),
        "action": action_id,
    }
    return Begun(action_id=action_id, data={"precache": told})


def behind(asked: actions.Asked, begun: Begun | None) -> actions.Asked:
    """Let an action stand in line behind what has begun."""
    if begun is None:
        return asked
    return dataclasses.replace(asked, after=(begun.action_id,), data=begun.data)


def settled(deps: Deps, begun: Begun | None) -> None:
    """Do what follows an accepted request, after its transaction."""
    if begun is not None:
        actions.settled(deps, begun.action_id)


def _images(
    deps: Deps, user: str, project: str, record: Mapping[str, Any]
) -> list[str]:
    """Return the ids of the images that a profile's objects start from.

    :raises Invalid: when an image isn't there, or is in another region.
    """
    profile_type = deps.profiles.get(record["type"])
    properties = profile_type.check_spec(profile_operations.stored_spec(deps, record))
    names = profile_type.images(properties)
    region = profile_operations.region_of(properties) or deps.settings.region
    if names and region not in (None, deps.driver.region):
        raise exceptions.Invalid(
            f"The hosts of aggregates are in region '{deps.driver.region}', but "
            f"profile '{record['name']}' is for region '{region}'."
        )
    with permissions.cloud_answers():
        cloud = permissions.cloud_of_owner(deps, user, project, region)
        found = [cloud.images.find_image(name).id for name in names]
    return list(dict.fromkeys(found))
