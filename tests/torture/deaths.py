"""Lets servers of nodes die in the cloud, and keeps a list of them.

process test: polls
"""

import dataclasses
import random
import threading
import time

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db.models import Node
from senlin_like.db.session import Database
from senlin_like.db.work_models import HealthCheck
from tests.torture.places import Harm

WATCHED_SHARE = 0.85
#: How long a server is left alone after it was struck.
REST_S = 6.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Death:
    """A server that was struck, at a time of the cloud's clock."""

    server: str
    node: str
    at: float
    way: str


class Reaper(threading.Thread):
    """Strikes servers, most of them in clusters whose health is watched."""

    #: By how much it is slower than usual.
    pace = 1.0

    def __init__(
        self, db: Database, harm: Harm, seed: int, stop: threading.Event
    ) -> None:
        super().__init__(name="reaper", daemon=True)
        self.db = db
        self.harm = harm
        self.dice = random.Random(f"{seed}-deaths")
        self.stopping = stop
        #: Noted before the server is struck.
        self.deaths: list[Death] = []
        self.surprises: list[str] = []

    def run(self) -> None:
        """Strike until told to stop."""
        while not self.stopping.wait(self.dice.uniform(0.4, 2.0) * self.pace):
            try:
                self._strike()
            except exceptions.NotFound:
                # It was deleted meanwhile; being on the list harms nothing.
                continue
            except Exception as error:  # noqa: BLE001 - is told at the end
                self.surprises.append(f"reaper: {error!r}"[:500])

    def _strike(self) -> None:
        with self.db.reader() as session:
            watched = set(session.scalars(sa.select(HealthCheck.cluster_id)))
            table = Node.__table__
            rows = session.execute(
                sa.select(table.c.id, table.c.physical_id, table.c.cluster_id).where(
                    table.c.physical_id.is_not(None), table.c.status == "ACTIVE"
                )
            ).all()
        rows = [row for row in rows if self._may_die(row.physical_id)]
        at_watch = [row for row in rows if row.cluster_id in watched]
        others = [row for row in rows if row.cluster_id not in watched]
        prefers = self.dice.random() < WATCHED_SHARE
        among = at_watch if prefers else others
        if not among:
            return
        row = self.dice.choice(sorted(among))
        way = self.dice.choices(["kill", "stop", "vanish"], [3, 1, 1])[0]
        self.deaths.append(
            Death(server=row.physical_id, node=row.id, at=time.time(), way=way)
        )
        getattr(self.harm, f"{way}_server")(row.physical_id)

    def _may_die(self, server: str) -> bool:
        """Tell whether a server wasn't struck a moment ago, and wasn't taken away."""
        return not any(
            one.server == server
            and (one.way == "vanish" or one.at > time.time() - REST_S)
            for one in self.deaths
        )

    def servers(self) -> dict[str, float]:
        """Return when each server was struck first."""
        found: dict[str, float] = {}
        for one in self.deaths:
            found.setdefault(one.server, one.at)
        return found
