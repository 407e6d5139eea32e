"""Servers of the simulated cloud."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from senlin_like.drivers import base, objects
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import (
    hosts,
    notices,
    placement,
    records,
    server_changes,
    server_groups,
    server_moves,
    servers,
)


class SimulatedCompute:
    """Servers, and what they are made of."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._owner = account.owner

    def find_flavor(self, identity: str) -> objects.Flavor:
        """Find a flavor by id or name."""
        with self._account.call("compute.find_flavor", identity):
            flavor = self._world.picture.get("flavor", identity)
            return objects.Flavor(
                id=flavor.id,
                name=flavor.name,
                is_disabled=bool(flavor.attributes.get("is_disabled")),
            )

    def find_keypair(self, name: str) -> str:
        """Find a key pair and return its name."""
        with self._account.call("compute.find_keypair", name):
            return self._world.picture.get("keypair", name).name

    def zone_is_available(self, name: str) -> bool:
        """Tell whether an availability zone exists and is available."""
        with self._account.call("compute.zone_is_available", name):
            return placement.is_available(self._world.picture, name, self._owner.region)

    def list_zones(self) -> list[str]:
        """Return the names of the availability zones that are available."""
        with self._account.call("compute.list_zones"):
            return placement.available_zones(self._world.picture, self._owner.region)

    def create_server(self, request: objects.ServerRequest) -> objects.Server:
        """Ask for a server; it builds on its own."""
        with self._account.call("compute.create_server", request.name) as call:
            return _server(
                servers.create(
                    self._world, self._owner, _new(request), call.error_status
                )
            )

    def get_server(self, server_id: str) -> objects.Server:
        """Return one server with everything known of it."""
        with self._account.call("compute.get_server", server_id):
            return _server(servers.get(self._world, self._owner, server_id))

    def list_addresses(
        self, server_ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
        """Return the addresses of servers; those that are gone are left out."""
        with self._account.call("compute.list_addresses"):
            return servers.list_addresses(self._world, self._owner, server_ids)

    def find_marked(self, node_id: str) -> list[objects.Server]:
        """Return the servers that carry the mark of a node (usually one)."""
        with self._account.call("compute.find_marked", node_id):
            found = servers.find_marked(self._world, self._owner, node_id)
            return [_server(record) for record in found]

    def delete_server(self, server_id: str, *, force: bool = False) -> None:
        """Ask for a server to be deleted; not an error if it is gone."""
        with self._account.call("compute.delete_server", server_id):
            servers.delete(self._world, self._owner, server_id, force=force)

    def rename_server(self, server_id: str, name: str) -> None:
        """Give a server another name."""
        with self._account.call("compute.rename_server", server_id):
            server_changes.rename(self._world, self._owner, server_id, name)

    def act(self, server_id: str, operation: str, params: Mapping[str, Any]) -> None:
        """Start an operation on a server."""
        with self._account.call(f"compute.{operation}", server_id) as call:
            asked = server_moves.Asked(
                operation=operation, params=params, fault=call.error_status
            )
            server_moves.act(self._world, self._owner, server_id, asked)

    def find_operations(self, server_id: str, since: float) -> set[str]:
        """Name the operations begun on a server since a time in epoch seconds."""
        with self._account.call("compute.find_operations", server_id):
            return server_moves.begun(self._world, self._owner, server_id, since)

    def set_metadata(self, server_id: str, values: Mapping[str, str]) -> None:
        """Add or overwrite metadata keys; others stay."""
        with self._account.call("compute.set_metadata", server_id):
            server_changes.change_metadata(
                self._world, self._owner, server_id, values, mark_key=base.NODE_MARK
            )

    def delete_metadata(self, server_id: str, keys: Collection[str]) -> None:
        """Remove metadata keys; those that aren't there don't matter."""
        with self._account.call("compute.delete_metadata", server_id):
            server_changes.change_metadata(
                self._world,
                self._owner,
                server_id,
                dict.fromkeys(keys),
                mark_key=base.NODE_MARK,
            )

    def attach_port(self, server_id: str, port_id: str) -> None:
        """Plug a port into a server."""
        with self._account.call("compute.attach_port", server_id):
            server_changes.attach_port(self._world, self._owner, server_id, port_id)

    def detach_port(self, server_id: str, port_id: str) -> None:
        """Unplug a port; not an error if it isn't plugged."""
        with self._account.call("compute.detach_port", server_id):
            server_changes.detach_port(self._world, self._owner, server_id, port_id)

    def find_server_group(self, identity: str) -> objects.ServerGroup:
        """Find a server group by id or name."""
        with self._account.call("compute.find_server_group", identity):
            return _group(server_groups.find(self._world, self._owner, identity))

    def list_server_groups(self, name: str) -> list[objects.ServerGroup]:
        """Return all server groups of a name, the oldest first."""
        with self._account.call("compute.list_server_groups", name):
            found = server_groups.list_named(self._world, self._owner, name)
            return [_group(record) for record in found]

    def create_server_group(
        self, name: str, policies: Sequence[str]
    ) -> objects.ServerGroup:
        """Make a server group."""
        with self._account.call("compute.create_server_group", name):
            return _group(
                server_groups.create(self._world, self._owner, name, policies)
            )

    def delete_server_group(self, group_id: str) -> None:
        """Delete a server group, its servers stay; not an error if it is gone."""
        with self._account.call("compute.delete_server_group", group_id):
            server_groups.delete(self._world, self._owner, group_id)

    def look_at_hypervisors(
        self, server_ids: Collection[str]
    ) -> Mapping[str, objects.Hypervisor]:
        """Tell how the hypervisors of servers are, by the servers' ids."""
        with self._account.call("compute.look_at_hypervisors"):
            found = hosts.of_servers(self._world, self._owner, server_ids)
            return {
                server_id: objects.Hypervisor(
                    name=host.name,
                    state=host.attributes["state"],
                    status=host.attributes["status"],
                )
                for server_id, host in found.items()
            }

    def notices(self, cursor: str | None) -> objects.Notices:
        """Tell what has happened to the account's servers since a cursor."""
        with self._account.call("compute.notices"):
            now, noted = notices.since(self._world, self._owner, cursor)
            return objects.Notices(
                cursor=now,
                items=tuple(
                    objects.Notice(
                        object_id=one.server_id,
                        event=one.event,
                        at=datetime.datetime.fromtimestamp(one.at, datetime.UTC),
                    )
                    for one in noted
                ),
            )


def _group(record: server_groups.ServerGroup) -> objects.ServerGroup:
    return objects.ServerGroup(
        id=record.id,
        name=record.name,
        policies=(record.policy,),
        server_ids=record.server_ids,
    )


def _new(request: objects.ServerRequest) -> records.NewServer:
    has_drive = request.config_drive
    return records.NewServer(
        name=request.name,
        flavor_id=request.flavor_id,
        image_id=request.image_id,
        metadata=request.metadata,
        mark=request.metadata.get(base.NODE_MARK),
        networks=request.networks,
        key_name=request.key_name,
        zone=request.zone,
        security_groups=request.security_groups,
        block_devices=request.block_devices,
        group=request.scheduler_hints.get("group"),
        attributes={
            "OS-DCF:diskConfig": request.disk_config or "MANUAL",
            "config_drive": "True" if has_drive else "",
        },
    )


def _server(record: records.Server) -> objects.Server:
    return objects.Server(
        id=record.id,
        name=record.name,
        status=record.status,
        fault=record.fault,
        flavor_id=record.flavor_id,
        image_id=record.image_id,
        zone=record.zone,
        host=record.host,
        key_name=record.key_name,
        metadata=record.metadata,
        addresses=record.addresses,
        security_groups=record.security_groups,
        volume_ids=record.volume_ids,
        created_at=datetime.datetime.fromtimestamp(record.created_at, datetime.UTC),
        details=record.details,
    )
