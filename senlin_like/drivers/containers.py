"""What a cloud has to offer of containers; which errors there are says ``base``."""

from collections.abc import Mapping
from typing import Any, Protocol

from senlin_like import exceptions
from senlin_like.drivers import objects


class HostUnfit(exceptions.CloudError):
    """What containers are to be put on can't be asked, or mayn't: none is there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 409)


class Containers(Protocol):
    """Containers on hosts that Docker listens on.

    Ids are the first 36 characters of Docker's; statuses are Docker's words.
    Every call may raise ``HostUnreachable``: nothing was done; or ``HostUnfit``: nor
    will it ever be.
    """

    def default_host(self) -> objects.ContainerHost | None:
        """Return where containers go that name no host; None if they have to."""

    def create_container(
        self, host: objects.ContainerHost, request: objects.ContainerRequest
    ) -> objects.Container:
        """Make a container; it has to be started.

        :raises CloudError: with status 409 when another one has the name.
        """

    def get_container(
        self, host: objects.ContainerHost, container_id: str
    ) -> objects.Container:
        """Return one container."""

    def find_labelled(
        self, host: objects.ContainerHost, node_id: str
    ) -> list[objects.Container]:
        """Return the host's containers with a node's label, whatever their status."""

    def rename_container(
        self, host: objects.ContainerHost, container_id: str, name: str
    ) -> None:
        """Give a container another name."""

    def act_on_container(
        self,
        host: objects.ContainerHost,
        container_id: str,
        operation: str,
        params: Mapping[str, Any],
    ) -> None:
        """Start an operation on a container.

        ``operation`` is one of ``start``, ``stop`` (timeout), ``restart``
        (timeout), ``pause``, ``unpause``, ``kill``; ``timeout`` in seconds. To
        start what runs and to stop what doesn't is no error.
        """

    def remove_container(
        self, host: objects.ContainerHost, container_id: str, *, force: bool = False
    ) -> None:
        """Remove a container; not an error if it is gone.

        :raises CloudError: with status 409 when it runs, unless forced.
        """
