"""A real OpenStack as the place of a torture.

process test: polls
"""

import argparse
import contextlib
import pathlib
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from tests.torture import picture
from tests.torture.census import SILENT, Census
from tests.torture.given import Given
from tests.torture.outages import Outages
from tests.torture.places import Outage

#: So long a picture is good for who waits.
FRESH_S = 3.0


class RealHarm:
    """Does with Nova, as an administrator, what goes wrong with servers."""

    def __init__(self, admin: Any) -> None:
        self.compute = admin.compute

    def kill_server(self, server_id: str) -> None:
        """Let a server be in ERROR."""
        self._do(lambda: self.compute.reset_server_state(server_id, "error"))

    def stop_server(self, server_id: str) -> None:
        """Shut a server off."""
        self._do(lambda: self.compute.stop_server(server_id))

    def vanish_server(self, server_id: str) -> None:
        """Delete a server."""
        self._do(lambda: self.compute.delete_server(server_id, ignore_missing=False))

    @staticmethod
    def _do(work: Callable[[], object]) -> None:
        """Do something, unless Nova is away, or the server isn't as it was.

        :raises NotFound: when it couldn't be done.
        """
        try:
            work()
        except SILENT as error:
            raise exceptions.NotFound("server", str(error)) from error


class RealPlace:
    """The cloud of a ``clouds.yaml``; the oracle sees a picture of it."""

    def __init__(
        self, given: Given, arguments: argparse.Namespace, directory: pathlib.Path
    ) -> None:
        self.given = given
        self.world = picture.blank(directory)
        self.admin = given.connect(given.admin)
        self.harm = RealHarm(self.admin)
        self._caller = given.caller()
        self._done = threading.Event()
        self._drawn_at = 0.0
        self.census = Census(self.admin, self._caller.project_id, self._done)
        settings = given.settings()
        self._outages = None
        if arguments.outages:
            self._outages = Outages(
                settings,
                number=arguments.outages,
                within_s=arguments.seconds,
                long_s=arguments.outage_seconds,
            )

    @property
    def outages(self) -> list[Outage]:
        """Return the outages that there were."""
        return self._outages.happened if self._outages else []

    @property
    def surprises(self) -> list[str]:
        """Return what should not have happened to who does the harm."""
        return self._outages.surprises if self._outages else []

    def prepare(self, kinds: Collection[str]) -> None:
        """Do nothing: the cloud is as it is."""

    def caller(self) -> RequestContext:
        """Return the user of the cloud."""
        return self._caller

    def begin(self) -> None:
        """Count the servers from now on, and make the outages."""
        self.census.start()
        if self._outages is not None:
            self._outages.start()

    def relieve(self) -> None:
        """Wait until the last outage is over."""
        if self._outages is not None:
            self._outages.join()

    def look(self, *, closely: bool = False) -> None:
        """Draw the picture anew, from what Nova and Neutron tell now.

        Raises one of ``SILENT`` when they don't tell and it has to be closely.
        """
        if closely:
            self.census.look_at_all()
            self.census.look_closely()
            picture.draw(self.world, self.census)
        elif time.monotonic() > self._drawn_at + FRESH_S:
            with contextlib.suppress(*SILENT):
                self.census.look()
                picture.draw(self.world, self.census)
            self._drawn_at = time.monotonic()

    def close(self) -> None:
        """Count no more."""
        self._done.set()
        self.census.join()
        self.world.close()
        self.admin.close()
