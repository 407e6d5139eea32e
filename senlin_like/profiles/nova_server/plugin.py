"""The profile type itself: which module does which verb."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.domain.enums import RecoverOperation
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, catalogue, marks
from senlin_like.profiles.nova_server import (
    abandoning,
    adoption,
    checking,
    creation,
    deletion,
    details,
    operating,
    recovery,
    schema,
    updating,
    validation,
)
from senlin_like.profiles.specs import Language

NAME = "os.nova.server-1.0"


class NovaServer:
    """Nodes that are servers."""

    name = NAME
    support: Mapping[str, list[Mapping[str, str]]] = {
        "1.0": [{"status": "SUPPORTED", "since": "2016.04"}],
        "1.1": [{"status": "SUPPORTED", "since": "2023.04"}],
        "1.2": [{"status": "SUPPORTED", "since": "2023.07"}],
    }
    object_kind = clouds.ObjectKind.SERVER
    recoveries = tuple(RecoverOperation)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory = catalogue.Memory(clock)
        self._language = Language(
            name=NAME,
            properties=schema.PROPERTIES,
            operations=schema.OPERATIONS,
            secrets=("admin_pass",),
        )

    def _names(self, ask: base.Ask) -> catalogue.Names:
        return catalogue.names_for(self._memory, ask)

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
        return self._language.read(spec)

    def check_operation(
        self, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Check an operation's parameters and return them with defaults.

        :raises Invalid: when the operation or a parameter isn't right.
        """
        read = self._language.read_operation(operation, params)
        operating.check(operation, read)
        return read

    def check_update(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Check that every changed property may change.

        :raises Invalid: naming the properties that can't be updated.
        """
        self._language.check_update(old, new)
        if old.get("image") and not new.get("image"):
            raise exceptions.InvalidSpec("The image of a server can't be taken away.")

    def shown_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return the spec as readers may see it: secrets are masked."""
        return self._language.shown(spec)

    def host(self, properties: Mapping[str, Any]) -> None:
        """Return None: the cloud chooses where a server goes."""

    def images(self, properties: Mapping[str, Any]) -> list[str]:
        """Return the image of servers; disks made from images are made elsewhere."""
        image = properties.get("image")
        return [image] if image else []

    def validate(
        self, cloud: clouds.Cloud, properties: Mapping[str, Any], name: str
    ) -> None:
        """Check the properties against what the cloud has.

        :raises InvalidSpec: with the bare reason.
        """
        validation.validate(catalogue.Names(cloud), cloud, properties)

    def create(self, ask: base.Ask) -> base.Step:
        """Make the node's server, and the ports that it needs."""
        return creation.create(self._names(ask), ask)

    def delete(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Remove the node's server and all that was made for it."""
        return deletion.delete(ask, options)

    def update(
        self, ask: base.Ask, new: Mapping[str, Any], config: Mapping[str, Any]
    ) -> base.Step:
        """Turn the server into what ``new`` properties say."""
        return updating.update(self._names(ask), ask, new, config)

    def abandon_update(self, ask: base.Ask, begun: Mapping[str, Any]) -> base.Step:
        """Start the server again if an update has stopped it."""
        return abandoning.abandon_update(ask, begun)

    def check(self, ask: base.Ask) -> base.Step:
        """See whether the server is ACTIVE.

        :raises CloudNotFound: when the server is gone.
        """
        return checking.check(ask)

    def recover(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Bring the server back by REBOOT, REBUILD or RECREATE."""
        return recovery.recover(self._names(ask), ask, options)

    def operate(
        self, ask: base.Ask, operation: str, params: Mapping[str, Any]
    ) -> base.Step:
        """Carry out one of the server's operations."""
        return operating.operate(self._names(ask), ask, operation, params)

    def join(self, ask: base.Ask, cluster_id: str, index: int) -> base.Step:
        """Mark the server as a member of a cluster."""
        if ask.node.physical_id:
            ask.cloud.compute.set_metadata(
                ask.node.physical_id, marks.of_member(cluster_id, index)
            )
        return base.Done()

    def leave(self, ask: base.Ask) -> base.Step:
        """Remove the mark of the cluster, not that of the node."""
        if not ask.node.physical_id:
            return base.Done()
        try:
            ask.cloud.compute.delete_metadata(ask.node.physical_id, marks.OF_CLUSTER)
        except exceptions.CloudNotFound:
            return base.Done(reason="The server is gone: it carries no mark.")
        return base.Done()

    def details(self, ask: base.Ask) -> dict[str, Any]:
        """Return what the cloud shows of the server."""
        return details.show(self._names(ask), ask)

    def adopt(
        self,
        cloud: clouds.Cloud,
        identity: str,
        overrides: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the properties of a spec that describes an existing server.

        :raises CloudError: when the server can't be read.
        """
        return adoption.describe(cloud, identity, overrides)

    def find_existing(self, cloud: clouds.Cloud, identity: str) -> base.Existing:
        """Tell whose mark a server carries.

        :raises CloudError: when the server can't be read.
        """
        return adoption.find(cloud, identity)

    def mark_existing(
        self, cloud: clouds.Cloud, object_id: str, node: base.NodeFacts
    ) -> None:
        """Put the node's mark on a server, and take the marks of others away.

        :raises CloudError: when that isn't possible.
        """
        adoption.mark(cloud, object_id, node)

    def locate(
        self,
        physical_id: str,
        properties: Mapping[str, Any],
        hosts: Sequence[base.Host],
    ) -> str:
        """Return the object's own id."""
        return physical_id

    def strays(self, ask: base.Ask, since: float) -> list[str]:
        """Return ids of marked servers and ports that aren't the node's."""
        return deletion.strays(ask, since)

    def remove_stray(self, ask: base.Ask, object_id: str) -> None:
        """Delete what ``strays`` has named."""
        deletion.remove_stray(ask, object_id)
