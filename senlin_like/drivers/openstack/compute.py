"""Nova: servers, and what they are made of."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.openstack import (
    lookups,
    server_groups,
    server_hypervisors,
    server_lists,
    server_notices,
    server_operations,
    server_requests,
    server_views,
)
from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.server_looks import Looks

#: The last microversion in which a server's flavor has its id. It has no partial
#: answers: a server that can't be asked is an error, and none is taken for gone.
_WITH_FLAVOR_ID = "2.46"
_PLAIN = "2.1"


class OpenStackCompute:
    """Servers, and what they are made of."""

    def __init__(
        self, account: AccountView, service: AccountView, looks: Looks
    ) -> None:
        self._account = account
        self._service = service
        self._looks = looks
        self._api = account.api("compute")

    def find_flavor(self, identity: str) -> objects.Flavor:
        """Find a flavor by id or name."""
        query = Query(what="Flavors", path="/flavors/detail", version=_PLAIN)
        pages = self._api.pages(query, "flavors")
        flavors = [one for page in pages for one in page]
        found = lookups.choose("flavor", identity, flavors)
        return objects.Flavor(
            id=found["id"],
            name=found["name"],
            is_disabled=bool(found.get("OS-FLV-DISABLED:disabled")),
        )

    def find_keypair(self, name: str) -> str:
        """Find a key pair of the user and return its name."""
        query = Query(
            what=f"Key pair '{name}'",
            path=f"/os-keypairs/{lookups.quoted(name)}",
            version=_PLAIN,
            kind="key pair",
            identity=name,
        )
        return str(self._api.read(query)["keypair"]["name"])

    def zone_is_available(self, name: str) -> bool:
        """Tell whether an availability zone exists and is available."""
        return name in self.list_zones()

    def list_zones(self) -> list[str]:
        """Return the names of the availability zones that are available."""
        query = Query(
            what="Availability zones", path="/os-availability-zone", version=_PLAIN
        )
        return [
            one["zoneName"]
            for one in self._api.read(query)["availabilityZoneInfo"]
            if one["zoneState"]["available"]
        ]

    def create_server(self, request: objects.ServerRequest) -> objects.Server:
        """Ask for a server; it builds on its own."""
        query = Query(
            what=f"Making server '{request.name}'",
            path="/servers",
            body=server_requests.body(request),
            version=server_requests.version(request),
        )
        told = self._api.change("POST", query)["server"]
        return server_views.asked_for(request, told)

    def get_server(self, server_id: str) -> objects.Server:
        """Return one server with everything known of it."""
        told = server_lists.read_one(self._api, server_id, _WITH_FLAVOR_ID)
        return server_views.server(told)

    def list_addresses(
        self, server_ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
        """Return the addresses of servers; those that are gone are left out."""
        found = self._looks.read(self._api, set(server_ids))
        return {server_id: told["addresses"] for server_id, told in found.items()}

    def find_marked(self, node_id: str) -> list[objects.Server]:
        """Return the servers that carry the mark of a node (usually one).

        They have no ``flavor_id``. Takes a call for each page of the project's
        servers, and one more where there are several.

        :raises CloudBusy: when a server can't be asked, which might be one.
        """
        listed = self._looks.shared.read(self._api)
        if not listed.is_whole:
            server_lists.require_all_cells(self._service.api("compute"))
        found = server_lists.find_marked(listed, base.NODE_MARK, node_id)
        return [server_views.server(told) for told in found]

    def delete_server(self, server_id: str, *, force: bool = False) -> None:
        """Ask for a server to be deleted; not an error if it is gone.

        Forced, also one that is locked, and one that would only be put aside.
        """
        try:
            if force and self._is_deleted_by_force(server_id):
                return
            with server_operations.told_apart():
                self._change("DELETE", server_id, "Deleting")
        except exceptions.CloudNotFound:
            return

    def _is_deleted_by_force(self, server_id: str) -> bool:
        """Delete a server at once; tells whether this account may do so."""
        try:
            self._force(server_id)
        except exceptions.CloudError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                return False
            if error.status != HTTPStatus.CONFLICT or "locked" not in error.message:
                raise
            self.act(server_id, "unlock", {})
            self._force(server_id)
        return True

    def _force(self, server_id: str) -> None:
        with server_operations.told_apart():
            body = {"forceDelete": None}
            self._change("POST", server_id, "Deleting", "/action", body)

    def rename_server(self, server_id: str, name: str) -> None:
        """Give a server another name."""
        body = {"server": {"name": name}}
        self._change("PUT", server_id, "Renaming", "", body)

    def act(self, server_id: str, operation: str, params: Mapping[str, Any]) -> None:
        """Start an operation on a server.

        :raises CloudBusy: when the server is busy with another task.
        """
        body = server_operations.body(operation, params)
        query = Query(
            what=f"Operation '{operation}' on server {server_id}",
            path=f"/servers/{lookups.quoted(server_id)}/action",
            body=body,
            version=server_operations.version(operation),
            kind="server",
            identity=server_id,
        )
        with server_operations.told_apart():
            self._api.change("POST", query)

    def find_operations(self, server_id: str, since: float) -> set[str]:
        """Name the operations begun on a server since a time in epoch seconds.

        Nova notes what it was asked for before it answers, and keeps that.
        """
        query = Query(
            what=f"Operations on server {server_id}",
            path=f"/servers/{lookups.quoted(server_id)}/os-instance-actions",
            version=_PLAIN,
            kind="server",
            identity=server_id,
        )
        noted = self._api.read(query)["instanceActions"]
        return server_operations.begun(noted, since)

    def set_metadata(self, server_id: str, values: Mapping[str, str]) -> None:
        """Add or overwrite metadata keys; others stay."""
        body = {"metadata": dict(values)}
        with server_operations.told_apart():
            self._change("POST", server_id, "Metadata of", "/metadata", body)

    def delete_metadata(self, server_id: str, keys: Collection[str]) -> None:
        """Remove metadata keys; those that aren't there don't matter.

        Takes a call to see which there are, and one for each of these.
        """
        metadata = self.get_server(server_id).metadata
        for key in sorted(set(keys) & set(metadata)):
            path = f"/metadata/{lookups.quoted(key)}"
            try:
                with server_operations.told_apart():
                    self._change("DELETE", server_id, "Metadata of", path)
            except exceptions.CloudNotFound:
                continue

    def attach_port(self, server_id: str, port_id: str) -> None:
        """Plug a port into a server."""
        body = {"interfaceAttachment": {"port_id": port_id}}
        with server_operations.told_apart():
            self._change("POST", server_id, "Port of", "/os-interface", body)

    def detach_port(self, server_id: str, port_id: str) -> None:
        """Unplug a port; not an error if it isn't plugged."""
        path = f"/os-interface/{lookups.quoted(port_id)}"
        try:
            with server_operations.told_apart():
                self._change("DELETE", server_id, "Port of", path)
        except exceptions.CloudNotFound:
            return

    def find_server_group(self, identity: str) -> objects.ServerGroup:
        """Find a server group by id or name."""
        return server_groups.find(self._api, identity)

    def list_server_groups(self, name: str) -> list[objects.ServerGroup]:
        """Return all server groups of a name, the oldest first."""
        return server_groups.list_named(self._api, name)

    def create_server_group(
        self, name: str, policies: Sequence[str]
    ) -> objects.ServerGroup:
        """Make a server group."""
        return server_groups.create(self._api, name, policies)

    def delete_server_group(self, group_id: str) -> None:
        """Delete a server group, its servers stay; not an error if it is gone."""
        server_groups.delete(self._api, group_id)

    def look_at_hypervisors(
        self, server_ids: Collection[str]
    ) -> Mapping[str, objects.Hypervisor]:
        """Tell how the hypervisors of servers are, by the servers' ids.

        :raises CloudError: when the service's own account may not ask for it (403).
        """
        return server_hypervisors.look(
            self._service.api("compute"), self._account, self._looks, set(server_ids)
        )

    def notices(self, cursor: str | None) -> objects.Notices:
        """Tell what has happened to the account's servers since a cursor.

        What the account itself has asked for is told too.
        """
        return server_notices.tell(self._api, cursor)

    def _change(
        self, method: str, server_id: str, doing: str, path: str = "", body: Any = None
    ) -> None:
        query = Query(
            what=f"{doing} server {server_id}",
            path=f"/servers/{lookups.quoted(server_id)}{path}",
            body=body,
            version=_WITH_FLAVOR_ID,
            kind="server",
            identity=server_id,
        )
        self._api.change(method, query)
