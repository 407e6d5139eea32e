"""Reads the servers of a project in as few calls as there are pages."""

import dataclasses
import datetime
import logging
import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib import parse

from senlin_like import exceptions
from senlin_like.drivers.openstack import lookups, server_views
from senlin_like.drivers.openstack.account import Api, Query

LOG = logging.getLogger(__name__)

Told = Mapping[str, Any]

#: From here on servers in cells that don't answer are listed, with the status
#: UNKNOWN, and not left out; but only by a list without filter, limit and marker.
VERSION = "2.69"
#: As many servers are read one by one rather than with all of the project.
FEW = 3
#: How often a list is begun anew when the server that a page ended with has gone.
_TRIES = 3
_PATH = "/servers/detail"


class ListBroke(exceptions.CloudBusy):
    """Servers come and go too fast to get to the end of their list."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listed:
    """What a list has shown.

    ``is_whole`` tells that no server can be missing: it came on one page, so that
    Nova has put in those that it can't ask. ``at`` is when it was begun, by the
    cloud's clock.
    """

    servers: tuple[Told, ...]
    is_whole: bool
    at: datetime.datetime


def read_all(api: Api, params: Iterable[tuple[str, str]] = ()) -> Listed:
    """Read the list of servers, page by page.

    :raises ListBroke: when servers come and go too fast to get to its end.
    """
    given = list(params)
    for _ in range(_TRIES):
        try:
            return _read(api, given)
        except exceptions.CloudError as error:
            if not _is_marker_gone(error):
                raise
    raise ListBroke("The list of servers changes too fast to be read.")


def read_one(api: Api, server_id: str, version: str = VERSION) -> Told:
    """Read one server.

    :raises CloudNotFound: when the account has no such server.
    """
    query = Query(
        what=f"Server {server_id}",
        path=f"/servers/{lookups.quoted(server_id)}",
        version=version,
        kind="server",
        identity=server_id,
    )
    told: Told = api.read(query)["server"]
    if told["status"] == server_views.DELETED:
        raise exceptions.CloudNotFound("server", server_id)
    return told


def read_each(api: Api, server_ids: Iterable[str]) -> dict[str, Told]:
    """Read servers one by one; those that are gone are left out."""
    found: dict[str, Told] = {}
    for server_id in server_ids:
        try:
            found[server_id] = read_one(api, server_id)
        except exceptions.CloudNotFound:
            continue
    return found


def _read(api: Api, given: list[tuple[str, str]]) -> Listed:
    servers: list[Told] = []
    begun: datetime.datetime | None = None
    params, pages = given, 0
    while True:
        # Before it is asked: what changes meanwhile may not be shown.
        asked_at = datetime.datetime.now(datetime.UTC)
        query = Query(
            what="The list of servers",
            path=_PATH,
            params=params or None,
            version=VERSION,
        )
        body, at = api.read_dated(query)
        begun = begun or at or asked_at
        pages += 1
        servers += body["servers"]
        links = body.get("servers_links") or ()
        following = [link["href"] for link in links if link["rel"] == "next"]
        if not following:
            is_whole = pages == 1 and not given
            return Listed(servers=tuple(servers), is_whole=is_whole, at=begun)
        params = parse.parse_qsl(parse.urlsplit(following[0]).query)


def _is_marker_gone(error: exceptions.CloudError) -> bool:
    is_refused = error.status == HTTPStatus.BAD_REQUEST
    return is_refused and "marker" in error.message.lower()


class SharedList:
    """Lets those who ask while a list is read share the next one.

    What it gives was begun after the asking, as if each had asked for itself; but
    however many threads ask, there is one reading at a time.
    """

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._reading = threading.Lock()
        self._begun = 0
        self._waiting = 0
        self._last: tuple[int, Listed] | None = None

    def read(self, api: Api) -> Listed:
        """Return the whole list, begun not before this call."""
        with self._counting:
            came_after = self._begun
            self._waiting += 1
        try:
            with self._reading:
                if self._last is None or self._last[0] <= came_after:
                    with self._counting:
                        self._begun += 1
                        number = self._begun
                    self._last = (number, read_all(api))
                return self._last[1]
        finally:
            with self._counting:
                self._waiting -= 1
                if not self._waiting:
                    self._last = None


def find_marked(listed: Listed, key: str, value: str) -> list[Told]:
    """Return the servers with a value in their metadata.

    Nova lets only admins filter by metadata; for others it ignores the filter.

    :raises CloudBusy: when there are servers whose metadata can't be known now.
    """
    if any(server_views.is_partial(one) for one in listed.servers):
        raise exceptions.CloudBusy(
            f"Whose servers these are can't be told ({key} {value}): a part of the "
            "cloud doesn't answer."
        )
    return [one for one in present(listed) if one["metadata"].get(key) == value]


def require_all_cells(nova: Api) -> None:
    """See that no part of Nova is silent, of which a list of many pages says nothing.

    Whoever may not ask for Nova's services doesn't learn it: then it is taken to be so.

    :raises CloudBusy: when one is.
    """
    query = Query(
        what="List compute services",
        path="/os-services",
        params={"binary": "nova-compute"},
        version=VERSION,
    )
    try:
        services = nova.read(query)["services"]
    except exceptions.CloudError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        LOG.warning("Parts of Nova that don't answer can't be seen: %s", error.message)
        return
    silent = [one["host"] for one in services if _is_silent(one)]
    if silent:
        raise exceptions.CloudBusy(
            f"The list of servers isn't whole: the part of Nova with {silent[0]} "
            "doesn't answer."
        )


def _is_silent(service: Mapping[str, Any]) -> bool:
    return service.get("status") == server_views.UNKNOWN


def present(listed: Listed) -> list[Told]:
    """Return the servers that aren't deleted.

    For a moment Nova lists a server that it has just deleted, as such.
    """
    return [one for one in listed.servers if one["status"] != server_views.DELETED]
