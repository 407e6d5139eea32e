"""What the cloud shows of nodes."""

import concurrent.futures
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.db import profiles
from senlin_like.domain import plan
from senlin_like.drivers import base as clouds
from senlin_like.operations import credentials as permissions
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps
from senlin_like.profiles import base as types

Record = dict[str, Any]
#: Cloud calls that one request makes at the same time.
CALLS_AT_ONCE = 8


def add_details(deps: Deps, records: Sequence[Record]) -> list[Record]:
    """Return nodes with ``details``, where they have an object in the cloud.

    What the cloud can't tell is told in ``details`` too, as an error.
    """
    wanted = [record for record in records if record["physical_id"]]
    if not wanted:
        return list(records)
    views = _views(deps, wanted)

    def fetch(record: Record) -> tuple[str, dict[str, Any]]:
        return record["id"], _fetch(deps, record, views[_view_key(record)])

    with concurrent.futures.ThreadPoolExecutor(
        max_workers=min(CALLS_AT_ONCE, len(wanted)), thread_name_prefix="details"
    ) as pool:
        found = dict(pool.map(fetch, wanted))
    return [
        record | {"details": found[record["id"]]} if record["id"] in found else record
        for record in records
    ]


#: User, project, profile, and the region if a policy has chosen it.
Key = tuple[str, str, str, str | None]
#: A profile type, the checked properties, and the owner's cloud or why not.
View = tuple[types.ProfileType, Mapping[str, Any], clouds.Cloud | exceptions.Error]


def _view_key(record: Mapping[str, Any]) -> Key:
    region = plan.region_of(record["data"], None)
    return record["user"], record["project"], record["profile_id"], region


def _views(deps: Deps, records: Sequence[Record]) -> dict[Key, View]:
    """Look up once what all nodes of an owner and profile have in common."""
    with deps.db.reader() as session:
        found = profiles.load(session, {record["profile_id"] for record in records})
    return {
        key: _view(deps, *key[:2], found[key[2]], key[3])
        for key in {_view_key(record) for record in records}
    }


def _view(
    deps: Deps, user: str, project: str, profile: Mapping[str, Any], place: str | None
) -> View:
    profile_type = deps.profiles.get(profile["type"])
    properties = profile_type.check_spec(profile_operations.stored_spec(deps, profile))
    region = place or profile_operations.region_of(properties)
    try:
        cloud = permissions.cloud_of_owner(deps, user, project, region)
    except exceptions.CloudError as error:
        return profile_type, properties, error
    return profile_type, properties, cloud


def _fetch(deps: Deps, record: Record, view: View) -> dict[str, Any]:
    profile_type, properties, cloud = view
    try:
        if isinstance(cloud, exceptions.Error):
            raise cloud
        ask = types.Ask(
            cloud=cloud,
            node=facts(record),
            properties=properties,
            turn=types.Turn(),
            limits=types.Limits(server_timeout_s=deps.settings.server_timeout_s),
        )
        return profile_type.details(ask)
    except exceptions.CloudError as error:
        return {"Error": {"code": error.status, "message": error.message}}


def facts(record: Mapping[str, Any]) -> types.NodeFacts:
    """Turn the record of a node into what profile types may know of it."""
    return types.NodeFacts(
        id=record["id"],
        name=record["name"],
        index=record["index"],
        cluster_id=record["cluster_id"],
        physical_id=record["physical_id"],
        status=record["status"],
        role=record["role"],
        metadata=record["metadata"] or {},
        data=record["data"] or {},
    )
