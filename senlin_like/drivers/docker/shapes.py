"""What Docker answers of containers, as this service's plain values."""

import datetime
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.drivers import objects

#: As much of Docker's ids as is kept.
ID_LENGTH = 36
REMOVING = "removing"
#: Statuses of what has ended.
_ENDED = frozenset({"exited", "dead"})
_EXIT = re.compile(r"Exited \((-?\d+)\)")
_FRACTION = re.compile(r"\.\d+")


def identity(found: Mapping[str, Any]) -> str:
    """Return as much of an id as is kept.

    :raises ValueError: when it isn't one, and could mean another place.
    """
    text = str(found["Id"])
    if not (text.isascii() and text.isalnum()):
        raise ValueError("not an id")
    return text[:ID_LENGTH]


def inspected(found: Mapping[str, Any]) -> objects.Container:
    """Read what Docker tells of one container."""
    state, config = found.get("State") or {}, found.get("Config") or {}
    status = str(state.get("Status", ""))
    return objects.Container(
        id=identity(found),
        name=str(found.get("Name", "")).removeprefix("/"),
        status=status,
        reason=_trouble(state) if status in _ENDED else "",
        image=str(config.get("Image", "")),
        command=_command(config.get("Cmd")),
        labels=dict(config.get("Labels") or {}),
        created_at=_time(found.get("Created")),
    )


def listed(found: Mapping[str, Any]) -> objects.Container:
    """Read one container of a list.

    Lists have whole seconds, cut off: the last moment of the second is taken, for
    what may be younger than something mustn't look older.
    """
    status, names = str(found.get("State", "")), found.get("Names") or [""]
    made = float(found.get("Created") or 0) + 0.999999
    ended = _EXIT.match(str(found.get("Status", "")))
    code = int(ended[1]) if ended and status in _ENDED else 0
    return objects.Container(
        id=identity(found),
        name=str(names[0]).removeprefix("/"),
        status=status,
        reason=_exit(code),
        image=str(found.get("Image", "")),
        command=found.get("Command"),
        labels=dict(found.get("Labels") or {}),
        created_at=datetime.datetime.fromtimestamp(made, datetime.UTC),
    )


def _trouble(state: Mapping[str, Any]) -> str:
    """Say why a container has ended badly; nothing if it hasn't."""
    if state.get("Error"):
        return str(state["Error"])[:1000]
    if state.get("OOMKilled"):
        return "It needed more memory than it may have."
    return _exit(int(state.get("ExitCode") or 0))


def _exit(code: int) -> str:
    return f"It ended with exit code {code}." if code else ""


def _command(words: Sequence[str] | None) -> str | None:
    return shlex.join(words) if words else None


def _time(text: object) -> datetime.datetime | None:
    """Read a time; Docker's have nanoseconds, and may have an offset."""
    try:
        read = datetime.datetime.fromisoformat(_FRACTION.sub("", str(text)))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
