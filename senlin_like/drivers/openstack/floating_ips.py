"""Neutron: public addresses that lead to ports."""

import logging
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.openstack.account import Api, Query

LOG = logging.getLogger(__name__)

_PATH = "/floatingips"
_LISTED, _ITEM = "floatingips", "floatingip"
_KIND = "floating IP"


def find(api: Api, project: str | None, address: str) -> objects.FloatingIp | None:
    """Find a public address of the project."""
    what = f"Finding floating IP {address}"
    found = _listed(api, project, what, ("floating_ip_address", address))
    return found[0] if found else None


def find_marked(api: Api, project: str | None, mark: str) -> list[objects.FloatingIp]:
    """Return the project's public addresses with a description."""
    what = f"Finding the floating IPs of {mark}"
    return _listed(api, project, what, ("description", mark))


def create(api: Api, wanted: Mapping[str, str]) -> objects.FloatingIp:
    """Make a public address.

    :raises CloudError: when the address is taken, or the port's network has no way
        to the public one. Only admins may choose an address, unless the cloud says
        otherwise.
    """
    query = Query(
        what=f"Making a floating IP for port {wanted['port_id']}",
        path=_PATH,
        body={_ITEM: dict(wanted)},
    )
    return _floating_ip(api.change("POST", query)[_ITEM])


def associate(api: Api, floating_ip_id: str, port_id: str | None) -> None:
    """Lead a public address to a port, or to none.

    :raises CloudNotFound: when the address is gone, or the port.
    """
    query = Query(
        what=f"Changing floating IP {floating_ip_id}",
        path=f"{_PATH}/{floating_ip_id}",
        body={_ITEM: {"port_id": port_id}},
        kind=_KIND,
        identity=floating_ip_id,
    )
    api.change("PUT", query)


def delete(api: Api, floating_ip_id: str) -> None:
    """Give a public address back; not an error if it is gone."""
    query = Query(
        what=f"Deleting floating IP {floating_ip_id}",
        path=f"{_PATH}/{floating_ip_id}",
        kind=_KIND,
        identity=floating_ip_id,
    )
    try:
        api.change("DELETE", query)
    except exceptions.CloudNotFound:
        LOG.info("Floating IP %s is gone already.", floating_ip_id)


def _listed(
    api: Api, project: str | None, what: str, wanted: tuple[str, str]
) -> list[objects.FloatingIp]:
    key, value = wanted
    params = {key: value}
    if project is not None:
        params["project_id"] = project
    query = Query(what=what, path=_PATH, params=params)
    return [
        _floating_ip(one)
        for page in api.pages(query, _LISTED)
        for one in page
        if one.get(key) == value
    ]


def _floating_ip(told: Mapping[str, Any]) -> objects.FloatingIp:
    return objects.FloatingIp(
        id=told["id"],
        address=told["floating_ip_address"],
        network_id=told["floating_network_id"],
        status=told["status"],
        port_id=told.get("port_id") or None,
    )
