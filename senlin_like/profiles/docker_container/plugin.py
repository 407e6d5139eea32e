"""The profile type itself: which module does which verb."""

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.domain.enums import RecoverOperation
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, catalogue, recreation
from senlin_like.profiles.docker_container import (
    creation,
    deletion,
    hosts,
    operating,
    schema,
    waiting,
)
from senlin_like.profiles.specs import Language

NAME = "container.dockerinc.docker-1.0"
_PORTS = range(1, 2**16)


class DockerContainer:
    """Nodes that are containers on hosts: on other nodes, or on the cloud's own."""

    name = NAME
    support: Mapping[str, list[Mapping[str, str]]] = {
        "1.0": [{"status": "EXPERIMENTAL", "since": "2017.02"}]
    }
    object_kind = clouds.ObjectKind.CONTAINER
    recoveries = (RecoverOperation.RECREATE,)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._hosts = hosts.Hosts(catalogue.Memory(clock))
        self._language = Language(
            name=NAME, properties=schema.PROPERTIES, operations=schema.OPERATIONS
        )
        self._halves = recreation.Halves(
            kind=clouds.ObjectKind.CONTAINER,
            statuses=waiting.STATUSES,
            delete=lambda ask, options: deletion.delete(self._hosts, ask, options),
            create=lambda ask, former: creation.create(self._hosts, ask, former),
        )

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(schema.PROPERTIES)

    def operations(self) -> Mapping[str, Any]:
        """Return the operations in the clients' dialect."""
        return specs.export_operations(schema.OPERATIONS)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check a whole spec and return its properties with defaults.

        :raises InvalidSpec: with the property and the reason.
        """
        read = self._language.read(spec)
        if read["port"] not in _PORTS:
            raise exceptions.InvalidSpec(
                f"The value '{read['port']}' of 'port' must be from 1 to 65535."
            )
        return read

    def check_operation(
        self, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Check an operation's parameters and return them with defaults.

        :raises Invalid: when the operation or a parameter isn't right.
        """
        read = self._language.read_operation(operation, params)
        operating.check_parameters(read)
        return read

    def check_update(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Check that every changed property may change.

        :raises Invalid: naming the properties that can't be updated.
        """
        self._language.check_update(old, new)

    def shown_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return the spec as readers may see it: secrets are masked."""
        return self._language.shown(spec)

    def host(self, properties: Mapping[str, Any]) -> base.HostName | None:
        """Return the node or the cluster that containers are put on, if one is named.

        :raises InvalidSpec: when both are named.
        """
        node, cluster = properties.get("host_node"), properties.get("host_cluster")
        if not hosts.names_host(properties):
            return None
        if node and cluster:
            raise exceptions.InvalidSpec(
                "Either 'host_cluster' or 'host_node' must be specified, but not both."
            )
        return base.HostName(
            key="host_cluster" if cluster else "host_node",
            identity=str(cluster or node),
            is_cluster=bool(cluster),
            types=hosts.TYPES,
        )

    def images(self, properties: Mapping[str, Any]) -> list[str]:
        """Return none: containers run within servers, not on hypervisors."""
        return []

    def validate(
        self, cloud: clouds.Cloud, properties: Mapping[str, Any], name: str
    ) -> None:
        """Check that one host is named, or none where the cloud has one of its own.

        Whether it exists is known to those who have the database.

        :raises InvalidSpec: when both kinds of hosts are named, or none is known; and
            when the command can't be taken apart.
        """
        try:
            shlex.split(properties.get("command") or "")
        except ValueError as error:
            raise exceptions.InvalidSpec(
                f"The value of 'command' is no command: {error}."
            ) from error
        if self.host(properties) is None and cloud.containers.default_host() is None:
            raise exceptions.InvalidSpec(hosts.UNNAMED)

    def create(self, ask: base.Ask) -> base.Step:
        """Make the node's container on its host, and start it."""
        return creation.create(self._hosts, ask)

    def delete(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Stop and remove the node's container."""
        return deletion.delete(self._hosts, ask, options)

    def update(
        self, ask: base.Ask, new: Mapping[str, Any], config: Mapping[str, Any]
    ) -> base.Step:
        """Give the container the name that ``new`` properties say.

        :raises CloudError: when the node has no container, or the name is taken.
        """
        return operating.update(self._hosts, ask, new)

    def abandon_update(self, ask: base.Ask, begun: Mapping[str, Any]) -> base.Step:
        """Leave the container alone: updates don't stop it."""
        return base.Done()

    def check(self, ask: base.Ask) -> base.Step:
        """See whether the container runs.

        :raises CloudNotFound: when the container or its host is gone.
        """
        return operating.check(self._hosts, ask)

    def recover(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Make the container anew: there is no other way to recover one.

        :raises CloudError: when another operation is asked for.
        """
        recreation.refuse_others("container", options)
        return recreation.recreate(self._halves, ask, options)

    def operate(
        self, ask: base.Ask, operation: str, params: Mapping[str, Any]
    ) -> base.Step:
        """Carry out one of the container's operations."""
        return operating.operate(self._hosts, ask, operation, params)

    def join(self, ask: base.Ask, cluster_id: str, index: int) -> base.Step:
        """Do nothing: labels can't change, so containers don't tell their cluster."""
        return base.Done()

    def leave(self, ask: base.Ask) -> base.Step:
        """Do nothing: containers carry no mark of their cluster."""
        return base.Done()

    def details(self, ask: base.Ask) -> dict[str, Any]:
        """Return what Docker shows of the container."""
        return operating.show(self._hosts, ask)

    def adopt(
        self,
        cloud: clouds.Cloud,
        identity: str,
        overrides: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Refuse: a container's label can't be set any more, and the host isn't known.

        :raises Invalid: always.
        """
        raise exceptions.Invalid(
            f"Profiles of type '{NAME}' can't be made from existing containers."
        )

    def find_existing(self, cloud: clouds.Cloud, identity: str) -> base.Existing:
        """Know of no container without its host: none can be adopted."""
        return base.Existing(id=identity)

    def mark_existing(
        self, cloud: clouds.Cloud, object_id: str, node: base.NodeFacts
    ) -> None:
        """Do nothing: labels can't change."""

    def locate(
        self,
        physical_id: str,
        properties: Mapping[str, Any],
        hosts: Sequence[base.Host],
    ) -> str:
        """Return the container's id with the place of its host.

        :raises CloudNotFound: when the host is gone.
        :raises CloudError: when it can't be told where the host is.
        """
        if self.host(properties) is None:
            return physical_id
        if not hosts:
            raise exceptions.CloudNotFound("host", f"of container {physical_id}")
        return self._hosts.at(hosts[0], properties["port"]).locate(physical_id)

    def strays(self, ask: base.Ask, since: float) -> list[str]:
        """Return ids of labelled containers made since then that aren't the node's."""
        return deletion.strays(self._hosts, ask, since)

    def remove_stray(self, ask: base.Ask, object_id: str) -> None:
        """Remove a container that ``strays`` has named."""
        deletion.remove_stray(self._hosts, ask, object_id)
