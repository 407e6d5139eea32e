"""The profile type itself: specs are read, containers can't be made yet."""

from collections.abc import Mapping
from typing import Any, NoReturn

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base
from senlin_like.profiles.docker_container import schema
from senlin_like.profiles.specs import Language

NAME = "container.dockerinc.docker-1.0"

_NO_CONTAINERS = "This cloud has no containers."


def hosts_named(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return what the properties name as host, by ``node`` or ``cluster``.

    The values are ids, short ids or names as the user gave them; exactly one
    of the two is there.

    :raises InvalidSpec: when both are named, or none.
    """
    node, cluster = properties.get("host_node"), properties.get("host_cluster")
    if not node and not cluster:
        raise exceptions.InvalidSpec(
            "Either 'host_cluster' or 'host_node' must be specified."
        )
    if node and cluster:
        raise exceptions.InvalidSpec(
            "Either 'host_cluster' or 'host_node' must be specified, but not both."
        )
    return {"node": str(node)} if node else {"cluster": str(cluster)}


class DockerContainer:
    """Nodes that are containers on hosts that are nodes themselves."""

    name = NAME
    support: Mapping[str, list[Mapping[str, str]]] = {
        "1.0": [{"status": "EXPERIMENTAL", "since": "2017.02"}]
    }
    object_kind = clouds.ObjectKind.CONTAINER

    def __init__(self) -> None:
        self._language = Language(
            name=NAME, properties=schema.PROPERTIES, operations=schema.OPERATIONS
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
        return self._language.read(spec)

    def check_operation(
        self, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Check an operation's parameters and return them with defaults.

        :raises Invalid: when the operation or a parameter isn't right.
        """
        return self._language.read_operation(operation, params)

    def check_update(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Check that every changed property may change.

        :raises Invalid: naming the properties that can't be updated.
        """
        self._language.check_update(old, new)

    def shown_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return the spec as readers may see it: secrets are masked."""
        return self._language.shown(spec)

    def validate(self, cloud: clouds.Cloud, properties: Mapping[str, Any]) -> None:
        """Check that exactly one host is named.

        Whether it exists is known to those who have the database.

        :raises InvalidSpec: when both kinds of hosts are named, or none.
        """
        hosts_named(properties)

    def create(self, ask: base.Ask) -> base.Step:
        """Make the container.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def delete(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Remove the container; one that was never made is gone.

        :raises CloudError: when there should be one.
        """
        if ask.node.physical_id:
            self._refuse()
        return base.Done(reason="There is no container.")

    def update(
        self, ask: base.Ask, new: Mapping[str, Any], config: Mapping[str, Any]
    ) -> base.Step:
        """Change the container.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def check(self, ask: base.Ask) -> base.Step:
        """See whether the container runs.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def recover(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Make the container anew.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def operate(
        self, ask: base.Ask, operation: str, params: Mapping[str, Any]
    ) -> base.Step:
        """Carry out one of the container's operations.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def join(self, ask: base.Ask, cluster_id: str, index: int) -> base.Step:
        """Do nothing: containers carry no mark of their cluster."""
        return base.Done()

    def leave(self, ask: base.Ask) -> base.Step:
        """Do nothing: containers carry no mark of their cluster."""
        return base.Done()

    def details(self, ask: base.Ask) -> dict[str, Any]:
        """Return what the cloud shows of the container."""
        if not ask.node.physical_id:
            return {}
        return {"Error": {"code": 500, "message": _NO_CONTAINERS}}

    def adopt(
        self,
        cloud: clouds.Cloud,
        identity: str,
        overrides: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Describe an existing container.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def strays(self, ask: base.Ask, since: float) -> list[str]:
        """Return no ids: there are no containers."""
        return []

    def remove_stray(self, ask: base.Ask, object_id: str) -> None:
        """Delete a container that ``strays`` has named.

        :raises CloudError: always, for want of containers.
        """
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise exceptions.CloudError(_NO_CONTAINERS)
