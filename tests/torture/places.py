"""Where a torture takes place: what it needs of a cloud, whichever that is.

The oracle looks at the tables of the simulated cloud.  Another cloud shows itself by
a picture in such tables, so that there is one oracle only.
"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Protocol

from senlin_like.context import RequestContext
from senlin_like.operations.deps import Deps
from senlin_like.simulated_cloud.controls import Controls
from senlin_like.simulated_cloud.world import World
from tests.torture import faults

SETTINGS = {
    "delete_seconds": 0.5,
    "operation_seconds": 0.5,
    "load_balancer_seconds": 0.5,
    "load_balancer_change_seconds": 0.2,
    "cache_seconds": 1.0,
}


class Harm(Protocol):
    """What can be done to a server behind the service's back."""

    def kill_server(self, server_id: str) -> object:
        """Let a server be in ERROR."""

    def stop_server(self, server_id: str) -> object:
        """Shut a server off."""

    def vanish_server(self, server_id: str) -> object:
        """Take a server away."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outage:
    """A time in which a part of the cloud didn't answer; ``way`` tells how."""

    way: str
    what: str
    began: float
    ended: float


class Place(Protocol):
    """A cloud that a torture takes place in."""

    #: What the oracle looks at.
    world: World
    harm: Harm
    outages: Sequence[Outage]
    surprises: Sequence[str]

    def prepare(self, kinds: Collection[str]) -> None:
        """Make the cloud ready for clusters that get these things besides."""

    def caller(self) -> RequestContext:
        """Return who the clients are."""

    def begin(self) -> None:
        """Begin to do harm on its own."""

    def relieve(self) -> None:
        """Do no more harm."""

    def look(self, *, closely: bool = False) -> None:
        """Bring what the oracle sees up to date; ``closely`` for its judgement."""

    def close(self) -> None:
        """Let go of the cloud."""


class SimulatedPlace:
    """The simulated cloud, which shows everything by itself."""

    outages: Sequence[Outage] = ()
    surprises: Sequence[str] = ()

    def __init__(self, deps: Deps) -> None:
        self.world: World = deps.driver.world  # type: ignore[attr-defined]
        self.controls = Controls(self.world)
        self.harm = self.controls

    def prepare(self, kinds: Collection[str]) -> None:
        """Let everything be quick, and a part of it fail."""
        self.controls.put_settings(SETTINGS | {"journal": bool(kinds)})
        for rule in faults.of_kinds(kinds):
            self.controls.add_fault(rule)

    def caller(self) -> RequestContext:
        """Return a user; there is nobody to ask for one."""
        return RequestContext(
            user_id="torture", project_id="torture", roles=("member",)
        )

    def begin(self) -> None:
        """Do nothing: the faults are there."""

    def relieve(self) -> None:
        """Take the faults away."""
        self.controls.clear_faults()

    def look(self, *, closely: bool = False) -> None:
        """Do nothing: the oracle sees the cloud itself."""

    def close(self) -> None:
        """Do nothing: the driver lets go of it."""
