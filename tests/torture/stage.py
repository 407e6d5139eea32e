"""A whole service in one thread: database, simulated cloud, a stepped engine.

Time passes when ``advance`` says so, for the cloud and for the database alike:
instead of the database's clock, the times that are kept there are moved.
A crash is a ``BaseException`` that comes out of any step or cloud call; the
engine is then thrown away, its leases run out, and another one goes on.
"""

import contextlib
import dataclasses
import datetime
import pathlib
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from senlin_like.context import RequestContext
from senlin_like.db import models, session, vault
from senlin_like.db.aggregate_models import ImageTask
from senlin_like.db.models import Action
from senlin_like.db.work_models import (
    BindingWatch,
    Dependency,
    HealthCheck,
    MemberCheck,
    NodeNotice,
    StrayWatch,
    WatchGroup,
)
from senlin_like.domain.enums import FINAL
from senlin_like.drivers import web
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud as simulated
from senlin_like.engine.checker import Options as HealthOptions
from senlin_like.engine.worker import Engine, Options
from senlin_like.operations import policies, profiles
from senlin_like.operations.deps import Deps, Settings
from senlin_like.profiles import registry as profile_registry
from senlin_like.simulated_cloud import catalogue
from senlin_like.simulated_cloud.controls import Controls
from tests.torture import ears, hooked
from tests.torture.moments import Crash, Moments, WatchedDriver

ROUNDS = 250
_AFTER_GROUND_S = 3600.0
IMAGE = "cirros-0.4.0-x86_64-disk"
OWNER = RequestContext(
    user_id="alice", project_id="red", domain_id="default", roles=("member",)
)
OPTIONS = Options(
    threads=4,
    lease_s=30.0,
    watch_first_s=1.0,
    stray_watch_s=900.0,
    max_attempts=100,
    health=HealthOptions(asking=web.Limits(rules=ears.LOOPBACK)),
)
#: What takes a second in the cloud.
QUICK = ("delete", "operation", "stack", "container", "load_balancer_change")
NAMES = {"node.name.format": "web-$I"}


class Unmet(AssertionError):
    """What was waited for has not come."""


