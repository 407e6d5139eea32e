"""Lets hosts appear, refuse, hang and go down in the simulated cloud.

process test: polls
"""

import collections
import random
import threading
from typing import Any

from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.controls import Controls
from senlin_like.simulated_cloud.world import World
from tests.torture import checks

ASK = "hosts.cache_image"
_CACHED = tables.CACHED_IMAGES
#: Hosts that servers are made on; the others take none, so that they may go down.
_OPEN, _SICK = 4, 4
_MOST_NEW = 60
#: Longer than any torture.
_FOR_EVER_S = 10.0**7


def make_hosts(controls: Controls) -> None:
    """Make the hosts that there are from the beginning."""
    for number in range(_OPEN):
        controls.set_host(f"open-{number}", {"zone": "nova"})
    for number in range(_SICK):
        closed = {"zone": "nova", "status": "disabled"}
        controls.set_host(f"sick-{number}", closed)


class Meddler(threading.Thread):
    """Does harm to the hosts that are sick, and lets others appear."""

    def __init__(
        self, controls: Controls, world: World, seed: int, stop: threading.Event
    ) -> None:
        super().__init__(name="meddler", daemon=True)
        self.controls = controls
        self.world = world
        self.dice = random.Random(f"{seed}-hosts")
        self.stopping = stop
        self.surprises: list[str] = []
        self.done: collections.Counter[str] = collections.Counter()
        #: Host and image that may have been seen there just before the harm.
        self.doubtful: set[tuple[str, str]] = set()

    def run(self) -> None:
        """Do harm until told to stop."""
        while not self.stopping.wait(self.dice.uniform(0.3, 1.2)):
            try:
                self.meddle()
            except Exception as error:  # noqa: BLE001 - is told at the end
                self.surprises.append(f"meddler: {error!r}"[:500])

    def meddle(self) -> None:
        """Do one thing to some host."""
        deeds = [self._appear, self._refuse, self._hang, self._go_down, self._come_up]
        deed = self.dice.choices(deeds, [4, 2, 3, 1, 2])[0]
        deed(f"sick-{self.dice.randrange(_SICK)}")
        self.done[deed.__name__.strip("_")] += 1

    @staticmethod
    def is_sick(host: str) -> bool:
        """Tell whether a host may refuse, hang or be down."""
        return host.startswith("sick-")

    def _appear(self, _host: str) -> None:
        if self.done["appear"] < _MOST_NEW:
            closed = {"zone": "nova", "status": "disabled"}
            self.controls.set_host(f"new-{self.done['appear']}", closed)

    def _refuse(self, host: str) -> None:
        effect = self.dice.choice(["error", "busy", "error_status"])
        times = self.dice.randint(1, 3)
        rule = {"effect": effect, "method": ASK, "name": f"^{host}/", "count": times}
        self.controls.add_fault(rule)

    def _hang(self, host: str) -> None:
        """Let what is on its way to a host never get there."""
        before = self._on_their_way(host)
        late = _CACHED.update().where(
            _CACHED.c.host == host, _CACHED.c.ready_at > self.world.now()
        )
        values = {"ready_at": self.world.now() + _FOR_EVER_S}
        self.world.store.transact(lambda one: one.execute(late.values(**values)))
        self._doubt(before)

    def _go_down(self, host: str) -> None:
        before = self._on_their_way(host)
        self.controls.set_host(host, {"state": "down"})
        self._doubt(before)

    def _come_up(self, host: str) -> None:
        self.controls.set_host(host, {"state": "up"})

    def _on_their_way(self, host: str) -> list[Any]:
        rows = checks.cloud_rows(self.world, _CACHED)
        return [
            row
            for row in rows
            if row.host == host and row.ready_at > self.world.now() - 1
        ]

    def _doubt(self, before: list[Any]) -> None:
        """Note what would have arrived until now."""
        now = self.world.now()
        self.doubtful |= {
            (row.host, row.image_id) for row in before if row.ready_at <= now
        }
