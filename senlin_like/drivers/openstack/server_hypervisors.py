"""Tells how the hypervisors of servers are; Nova tells that to admins only."""

from collections.abc import Collection, Mapping
from http import HTTPStatus

from senlin_like import exceptions
from senlin_like.drivers.base import GONE
from senlin_like.drivers.objects import Hypervisor
from senlin_like.drivers.openstack import server_lists
from senlin_like.drivers.openstack.account import AccountView, Api
from senlin_like.drivers.openstack.server_lists import FEW, Told
from senlin_like.drivers.openstack.server_looks import Looks
from senlin_like.drivers.openstack.server_views import UNKNOWN

_NAME = "OS-EXT-SRV-ATTR:hypervisor_hostname"
_STATUS = "host_status"
#: State and status by Nova's one word for both. A host is DOWN when somebody has
#: said so, and UNKNOWN when nothing is heard of it.
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "UP": ("up", "enabled"),
    "MAINTENANCE": ("up", "disabled"),
    "DOWN": ("down", "enabled"),
    "UNKNOWN": ("down", "enabled"),
}
_UNKNOWN = Hypervisor(name="", state="unknown", status="unknown")


def look(
    admin: Api, member: AccountView, looks: Looks, ids: Collection[str]
) -> dict[str, Hypervisor]:
    """Tell how the hypervisors of a project's servers are, by the servers' ids.

    ``admin`` asks with the service's own permission, ``member`` with the owner's.
    Of a server that only the owner can be told of, all is unknown.

    :raises CloudError: when the service's account may not ask (403).
    """
    found: dict[str, Hypervisor] = {}
    told = _read(admin, member.project, ids)
    for server_id, server in told.items():
        if server.get("tenant_id") != member.project:
            continue
        if _STATUS not in server and server["status"] != UNKNOWN:
            raise _not_allowed("Nova doesn't show it the hosts")
        if _STATUS not in server:
            found[server_id] = _UNKNOWN
        elif server[_STATUS] in _MEANINGS:
            state, status = _MEANINGS[server[_STATUS]]
            name = server.get(_NAME) or ""
            found[server_id] = Hypervisor(name=name, state=state, status=status)
    missing = [one for one in ids if one not in told]
    if missing:
        # Only the owner can tell a server that is gone from one that isn't shown.
        seen = looks.look(member.api("compute"), missing)
        shown = [one for one in missing if seen[one].status != GONE]
        if len(ids) <= FEW and any(seen[one].status != UNKNOWN for one in shown):
            raise _not_allowed("Nova doesn't show it the servers of others")
        # Lists tell admins too nothing of cells that don't answer.
        found |= dict.fromkeys(shown, _UNKNOWN)
    return found


def _read(admin: Api, project: str, ids: Collection[str]) -> dict[str, Told]:
    """Read servers as an admin; those of other projects may be left out."""
    try:
        if len(ids) <= FEW:
            return server_lists.read_each(admin, ids)
        filters = [("all_tenants", "1"), ("project_id", project)]
        listed = server_lists.read_all(admin, filters)
        shown = server_lists.present(listed)
        return {one["id"]: one for one in shown if one["id"] in ids}
    except exceptions.CloudError as error:
        if error.status == HTTPStatus.FORBIDDEN:
            raise _not_allowed(error.message) from error
        raise


def _not_allowed(reason: str) -> exceptions.CloudError:
    return exceptions.CloudError(
        "The service's own account may not ask for the hypervisors of servers, which "
        f"takes the role admin in Nova: {reason}",
        HTTPStatus.FORBIDDEN,
    )
