"""Count the requests that the APIs of a cloud have answered.

Each API has a file with one line of JSON for each request, which only grows.  A mark
says how far they have grown; what came after it, or between two marks, is read and
counted by service, method and route.
"""

import collections
import dataclasses
import json
import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: What an id looks like: with hyphens, without, or a number.
_ID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}|[0-9]+", re.IGNORECASE
)
#: Behind these comes a name (or an id that looks like nothing), unless it is a word
#: of the API.
_NAMED = {"flavors", "os-keypairs", "queues", "stacks", "os-hypervisors"}
_WORDS = {"detail", "statistics", "preview"}

Mark = Mapping[str, int]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """A request that was answered.

    ``at`` is when, in seconds since 1970; ``parameters`` names what the query asked
    for, without the values; ``caller_id`` is the request that it was made for.
    """

    at: float
    service: str
    method: str
    path: str
    status: int
    took_s: float
    agent: str = ""
    parameters: tuple[str, ...] = ()
    request_id: str | None = None
    caller_id: str | None = None
    project: str | None = None

    @property
    def route(self) -> str:
        """Return the path with ``{id}`` and ``{name}`` in the place of such."""
        return route(self.path)


Key = tuple[str, str, str]


def route(path: str) -> str:
    """Replace ids and names in a path.

    ``/v2.1/servers/6f0c.../action`` becomes ``/v2.1/servers/{id}/action``.
    """
    found: list[str] = []
    for word in path.rstrip("/").split("/"):
        before = found[-1] if found else ""
        if _ID.fullmatch(word):
            found.append("{id}")
        elif before in _NAMED and word not in _WORDS:
            found.append("{name}")
        else:
            found.append(word)
    return "/".join(found) or "/"


def mark(log_dir: pathlib.Path) -> dict[str, int]:
    """Say how far the files have grown by now, in bytes by the name of the file."""
    return {path.name: _whole_lines(path) for path in _files(log_dir)}


def calls(
    log_dir: pathlib.Path, after: Mark | None = None, until: Mark | None = None
) -> list[Call]:
    """Read what was answered between two marks, in the order of the time.

    Without a mark they go from the beginning, or to the end.
    """
    found: list[Call] = []
    for path in _files(log_dir):
        first = after.get(path.name, 0) if after is not None else 0
        end = until.get(path.name, 0) if until is not None else _whole_lines(path)
        with path.open("rb") as file:
            file.seek(first)
            lines = file.read(max(0, end - first)).splitlines()
        found += [_call(json.loads(line)) for line in lines]
    return sorted(found, key=lambda call: call.at)


def between(found: Iterable[Call], first: float, end: float) -> Iterator[Call]:
    """Keep what was answered from one time until before another, in s since 1970."""
    return (call for call in found if first <= call.at < end)


def count(found: Iterable[Call]) -> collections.Counter[Key]:
    """Count calls by service, method and route."""
    return collections.Counter(
        (call.service, call.method, call.route) for call in found
    )


def table(counted: Mapping[Key, int], per: int = 1) -> str:
    """Write counts as lines, the most frequent first; ``per`` divides them.

    With ``per`` set to the number of nodes it says how often a node costs a call.
    """
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    lines = []
    for (service, method, path), times in rows:
        share = f"{times / per:9.2f}" if per != 1 else ""
        lines.append(f"{times:7d}{share}  {service:10s} {method:6s} {path}")
    return "\n".join(lines)


def _files(log_dir: pathlib.Path) -> list[pathlib.Path]:
    """List the files of all APIs."""
    return sorted(log_dir.glob("access-*.jsonl"))


def _whole_lines(path: pathlib.Path) -> int:
    """Return where the last line that is whole ends."""
    return path.read_bytes().rfind(b"\n") + 1


def _call(line: dict[str, Any]) -> Call:
    """Turn a line into a call; what isn't known here is left out."""
    known = {field.name for field in dataclasses.fields(Call)}
    kept = {name: value for name, value in line.items() if name in known}
    return Call(**{**kept, "parameters": tuple(line["parameters"])})
