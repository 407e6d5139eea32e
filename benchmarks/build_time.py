"""Tell the simulated cloud how long a server takes to build.

Two ways: the admin API of the simulated cloud (with jitter; the setting is put back
afterwards), or server metadata in the profile (whole seconds, no jitter), which
Senlin's own fake cloud knows as well.
"""

import argparse
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import client, errors

_PATH = "/simulated/v1/settings"
_OK = 200
_NO_CONTENT = 204
_NOT_FOUND = 404


@dataclasses.dataclass(frozen=True, kw_only=True)
class BuildTime:
    """Say how long a build takes: seconds, and the jitter as a fraction of them."""

    seconds: float
    jitter: float
    way: str

    @property
    def metadata_s(self) -> int:
        """Return the seconds that the profile's metadata must name; 0 for none."""
        return round(self.seconds) if self.way == "metadata" else 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the way."""
    parser.add_argument(
        "--build-time-by",
        choices=("settings", "metadata"),
        default="settings",
        help="set it by the simulated cloud's admin API, or by server metadata",
    )
    parser.add_argument("--build-jitter", type=float, default=0.2, metavar="FRACTION")


def chosen(arguments: argparse.Namespace, seconds: float) -> BuildTime:
    """Return the build time that the options describe."""
    way = arguments.build_time_by
    jitter = arguments.build_jitter if way == "settings" and seconds > 0 else 0.0
    return BuildTime(seconds=seconds, jitter=jitter, way=way)


@contextmanager
def applied(target: client.Target, wanted: BuildTime) -> Iterator[None]:
    """Let the cloud build that slowly inside of the block.

    :raises BenchmarkError: when the service has no such setting.
    """
    if wanted.way == "metadata":
        yield
        return
    with client.Connection(target.at_root()) as connection:
        before = _read(connection)
        if before is not None:
            _write(
                connection,
                {"build_seconds": wanted.seconds, "build_jitter": wanted.jitter},
            )
        elif wanted.seconds > 0:
            raise errors.BenchmarkError(
                f"The service has no {_PATH}; use --build-time-by metadata."
            )
    if before is None:
        # What can't be set needn't be set to nothing.
        yield
        return
    try:
        yield
    finally:
        with client.Connection(target.at_root()) as connection:
            _write(connection, before)


def _read(connection: client.Connection) -> dict[str, Any] | None:
    """Return what to put back, or None if the service has no such setting.

    A service that takes the setting but doesn't show it gets no build time back.
    """
    before: dict[str, Any] = {"build_seconds": 0, "build_jitter": 0.0}
    response = connection.get(_PATH)
    if response.status == _NOT_FOUND:
        return None
    if response.status == _OK:
        told = response.json()
        settings = told.get("settings", told)
        before.update({key: settings[key] for key in before if key in settings})
    return before


def _write(connection: client.Connection, settings: dict[str, Any]) -> None:
    response = connection.request("PUT", _PATH, {"settings": settings})
    if response.status not in {_OK, _NO_CONTENT}:
        raise errors.BenchmarkError(
            f"Can't set the build time at {_PATH}: {response.status}"
            f" {response.excerpt()} (that needs an administrator;"
            " --build-time-by metadata needs none)"
        )
