"""Nova's HTTP side on loopback: servers, lists with pages, cells that don't answer.

As Nova does: a list without filter, limit and marker tells of servers in cells
that are down, other lists leave them out; deleted servers, also those that can be
restored, are shown among the changes only; a marker that isn't there any more is
refused. The servers of other projects are there for admins only.
"""

import contextlib
import dataclasses
import datetime
import email.utils
from collections.abc import Iterator
from typing import Any
from urllib import parse

from senlin_like.drivers import base
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer, Asked

START = 1_800_000_000
SERVERS = "/compute/v2.1/servers"


@dataclasses.dataclass(kw_only=True)
class Server:
    """A server; a deleted one is kept, and shown for a moment if it lingers."""

    id: str
    number: int
    status: str = "BUILD"
    project: str = "p-1"
    fault: str = ""
    updated: int = START
    is_down: bool = False
    lingers: bool = False
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    more: dict[str, Any] = dataclasses.field(default_factory=dict)


class Nova(border.Border):
    """Time stands still unless ``now`` is set; ``admins`` are holders of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()
        told = {"date_time_string": lambda handler, timestamp=None: self.date()}
        self.RequestHandlerClass = type("Dated", (self.RequestHandlerClass,), told)

    def reset(self) -> None:
        self.now = START
        self.page = 1000
        self.admins = {"service"}
        self.servers: dict[str, Server] = {}
        self.before_page: Any = None
        self.answers.clear()
        self.asked.clear()

    def date(self) -> str:
        return email.utils.formatdate(self.now, usegmt=True)

    def make(self, server_id: str | None = None, **fields: Any) -> Server:
        number = len(self.servers)
        server_id = server_id or f"00000000-0000-4000-8000-{number:012d}"
        made = Server(id=server_id, number=number, updated=self.now, **fields)
        self.servers[server_id] = made
        return made

    def change(self, server: Server, status: str, *, late_s: int = 0) -> None:
        """Change a status; what is late bears an earlier time than it is seen at."""
        server.status = status
        server.updated = self.now - late_s

    def answer(self, asked: Asked) -> Answer:
        if asked.method == "GET" and (asked.method, asked.path) not in self.answers:
            if asked.path == f"{SERVERS}/detail":
                return self._list(asked)
            if asked.path.startswith(f"{SERVERS}/"):
                return self._one(asked)
        return super().answer(asked)

    def _one(self, asked: Asked) -> Answer:
        found = self.servers.get(asked.path.removeprefix(f"{SERVERS}/"))
        is_there = found is not None and self._is_shown(asked, found)
        if not is_there or (found.status == "DELETED" and not found.lingers):
            return Answer(status=404, body={"itemNotFound": {"message": "no such"}})
        return Answer(body={"server": self._shown(found)})

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        if self.before_page is not None:
            self.before_page(query)
        since = query.get("changes-since")
        if "all_tenants" in query and not self._is_admin(asked):
            return Answer(status=403, body={"forbidden": {"message": "not you"}})
        shown = [
            one
            for one in self.servers.values()
            if self._fits(one, since) and self._is_shown(asked, one)
        ]
        if query:
            shown = [one for one in shown if not one.is_down]
        shown.sort(key=lambda one: (one.is_down, -one.number))
        marker = query.get("marker")
        if marker is not None:
            known = [one.id for one in shown]
            if marker not in known:
                message = f"marker [{marker}] not found"
                return Answer(status=400, body={"badRequest": {"message": message}})
            shown = shown[known.index(marker) + 1 :]
        page = shown[: self.page]
        body: dict[str, Any] = {"servers": [self._shown(one) for one in page]}
        if len(page) == self.page:
            following = parse.urlencode({**query, "marker": page[-1].id})
            link = {"rel": "next", "href": f"{self.url}{SERVERS}/detail?{following}"}
            body["servers_links"] = [link]
        return Answer(body=body)

    def _is_admin(self, asked: Asked) -> bool:
        return self.holders[asked.headers["X-Auth-Token"]] in self.admins

    def _is_shown(self, asked: Asked, server: Server) -> bool:
        holder = self.holders[asked.headers["X-Auth-Token"]]
        return self._is_admin(asked) or border.PROJECTS[holder] == server.project

    def _fits(self, server: Server, since: str | None) -> bool:
        if since is None and server.status == "SOFT_DELETED":
            return False
        if since is None:
            return server.status != "DELETED" or server.lingers
        begin = datetime.datetime.fromisoformat(since).timestamp()
        return server.updated >= begin

    def _shown(self, server: Server) -> dict[str, Any]:
        if server.is_down:
            return {"id": server.id, "status": "UNKNOWN", "tenant_id": server.project}
        stamp = datetime.datetime.fromtimestamp(server.updated, datetime.UTC)
        shown: dict[str, Any] = {
            "id": server.id,
            "name": f"server-{server.number}",
            "status": server.status,
            "tenant_id": server.project,
            "updated": stamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "created": stamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "addresses": {},
            "metadata": server.metadata,
            **server.more,
        }
        if server.fault:
            shown["fault"] = {"code": 500, "message": server.fault}
        return shown


def on_host(word: str) -> dict[str, str]:
    """Return what is shown of a server's host to those who may see it."""
    return {"host_status": word, "OS-EXT-SRV-ATTR:hypervisor_hostname": "cmp1"}


@contextlib.contextmanager
def running() -> Iterator[Nova]:
    """Let one answer during the block."""
    with border.answering(Nova()) as made:
        yield made


def open_cloud(nova: Nova) -> tuple[Any, base.Cloud]:
    """Return a driver, and an account's view through it."""
    driver = border.a_driver(nova.url)
    return driver, driver.cloud(border.an_account())
