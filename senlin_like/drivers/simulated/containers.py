"""Containers of the simulated cloud."""

import datetime
from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base, objects
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import containers, records


class SimulatedContainers:
    """Containers on servers; the port of the host doesn't matter."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._owner = account.owner

    def default_host(self) -> None:
        """Tell that every container has to name its host."""

    def create_container(
        self, host: objects.ContainerHost, request: objects.ContainerRequest
    ) -> objects.Container:
        """Make a container; it has to be started."""
        with self._account.call("containers.create_container", request.name) as call:
            new = records.NewContainer(
                name=request.name,
                image=request.image,
                command=request.command,
                labels=request.labels,
                mark=request.labels.get(base.NODE_MARK),
            )
            return _container(
                containers.create(
                    self._world, self._owner, host.address, new, call.error_status
                )
            )

    def get_container(
        self, host: objects.ContainerHost, container_id: str
    ) -> objects.Container:
        """Return one container."""
        with self._account.call("containers.get_container", container_id):
            return _container(
                containers.get(self._world, self._owner, host.address, container_id)
            )

    def find_labelled(
        self, host: objects.ContainerHost, node_id: str
    ) -> list[objects.Container]:
        """Return the host's containers with a node's label, whatever their status."""
        with self._account.call("containers.find_labelled", node_id):
            found = containers.find_marked(
                self._world, self._owner, host.address, node_id
            )
            return [_container(record) for record in found]

    def rename_container(
        self, host: objects.ContainerHost, container_id: str, name: str
    ) -> None:
        """Give a container another name."""
        with self._account.call("containers.rename_container", container_id):
            containers.rename(
                self._world, self._owner, host.address, container_id, name
            )

    def act_on_container(
        self,
        host: objects.ContainerHost,
        container_id: str,
        operation: str,
        params: Mapping[str, Any],
    ) -> None:
        """Start an operation on a container."""
        with self._account.call(f"containers.{operation}", container_id) as call:
            containers.act(
                self._world,
                self._owner,
                host.address,
                container_id,
                operation,
                call.error_status,
            )

    def remove_container(
        self, host: objects.ContainerHost, container_id: str, *, force: bool = False
    ) -> None:
        """Remove a container; not an error if it is gone."""
        with self._account.call("containers.remove_container", container_id):
            containers.remove(
                self._world, self._owner, host.address, container_id, force=force
            )


def _container(record: records.Container) -> objects.Container:
    return objects.Container(
        id=record.id,
        name=record.name,
        status=record.status,
        reason=record.reason,
        image=record.image,
        command=record.command,
        labels=record.labels,
        created_at=datetime.datetime.fromtimestamp(record.created_at, datetime.UTC),
    )