class Clock:
    """Real time plus what tests let pass."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset

    def aware(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self(), datetime.UTC)


class Stage:
    """The service, its cloud, and who works there now."""

    def __init__(
        self,
        db_url: str,
        cloud_url: str,
        *,
        key: str | None = None,
        options: Options = OPTIONS,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        self.key = key or vault.new_key()
        self.options = options
        self.clock = Clock()
        self.moments = Moments()
        made = simulated.connect(
            DriverOptions(simulated_url=cloud_url), clock=self.clock
        )
        self.driver = WatchedDriver(made, self.moments)
        self.controls = Controls(made.world)  # type: ignore[attr-defined]
        database = session.connect(db_url, vault.Vault([self.key]))
        self.deps = Deps(
            db=database,
            wake=lambda: None,
            profiles=profile_registry.load(),
            policies=hooked.a_registry(),
            driver=self.driver,
            settings=Settings(**settings),
            clock=self.clock.aware,
            chance=random.Random(seed),
        )
        self.ctx = OWNER
        self._files = (db_url.partition("///")[2], cloud_url.partition("///")[2])
        for engine in (database.engine, made.world.store.engine):  # type: ignore[attr-defined]
            sa.event.listen(engine, "before_cursor_execute", self.moments.count)
        self.crashes = 0
        self._generation = 1000
        #: Nodes that there ever were, for who wants to know.
        self.everything: set[str] = set()
        #: What webhooks have told, and what they are answered: 204 at the end.
        self.heard: list[Any] = []
        self.paths: list[str] = []
        self.answers: list[int] = []
        #: Is called with what a webhook tells, before it is answered.
        self.meanwhile: Callable[[Any], None] | None = None
        self._ear: ears.Ear | None = None
        self.engine = self.new_engine()

    def make_tables(self) -> None:
        """Make the tables, and a cloud in which things take a second."""
        models.Base.metadata.create_all(self.deps.db.engine)
        seconds = dict.fromkeys(QUICK, 1.0) | {"build": 2.0, "load_balancer": 2.0}
        self.controls.put_settings({f"{of}_seconds": seconds[of] for of in seconds})

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()
        self.driver.close()
        self.deps.db.dispose()

    def restore(self, ground: pathlib.Path) -> None:
        """Put both databases back to what they are in another directory.

        Cheaper than another stage: statements stay compiled.
        """
        for file in self._files:
            with (
                contextlib.closing(sqlite3.connect(file)) as target,
                contextlib.closing(
                    sqlite3.connect(ground / pathlib.Path(file).name)
                ) as source,
            ):
                source.backup(target)
        self._generation += 1000
        with contextlib.closing(sqlite3.connect(self._files[1])) as cloud:
            cloud.execute(
                "UPDATE cloud_settings SET value = ? WHERE name = ?",
                (str(self._generation), catalogue.VERSION),
            )
            cloud.commit()
        self.moments.forget()
        # The ground was laid in time that has not come yet.
        self.clock.offset = _AFTER_GROUND_S
        self.crashes = 0
        self.heard, self.paths, self.answers = [], [], []
        self.meanwhile = None
        self.deps.chance.seed(0)
        self.controls.clear_faults()
        # By a real clock names were looked up a moment ago: forget them.
        known = self.deps.profiles
        fresh = {name: type(known.get(name))() for name in known.names()}
        self.deps = dataclasses.replace(
            self.deps, profiles=profile_registry.Registry(fresh)
        )
        self.engine = self.new_engine()

    def new_engine(self) -> Engine:
        return Engine(self.deps, self.options, probe=self.moments.hit)

    # -- time -------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let time pass for the cloud and for all that the database keeps."""
        self.clock.offset += seconds
        columns = {
            Action.__table__: ("lease_until", "wake_at", "start_time", "ready_at"),
            WatchGroup.__table__: ("due_at",),
            HealthCheck.__table__: ("due_at", "full_at", "told_at"),
            NodeNotice.__table__: ("at",),
            StrayWatch.__table__: ("due_at", "until"),
            BindingWatch.__table__: ("due_at", "until"),
            MemberCheck.__table__: ("due_at",),
            ImageTask.__table__: ("due_at",),
        }

        def work(one: session.Session) -> None:
            for table, names in columns.items():
                moved = {name: table.c[name] - seconds for name in names}
                query = sa.update(table).values(**moved)
                if table is Action.__table__:
                    query = query.where(table.c.status.not_in(list(FINAL)))
                one.execute(query)

        self.deps.db.transact(work)

    def expire(self, engine_id: str) -> None:
        """Let the leases of an engine run out."""
        late = sa.update(Action).where(Action.owner == engine_id)
        self.deps.db.transact(lambda one: one.execute(late.values(lease_until=0.0)))

    # -- stepping ---------------------------------------------------------

    def step(self, limit: int = 3) -> bool:
        """Do one round of everything that an engine does; tell whether it did."""
        engine = self.engine
        self.moments.kind = self.moments.action_id = "engine"
        try:
            engine.reap()
            engine.watcher.look_once()
            runs = engine.claim(limit)
            for run in runs:
                self.moments.kind = str(run.facts.kind)
                self.moments.action_id = run.facts.id
                engine.work(run)
        except Crash:
            self.crash()
            return True
        return bool(runs)

    def crash(self) -> None:
        """Throw the engine away; another one takes its place."""
        self.crashes += 1
        self.expire(self.engine.id)
        self.engine = self.new_engine()

    def drain(self, *, rounds: int = ROUNDS, by_s: float = 1.0) -> None:
        """Work until nothing is left to be done; suspended actions may stay.

        :raises AssertionError: when it doesn't end.
        """
        for _ in range(rounds):
            if self.step():
                continue
            left = self.unfinished()
            waits = [row for row in left if row.status != "SUSPENDED"]
            known = {row.wait_kind for row in waits}
            if len(waits) < max(len(left), 1) and known <= {"children", "turn"}:
                return
            self.advance(by_s)
        raise AssertionError(f"it doesn't end: {self.tell(self.unfinished())}")

    def run_until(self, is_so: Callable[[], bool], *, rounds: int = 300) -> None:
        """Work step by step until something is so."""
        for _ in range(rounds):
            if is_so():
                return
            if not self.step(1):
                self.advance(0.5)
        raise Unmet(f"it never comes: {self.tell(self.actions())}")

    def sweep(self) -> int:
        """Look for strays until their watch is over; tell how many were removed.

        Members are looked at too, and what follows from that is done.
        """
        removed = 0
        for _ in range(4):
            self.advance(self.options.stray_every_s + 1)
            removed += self.engine.sweep()
            self.engine.watcher.look_once()
        self.advance(5.0)
        self.drain()
        return removed

    # -- looking ----------------------------------------------------------

    def rows(self, model: Any, *where: Any) -> list[Any]:
        table = model.__table__
        with self.deps.db.reader() as one:
            return list(one.execute(sa.select(table).where(*where)))

    def actions(self) -> list[Any]:
        return sorted(self.rows(Action), key=lambda row: row.created_at)

    def action(self, action_id: str) -> Any:
        return self.rows(Action, Action.id == action_id)[0]

    def unfinished(self) -> list[Any]:
        return self.rows(Action, Action.status.not_in(list(FINAL)))

    def dependencies(self) -> list[Any]:
        return self.rows(Dependency)

    def nodes(self, cluster_id: str | None = None) -> list[Any]:
        rows = self.rows(models.Node)
        found = [row for row in rows if cluster_id in (None, row.cluster_id)]
        return sorted(found, key=lambda row: (row.cluster_id, row.index, row.name))

    def cluster(self, cluster_id: str) -> Any:
        found = self.rows(models.Cluster, models.Cluster.id == cluster_id)
        return found[0] if found else None

    def servers(self) -> list[dict[str, Any]]:
        return list(self.controls.servers())

    @staticmethod
    def tell(rows: list[Any]) -> str:
        return "\n".join(
            f"{row.action} {row.target[:8]} {row.status} {row.status_reason} "
            f"wait={row.wait_kind} signal={row.signal} left={row.children_left} "
            f"attempt={row.attempt} journal={row.journal}"
            for row in rows
        )

    # -- hearing ----------------------------------------------------------

    @property
    def ear(self) -> ears.Ear:
        """Give who is told by webhooks; what is heard is worth a crash."""
        if self._ear is None:
            self._ear = ears.Ear(self._hear)
        return self._ear

    def _hear(self, path: str, body: Any) -> int:
        self.moments.writes += 1
        self.paths.append(path)
        self.heard.append(body)
        if self.meanwhile is not None:
            self.meanwhile(body)
        return self.answers.pop(0) if self.answers else 204

    # -- asking -----------------------------------------------------------

    def a_profile(self, name: str = "pro", **properties: Any) -> str:
        given = {"flavor": "1", "image": IMAGE, "networks": [{"network": "private"}]}
        spec = {
            "type": "os.nova.server",
            "version": "1.0",
            "properties": given | properties,
        }
        made = profiles.create(self.deps, self.ctx, name=name, spec=spec, metadata={})
        return str(made["id"])

    def a_policy(self, name: str, kind: str, **properties: Any) -> str:
        """Store a policy; ``kind`` is the end of its type's name, or all of it."""
        full = kind if kind.startswith("test.") else f"senlin.policy.{kind}"
        spec = {"type": full, "version": "1.0", "properties": properties}
        return str(policies.create(self.deps, self.ctx, name=name, spec=spec)["id"])


def opened(stage: Stage) -> Iterator[Stage]:
    """Hand a stage out and close it afterwards."""
    try:
        yield stage
    finally:
        stage.close()
