"""Who asks Nova and Neutron themselves what there is, again and again.

Nova forgets the metadata of a server with the server.  So who wants to know which
nodes deleted servers belonged to has to have seen them.

process test: polls
"""

import dataclasses
import datetime
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib import parse

from keystoneauth1 import exceptions as keystone
from openstack import exceptions as sdk

from senlin_like.drivers.base import NODE_MARK

EVERY_S = 4.0
#: Clocks, and changes that are written down late.
OVERLAP_S = 20.0
#: Nova tells of the actions of deleted servers from here on.
_ACTIONS = "2.21"

Told = Mapping[str, Any]
#: What comes out of a cloud that doesn't answer, or not as it should.
SILENT = (sdk.SDKException, keystone.ClientException)


@dataclasses.dataclass(kw_only=True)
class Server:
    """A server that there is or was; times are in seconds since 1970.

    ``gone_at`` is when its deletion was asked for, as far as that is known.
    """

    told: Told
    mark: str | None
    created_at: float
    gone_at: float | None = None
    rebuilt_at: tuple[float, ...] = ()
    is_known_well: bool = False

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def is_deleted(self) -> bool:
        return bool(self.told["status"] == "DELETED")

    @property
    def is_going(self) -> bool:
        return bool(self.told.get("OS-EXT-STS:task_state") == "deleting")


class Census(threading.Thread):
    """Counts the servers of a project since it was made, as an administrator."""

    def __init__(self, admin: Any, project: str, stop: threading.Event) -> None:
        super().__init__(name="census", daemon=True)
        self.admin = admin
        self.project = project
        self.stopping = stop
        self.servers: dict[str, Server] = {}
        self.looks = 0
        self.failed = 0
        self._lock = threading.Lock()
        self._begun = self._reached = time.time()

    def run(self) -> None:
        """Look until told to stop; while Nova is away there is nothing to see."""
        while not self.stopping.wait(EVERY_S):
            try:
                self.look()
            except SILENT:
                self.failed += 1

    def look(self) -> None:
        """Learn what has changed since the last look.

        Raises one of ``SILENT`` when Nova doesn't tell.
        """
        with self._lock:
            asked_at = time.time()
            self._learn({"changes-since": _stamp(self._reached - OVERLAP_S)})
            self._reached = asked_at
            self.looks += 1

    def look_at_all(self) -> None:
        """Learn of every server that there is, or was since the beginning."""
        with self._lock:
            self._learn({})
            self._learn({"changes-since": _stamp(self._begun - OVERLAP_S)})

    def look_closely(self) -> None:
        """Learn from Nova when deletions and rebuilds were asked for."""
        for server in list(self.servers.values()):
            if server.is_known_well:
                continue
            acts = list(self._actions(server.id))
            server.rebuilt_at = tuple(at for name, at in acts if name == "rebuild")
            gone = [at for name, at in acts if name == "delete"]
            if server.is_deleted or server.is_going:
                server.gone_at = min(gone, default=server.gone_at)
            server.is_known_well = server.is_deleted

    def ports(self) -> list[Told]:
        """Return the ports of the project that were made since the beginning."""
        query = {"project_id": self.project}
        return [
            told
            for told in self._pages(self.admin.network, "/ports", "ports", query)
            if moment(told["created_at"]) >= self._begun - 1.0
        ]

    def server_groups(self) -> list[Told]:
        """Return the server groups of all projects."""
        query = {"all_projects": "True", "limit": "1000"}
        answer = self.admin.compute.get("/os-server-groups", params=query)
        sdk.raise_from_response(answer)
        found: list[Told] = answer.json()["server_groups"]
        return found

    def _learn(self, query: Mapping[str, str]) -> None:
        asked = {"all_tenants": "1", **query}
        api = self.admin.compute
        for told in self._pages(api, "/servers/detail", "servers", asked):
            if told["tenant_id"] == self.project or NODE_MARK in told["metadata"]:
                self._keep(told)

    def _keep(self, told: Told) -> None:
        created_at = moment(told["created"])
        if created_at < self._begun - 1.0:
            return
        mark = told["metadata"].get(NODE_MARK)
        # Times are cut to whole seconds: it is no earlier than it can have been.
        fresh = Server(told=told, mark=mark, created_at=created_at + 0.999)
        server = self.servers.setdefault(told["id"], fresh)
        if not server.is_deleted:
            server.told = told
            server.mark = mark or server.mark
        # A deletion that has come to nothing is none.
        is_gone = server.is_deleted or server.is_going
        server.gone_at = (
            (server.gone_at or moment(told["updated"])) if is_gone else None
        )

    def _actions(self, server_id: str) -> Iterator[tuple[str, float]]:
        path = f"/servers/{server_id}/os-instance-actions"
        answer = self.admin.compute.get(path, microversion=_ACTIONS)
        sdk.raise_from_response(answer)
        for told in answer.json()["instanceActions"]:
            yield told["action"], moment(told["start_time"])

    @staticmethod
    def _pages(
        api: Any, path: str, listed: str, query: Mapping[str, str]
    ) -> Iterator[Told]:
        params: Mapping[str, str] | None = query
        while params is not None:
            answer = api.get(path, params=params)
            sdk.raise_from_response(answer)
            body = answer.json()
            yield from body[listed]
            links = body.get(f"{listed}_links") or ()
            following = [one["href"] for one in links if one["rel"] == "next"]
            params = (
                dict(parse.parse_qsl(parse.urlsplit(following[0]).query))
                if following
                else None
            )


def moment(text: str) -> float:
    """Read a time in UTC as seconds since 1970."""
    found = datetime.datetime.fromisoformat(text.removesuffix("Z"))
    return found.replace(tzinfo=datetime.UTC).timestamp()


def _stamp(at: float) -> str:
    made = datetime.datetime.fromtimestamp(at, datetime.UTC)
    return made.strftime("%Y-%m-%dT%H:%M:%SZ")
