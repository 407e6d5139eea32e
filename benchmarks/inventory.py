"""Make profiles and clusters for a benchmark, and remove them again."""

import dataclasses
import itertools
import logging
import secrets
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import client, errors, load, waiting

LOG = logging.getLogger(__name__)

_CREATED = 201
_ACCEPTED = 202
_NO_CONTENT = 204
_NOT_FOUND = 404
_OK = 200
_PAGE = 100
_MOST_PAGES = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerSpec:
    """Name what the servers are made of; it must exist in the cloud."""

    flavor: str = "1"
    image: str = "cirros-0.4.0-x86_64-disk"
    network: str = "private"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Accepted:
    """Hold the answer to an asynchronous request; ``since`` is when it was sent.

    ``since`` is of ``time.perf_counter()``; ``latency_ms`` until the 202 was there.
    """

    cluster_id: str
    action_id: str
    since: float
    latency_ms: float


def profile_body(name: str, spec: ServerSpec, wait_s: int) -> dict[str, Any]:
    """Write the request that makes a profile of servers.

    ``wait_s`` above zero goes into the metadata that Senlin's fake cloud obeys too.
    """
    properties: dict[str, Any] = {
        "name": name,
        "flavor": spec.flavor,
        "image": spec.image,
        "networks": [{"network": spec.network}],
    }
    if wait_s > 0:
        properties["metadata"] = {"simulated_wait_time": wait_s}
    server = {"type": "os.nova.server", "version": "1.0", "properties": properties}
    return {"profile": {"name": name, "spec": server}}


class Refused(errors.BenchmarkError):
    """Say that the service answered a request with another status than hoped."""

    def __init__(self, what: str, response: client.Response) -> None:
        """Keep the status beside the text."""
        super().__init__(f"{what}: {response.status} {response.excerpt()}")
        self.status = response.status


class Inventory:
    """Name everything that a run makes with one prefix, and find it again by that.

    What a lost answer made is found too, so nothing has to be remembered. Threads
    may share it.
    """

    def __init__(self, target: client.Target, spec: ServerSpec) -> None:
        """Choose a prefix that no other run has."""
        self.prefix = f"bench-{secrets.token_hex(3)}"
        self._target = target
        self._spec = spec
        self._numbers = itertools.count(1)

    def name(self) -> str:
        """Return a name that nothing else has."""
        return f"{self.prefix}-{next(self._numbers)}"

    def profile_request(self, wait_s: int = 0) -> dict[str, Any]:
        """Write a request for one more profile, with a name of its own."""
        return profile_body(self.name(), self._spec, wait_s)

    def make_profile(self, connection: client.Connection, wait_s: int = 0) -> str:
        """Make a profile and return its id.

        :raises Refused: when the service doesn't answer 201.
        """
        body = self.profile_request(wait_s)
        response = connection.request("POST", "/profiles", body)
        if response.status != _CREATED:
            raise Refused("Can't make a profile", response)
        return str(response.json()["profile"]["id"])

    def request_cluster(
        self, connection: client.Connection, profile_id: str, size: int
    ) -> Accepted:
        """Ask for a cluster; don't wait for it.

        :raises Refused: when the service doesn't answer 202.
        """
        cluster = {
            "name": self.name(),
            "profile_id": profile_id,
            "desired_capacity": size,
        }
        since = time.perf_counter()
        response = connection.request("POST", "/clusters", {"cluster": cluster})
        latency_ms = (time.perf_counter() - since) * 1000
        if response.status != _ACCEPTED:
            raise Refused(f"Can't ask for a cluster of {size}", response)
        return Accepted(
            cluster_id=str(response.json()["cluster"]["id"]),
            action_id=action_id(response),
            since=since,
            latency_ms=latency_ms,
        )

    def request_delete(
        self, connection: client.Connection, cluster_id: str, force: bool = False
    ) -> Accepted:
        """Ask for the end of a cluster; don't wait for it.

        :raises Refused: when the service doesn't answer 202.
        """
        path = f"/clusters/{cluster_id}" + ("?force=true" if force else "")
        since = time.perf_counter()
        response = connection.request("DELETE", path)
        latency_ms = (time.perf_counter() - since) * 1000
        if response.status != _ACCEPTED:
            raise Refused(f"Can't ask to delete cluster {cluster_id}", response)
        return Accepted(
            cluster_id=cluster_id,
            action_id=action_id(response),
            since=since,
            latency_ms=latency_ms,
        )

    def clean_up(self, timeout_s: float, clients: int = 8) -> list[str]:
        """Remove everything that was made; return what couldn't be removed."""
        deadline = time.monotonic() + timeout_s
        left: list[str] = []

        def drop_cluster(connection: client.Connection, cluster_id: str) -> None:
            if not self._drop_cluster(connection, cluster_id, deadline):
                left.append(f"cluster {cluster_id}")

        def drop_profile(connection: client.Connection, profile_id: str) -> None:
            if not _drop_profile(connection, profile_id, deadline):
                left.append(f"profile {profile_id}")

        try:
            clusters = self._made("clusters")
            if clusters:
                LOG.info("Removing %d clusters", len(clusters))
            load.fan_out(self._target, clusters, clients, drop_cluster)
            profiles = self._made("profiles")
            load.fan_out(self._target, profiles, clients, drop_profile)
        except errors.BenchmarkError as error:
            left.append(f"everything named {self.prefix}-* ({error})")
        return left

    def _made(self, collection: str) -> list[str]:
        with client.Connection(self._target) as connection:
            return [
                str(found["id"])
                for found in walk(connection, collection)
                if str(found["name"]).startswith(f"{self.prefix}-")
            ]

    def _drop_cluster(
        self, connection: client.Connection, cluster_id: str, deadline: float
    ) -> bool:
        # Gently first; by force when that is refused, fails, or takes half the time.
        for force in (False, True):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            patience = remaining if force else remaining / 2
            try:
                accepted = self.request_delete(connection, cluster_id, force)
                waiting.await_action(
                    connection, accepted.action_id, patience, accepted.since
                )
                gone = is_gone(connection, cluster_id)
            except Refused as refused:
                gone = refused.status == _NOT_FOUND
            except errors.BenchmarkError:
                gone = False
            if gone:
                return True
        return False


