"""Server groups."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.openstack import lookups
from senlin_like.drivers.openstack.account import Api, Query

#: From here on a group has one policy and not a list of one.
_VERSION = "2.64"
_PATH = "/os-server-groups"
#: Nova gives no links to the next page here, and doesn't say how long its pages
#: are: one with fewer groups than this is surely the last.
_SHORT = 100


def find(api: Api, identity: str) -> objects.ServerGroup:
    """Find a server group by id or name."""
    if not lookups.is_uuid(identity):
        return _group(lookups.choose("server group", identity, _all(api)))
    query = Query(
        what=f"Server group {identity}",
        path=f"{_PATH}/{identity}",
        version=_VERSION,
        kind="server group",
        identity=identity,
    )
    return _group(api.read(query)["server_group"])


def list_named(api: Api, name: str) -> list[objects.ServerGroup]:
    """Return all server groups of a name, as Nova orders them: the oldest first."""
    return [_group(one) for one in _all(api) if one["name"] == name]


def list_all(api: Api) -> list[objects.ServerGroup]:
    """Return all server groups of the project."""
    return [_group(one) for one in _all(api)]


def create(api: Api, name: str, policies: Sequence[str]) -> objects.ServerGroup:
    """Make a server group.

    :raises CloudError: unless it has one policy, or when Nova doesn't know it.
    """
    if len(policies) != 1:
        raise exceptions.CloudError(
            f"A server group has one policy, not {len(policies)}.",
            HTTPStatus.BAD_REQUEST,
        )
    query = Query(
        what=f"Making server group '{name}'",
        path=_PATH,
        body={"server_group": {"name": name, "policy": policies[0]}},
        version=_VERSION,
    )
    return _group(api.change("POST", query)["server_group"])


def delete(api: Api, group_id: str) -> None:
    """Delete a server group; not an error if it is gone."""
    query = Query(
        what=f"Deleting server group {group_id}",
        path=f"{_PATH}/{lookups.quoted(group_id)}",
        version=_VERSION,
        kind="server group",
        identity=group_id,
    )
    try:
        api.change("DELETE", query)
    except exceptions.CloudNotFound:
        return


def _all(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        query = Query(
            what="Server groups",
            path=_PATH,
            params={"offset": len(found)} if found else None,
            version=_VERSION,
        )
        page = api.read(query)["server_groups"]
        found += page
        if len(page) < _SHORT:
            return found


def _group(told: Mapping[str, Any]) -> objects.ServerGroup:
    return objects.ServerGroup(
        id=told["id"],
        name=told["name"],
        policies=(told["policy"],),
        server_ids=tuple(told["members"]),
    )
