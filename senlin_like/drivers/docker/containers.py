"""Containers on Docker engines, as the account of one project sees them.

Everything that is made carries the label of its project, and what doesn't carry it
isn't there: several projects may share an engine.
"""

import concurrent.futures
import dataclasses
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.docker import faults, shapes
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.docker.lingering import Lingering
from senlin_like.drivers.docker.pulls import Pulls

#: Label of a container: the id of the project that it belongs to.
PROJECT_MARK = "cluster_project_id"
#: Seconds that a container may have to stop by itself.
GRACE_MOST_S = 300
#: So many hosts are asked at the same time.
_AT_ONCE = 16
#: Docker would choose a name itself for one that is empty.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_CONFLICT = 409


@dataclasses.dataclass(frozen=True, kw_only=True)
class Room:
    """What all accounts of a process share: connections, and what goes on there."""

    engines: Engines
    lingering: Lingering = dataclasses.field(default_factory=Lingering)
    pulls: Pulls = dataclasses.field(default_factory=Pulls)

    def close(self) -> None:
        """Let go of all connections."""
        self.engines.close()


class DockerContainers:
    """Containers of one project; with ``has_own_host`` they needn't name a host."""

    def __init__(self, room: Room, project: str, *, has_own_host: bool = False) -> None:
        self._room = room
        self._engines = room.engines
        self._project = project
        self._has_own_host = has_own_host

    def default_host(self) -> objects.ContainerHost | None:
        """Return where containers go that name no host; None if they have to."""
        return objects.OWN_HOST if self._has_own_host else None

    def create_container(
        self, host: objects.ContainerHost, request: objects.ContainerRequest
    ) -> objects.Container:
        """Make a container; it has to be started.

        :raises CloudBusy: while the host fetches the image, too.
        :raises CloudError: with status 409 when another one has the name.
        """
        if not _NAME.fullmatch(request.name):
            raise exceptions.CloudError(
                f"Invalid container name ({request.name}).", 400
            )
        labels = {**request.labels, PROJECT_MARK: self._project}
        words = _words(request.command)
        client = self._client(host)
        try:
            with self._told(host, "image", request.image, changes=True, makes=True):
                made = client.create_container(
                    image=request.image,
                    command=words,
                    name=request.name,
                    labels=labels,
                )
                made_id = shapes.identity(made)
        except exceptions.CloudNotFound:
            if not self._engines.options.pulls_images:
                raise
            self._room.pulls.await_image(
                host, client, request.image, project=self._project
            )
        # Asking Docker for the rest might fail, and this call has had its effect.
        return objects.Container(
            id=made_id,
            name=request.name,
            status="created",
            image=request.image,
            command=request.command,
            labels=request.labels,
        )

    def get_container(
        self, host: objects.ContainerHost, container_id: str
    ) -> objects.Container:
        """Return one container."""
        client = self._client(host)
        with self._told(host, "container", container_id):
            container = shapes.inspected(client.inspect_container(container_id))
        if container.labels.get(PROJECT_MARK) != self._project:
            raise exceptions.CloudNotFound("container", container_id)
        return _shown(container)

    def find_labelled(
        self, host: objects.ContainerHost, node_id: str
    ) -> list[objects.Container]:
        """Return the host's containers with a node's label, the oldest first."""
        found = self._listed(host, f"{base.NODE_MARK}={node_id}")
        return sorted(map(_shown, found), key=lambda one: (str(one.created_at), one.id))

    def rename_container(
        self, host: objects.ContainerHost, container_id: str, name: str
    ) -> None:
        """Give a container another name; fine if it has it."""
        if self.get_container(host, container_id).name == name:
            return
        client = self._client(host)
        with self._told(host, "container", container_id, changes=True):
            client.rename(container_id, name)

    def act_on_container(
        self,
        host: objects.ContainerHost,
        container_id: str,
        operation: str,
        params: Mapping[str, Any],
    ) -> None:
        """Start an operation on a container.

        To stop goes on by itself, to restart ends when the container is back: its
        status wouldn't tell.
        """
        self.get_container(host, container_id)
        call = self._call(self._client(host), container_id, operation, params)

        def ask() -> None:
            with self._told(host, "container", container_id, changes=True):
                call()

        if operation == "stop":
            self._room.lingering.begin(f"Stopping container {container_id}", ask)
        else:
            ask()

    def remove_container(
        self, host: objects.ContainerHost, container_id: str, *, force: bool = False
    ) -> None:
        """Remove a container; not an error if it is gone, or is going.

        :raises CloudError: with status 409 when it runs, unless forced.
        """
        try:
            found = self.get_container(host, container_id)
        except exceptions.CloudNotFound:
            return
        client = self._client(host)
        try:
            with self._told(host, "container", container_id, changes=True):
                client.remove_container(container_id, force=force, v=True)
        except exceptions.CloudNotFound:
            return
        except exceptions.CloudError as error:
            # By force nothing but another removal stands in the way.
            is_going = force or found.status == shapes.REMOVING
            if not (is_going and error.status == _CONFLICT):
                raise

    def look(self, places: Collection[str]) -> dict[str, base.Observed]:
        """Tell how far containers are, with one call for each host.

        ``places`` are ids as ``ContainerHost.locate`` gives them. Those whose host
        can't be asked are UNREACHABLE.

        :raises CloudBusy: when the cloud's own host can't be asked.
        """
        wanted: dict[objects.ContainerHost, dict[str, str]] = {}
        for place in places:
            host, container_id = objects.host_of(place)
            wanted.setdefault(host, {})[place] = container_id
        seen: dict[str, base.Observed] = {}
        if len(wanted) == 1:
            [(host, ids)] = wanted.items()
            return self._look(host, ids)
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as threads:
            for part in threads.map(self._look, wanted, wanted.values()):
                seen.update(part)
        return seen

    def _look(
        self, host: objects.ContainerHost, ids: Mapping[str, str]
    ) -> dict[str, base.Observed]:
        try:
            there = {one.id: one for one in self._listed(host, base.NODE_MARK)}
        except exceptions.CloudBusy:
            raise
        except exceptions.CloudError as error:
            return {
                place: base.Observed(
                    id=place, status=base.UNREACHABLE, reason=error.message
                )
                for place in ids
            }
        return {
            place: base.Observed(id=place, status=base.GONE)
            if (found := there.get(container_id)) is None
            else base.Observed(id=place, status=found.status, reason=found.reason)
            for place, container_id in ids.items()
        }

    def list_marked(self, host: objects.ContainerHost) -> list[objects.Container]:
        """Return the host's containers with any node's label; one call."""
        return self._listed(host, base.NODE_MARK)

    def _listed(
        self, host: objects.ContainerHost, label: str
    ) -> list[objects.Container]:
        """Return the project's containers with a label, whatever their status."""
        labels = [label, f"{PROJECT_MARK}={self._project}"]
        client = self._client(host)
        with self._told(host, "container", "anything"):
            answered = client.containers(all=True, filters={"label": labels})
            found = [shapes.listed(one) for one in answered]
        # What isn't Docker may answer what wasn't asked for.
        return [
            one
            for one in found
            if one.labels.get(PROJECT_MARK) == self._project
            and base.NODE_MARK in one.labels
        ]

    def _call(
        self,
        client: Any,
        container_id: str,
        operation: str,
        params: Mapping[str, Any],
    ) -> Callable[[], Any]:
        """Return the SDK's call of an operation.

        :raises CloudError: with status 400 for one that there isn't, or a time to
            stop that is too long.
        """
        calls: dict[str, Callable[..., Any]] = {
            "start": client.start,
            "stop": client.stop,
            "restart": client.restart,
            "pause": client.pause,
            "unpause": client.unpause,
            "kill": client.kill,
        }
        if operation not in calls:
            raise exceptions.CloudError(
                f"Containers have no operation '{operation}'.", 400
            )
        given = params.get("timeout")
        if given is None or operation not in {"stop", "restart"}:
            return lambda: calls[operation](container_id)
        if given > GRACE_MOST_S:
            raise exceptions.CloudError(
                f"A container can have {GRACE_MOST_S} seconds to stop, not {given}.",
                400,
            )
        return lambda: calls[operation](container_id, timeout=given)

    def _client(self, host: objects.ContainerHost) -> Any:
        if host == objects.OWN_HOST and not self._has_own_host:
            raise exceptions.CloudNotFound("host", "of the container")
        return self._engines.client(host)

    @contextmanager
    def _told(
        self,
        host: objects.ContainerHost,
        kind: str,
        identity: str,
        *,
        changes: bool = False,
        makes: bool = False,
    ) -> Iterator[None]:
        """Translate errors; a host that can't be asked may come back as another."""
        try:
            with faults.told(host, kind, identity, changes=changes, makes=makes):
                yield
        except (
            exceptions.HostUnreachable,
            exceptions.CloudBusy,
            exceptions.CloudUnsure,
        ):
            self._engines.forget(host)
            raise


def _words(command: str | None) -> list[str] | None:
    """Take a command apart, as a shell does.

    :raises CloudError: with status 400 when a quotation has no end.
    """
    try:
        return None if command is None else shlex.split(command)
    except ValueError as error:
        raise exceptions.CloudError(f"Invalid command: {error}.", 400) from error


def _shown(container: objects.Container) -> objects.Container:
    """Return a container as others see it: the project's label is the driver's."""
    labels = {
        key: value for key, value in container.labels.items() if key != PROJECT_MARK
    }
    return dataclasses.replace(container, labels=labels)