def action_id(response: client.Response) -> str:
    """Return the id of the action that an asynchronous request began.

    :raises BenchmarkError: when the answer names none.
    """
    _, found, name = (response.location or "").rpartition("/actions/")
    if not found or not name:
        raise errors.BenchmarkError("The service accepted, but named no action.")
    return name.split("/")[0]


def walk(connection: client.Connection, collection: str) -> Iterator[dict[str, Any]]:
    """Go through all of a collection, page by page.

    :raises Refused: when a page isn't answered with 200.
    """
    marker = ""
    for _ in range(_MOST_PAGES):
        path = f"/{collection}?limit={_PAGE}{marker}"
        response = connection.get(path)
        if response.status != _OK:
            raise Refused(f"Can't list {path}", response)
        page = response.json()[collection]
        yield from page
        if len(page) < _PAGE:
            return
        marker = f"&marker={page[-1]['id']}"


def is_gone(connection: client.Connection, cluster_id: str) -> bool:
    """Say whether the service no longer knows the cluster."""
    return connection.get(f"/clusters/{cluster_id}").status == _NOT_FOUND


def show_cluster(connection: client.Connection, cluster_id: str) -> dict[str, Any]:
    """Read one cluster.

    :raises Refused: when the service doesn't answer 200.
    """
    response = connection.get(f"/clusters/{cluster_id}")
    if response.status != _OK:
        raise Refused(f"Can't read cluster {cluster_id}", response)
    cluster: dict[str, Any] = response.json()["cluster"]
    return cluster


def _drop_profile(
    connection: client.Connection, profile_id: str, deadline: float
) -> bool:
    if time.monotonic() > deadline:
        return False
    try:
        response = connection.request("DELETE", f"/profiles/{profile_id}")
    except errors.TransportError:
        return False
    return response.status in {_NO_CONTENT, _NOT_FOUND}
