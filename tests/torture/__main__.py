"""Kill and pause engines under load, and see whether anything is lost.

``python -m tests.torture --database postgresql --seconds 60 --seed 1``

process test: polls
"""

import argparse
import collections
import contextlib
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from senlin_like.cmd import assembly
from senlin_like.conf import opts
from senlin_like.db import vault
from senlin_like.db.migrations import migrate
from senlin_like.db.models import Action
from senlin_like.db.tables import Base
from senlin_like.domain.enums import FINAL
from senlin_like.operations.deps import Deps
from senlin_like.rpc import wakeup
from senlin_like.simulated_cloud.controls import Controls
from tests.torture import (
    aggregate_checks,
    attachments,
    checks,
    databases,
    farewells,
    faults,
    histories,
    keepers,
    meddlers,
    options,
    recovery,
    report,
    traces,
    wardrobe,
    workload,
)
from tests.torture.deaths import Reaper
from tests.torture.dressed import DressedClient
from tests.torture.engines import EngineProcess, Plan
from tests.torture.meddlers import Meddler
from tests.torture.triggers import Door
from tests.torture.ushers import Usher
from tests.torture.vigil import Vigil

OURS = ("Internal error", "Given up", "Timed out", "could not be undone")
#: How often engines start again at the end, for what a check finds.
RESTARTS = 3
#: A process may take long to start on a busy machine.
START_S = 90.0
#: Longer than who tells the cloud of zones may take for it.
ZONES_S = 140.0
SETTINGS = {
    "delete_seconds": 0.5,
    "operation_seconds": 0.5,
    "load_balancer_seconds": 0.5,
    "load_balancer_change_seconds": 0.2,
    "cache_seconds": 1.0,
}
#: What is looked for after an engine was lost.
WATCHES = tuple(
    mapper.class_
    for mapper in Base.registry.mappers
    if mapper.local_table.name.endswith("_watch")
)
RABBIT = "rabbit://guest:guest@127.0.0.1:5672/"


class Torture:
    """One run: engines, clients, and the hand that strikes."""

    def __init__(self, arguments: argparse.Namespace, plan: Plan) -> None:
        self.arguments = arguments
        self.plan = plan
        self.dice = random.Random(arguments.seed)
        conf = opts.load(["--config-file", str(plan.config_file("client"))], None)
        self.sender = wakeup.Sender(conf)
        wake = self.sender if arguments.broker == "rabbit" else _nothing
        self.deps: Deps = assembly.deps(conf, wake)
        world = self.deps.driver.world  # type: ignore[attr-defined]
        self.controls = Controls(world)
        self.engines = [EngineProcess(plan, n) for n in range(arguments.engines)]
        self.kills: list[recovery.Kill] = []
        #: When which engine was struck, in words.
        self.strikes: list[str] = []
        self.pauses = 0
        self.longest_pause_s = 0.0
        self.stop = threading.Event()
        self.clients: list[workload.Client] = []
        self.door = Door(self.deps, conf)
        self.worn: dict[str, wardrobe.Garment] = {}
        self.reaper = Reaper(self.deps.db, self.controls, arguments.seed, self.stop)
        self.meddler = Meddler(self.controls, world, arguments.seed, self.stop)
        self.is_over = threading.Event()
        self.vigil = Vigil(self.deps.db, self.is_over)
        self.usher = Usher(self.door, world, arguments.seed, self.is_over)
        self.usher.parent_of = lambda token: farewells.parent_of(self.deps.db, token)

    def run(self) -> list[str]:
        """Torture, let all come to rest, and return what is wrong."""
        self._prepare()
        for engine in self.engines:
            engine.start()
        self._wait_for(lambda: len(self._up()) == len(self.engines), START_S)
        others = [
            *self.clients,
            *([self.reaper] if self._has_deaths else []),
            *([self.meddler] if self._has_aggregates else []),
        ]
        for one in (*others, self.vigil, self.usher):
            one.start()
        self._strike_on()
        self.stop.set()
        for one in others:
            one.join()
        self.controls.clear_faults()
        rest_s = self._come_to_rest()
        self.is_over.set()
        self.vigil.join()
        self.usher.join()
        wrong = self._judge()
        self._report(rest_s, wrong)
        self.sender.close()
        self.deps.driver.close()
        self.deps.db.dispose()
        return wrong

    @property
    def _has_deaths(self) -> bool:
        return wardrobe.HEALTH in self.arguments.kinds

    @property
    def _has_aggregates(self) -> bool:
        return wardrobe.AGGREGATES in self.arguments.kinds

    def _prepare(self) -> None:
        self.controls.put_settings(SETTINGS | {"journal": self.arguments.kinds != ()})
        ctx = workload.RequestContext(
            user_id="torture", project_id="torture", roles=("member",)
        )
        stored = [
            wardrobe.store_profile(self.deps, ctx, name, flavor)
            for name, flavor in (("torture", "1"), ("tortured", "2"))
        ]
        if self._has_aggregates:
            meddlers.make_hosts(self.controls)
            keepers.prepare(self.deps, ctx, self.controls)
        kinds = self.arguments.kinds
        for rule in faults.of_kinds(kinds):
            self.controls.add_fault(rule)
        ear = self.usher.ear.url()
        clothes = wardrobe.fill(self.deps, ctx, self.arguments, ear)
        self.worn = clothes.everything()
        for number in range(self.arguments.clients):
            given = (self.deps, stored[0], number, self.arguments.seed, self.stop)
            self.clients.append(
                DressedClient(*given, wardrobe=clothes, door=self.door, profiles=stored)
                if kinds
                else workload.Client(*given)
            )

    def _strike_on(self) -> None:
        """Kill and pause engines at random until the time is over."""
        end = time.monotonic() + self.arguments.seconds
        self._let_pass(options.GRACE_S)
        while time.monotonic() < end:
            engine = self._victim()
            if self.dice.random() < 0.6:
                held = recovery.held_by(self.deps.db, engine.host)
                self._strike("killed", engine)
                engine.kill()
                now = time.monotonic()
                self.kills.append(recovery.Kill(host=engine.host, at=now, held=held))
                self._let_pass(self.dice.uniform(0.5, 3.0))
                engine.start()
                self._strike("started", engine)
            else:
                pause_s = self.plan.lease_s * self.dice.uniform(1.2, 2.0)
                self.pauses += 1
                self.longest_pause_s = max(self.longest_pause_s, pause_s)
                self._strike("paused", engine)
                engine.pause()
                self._let_pass(pause_s)
                engine.go_on()
                self._strike("let go on", engine)
            self._let_pass(self.dice.uniform(1.0, 4.0))

    def _strike(self, what: str, engine: EngineProcess) -> None:
        self.strikes.append(f"{time.time():.3f} {engine.host} is {what}")

    def _wait_for(self, is_so: Callable[[], bool], patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while time.monotonic() < end and not is_so():
            self._let_pass(0.2)

    def _up(self) -> list[EngineProcess]:
        return [one for one in self.engines if recovery.is_up(self.deps.db, one.host)]

    def _victim(self) -> EngineProcess:
        """Choose an engine, one that is at work if there is any soon."""
        self._wait_for(lambda: bool(self._up()), START_S)
        for _ in range(30):
            up = self._up() or self.engines
            at_work = [one for one in up if recovery.held_by(self.deps.db, one.host)]
            if at_work:
                return self.dice.choice(at_work)
            self._let_pass(0.05)
        return self.dice.choice(up)

    def _let_pass(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            recovery.look(self.deps.db, self.kills)
            if not any(engine.is_awake for engine in self._up()):
                # Nobody is there to go on with anything: that time doesn't count.
                recovery.excuse(self.kills)
            time.sleep(0.1)

    def _come_to_rest(self) -> float:
        """Stop the engines when nothing is left to be done; return the seconds.

        A health check may find something until its engine has stopped: then
        they start once more.
        """
        rest_s = self._wait_for_rest()
        for _ in range(RESTARTS):
            for engine in self.engines:
                engine.stop()
            if self._is_at_rest():
                break
            for engine in self.engines:
                engine.start()
            rest_s += self._wait_for_rest()
        return rest_s

    def _is_at_rest(self) -> bool:
        return all(row.status in FINAL for row in checks.rows(self.deps.db, Action))

    def _wait_for_rest(self) -> float:
        """Wait until all actions have ended, and nobody is dead or looked for."""
        began = time.monotonic()
        self._wait_for(self._is_at_rest, self.arguments.patience)
        rest_s = time.monotonic() - began
        self._wait_for(
            lambda: not self._dead() and self._is_at_rest(), self.arguments.repairs
        )
        if self.arguments.repairs:
            self._wait_for(lambda: not self._other_zones(), ZONES_S)
        self._wait_for(
            lambda: not any(checks.rows(self.deps.db, one) for one in WATCHES),
            3 * self.plan.stray_watch_s,
        )
        return rest_s

    def _dead(self) -> list[str]:
        world = self.deps.driver.world  # type: ignore[attr-defined]
        return histories.dead(self.deps.db, world, self.worn, self.reaper.deaths)

    def _other_zones(self) -> list[str]:
        world = self.deps.driver.world  # type: ignore[attr-defined]
        return aggregate_checks.other_zones(self.deps.db, world)

    def _judge(self) -> list[str]:
        world = self.deps.driver.world  # type: ignore[attr-defined]
        stored = {row.id: row for row in checks.rows(self.deps.db, Action)}
        accepted = [one for client in self.clients for one in client.accepted]
        most_s = self.plan.stray_watch_s + self.longest_pause_s
        seen = {node for client in self.clients for node in client.nodes_seen}
        db, deaths = self.deps.db, self.reaper.deaths
        struck = self.reaper.servers()
        return [
            *checks.problems(db, world, vanished=struck),
            *attachments.problems(db, world),
            *attachments.triggers(db, self.door.triggers),
            *attachments.lost_clusters(db),
            *histories.cooldowns(db, self.worn),
            *histories.too_many_repairs(db, self.worn),
            *histories.too_large_batches(db),
            *histories.unasked(db, world, deaths),
            *histories.rebuilt(self.controls, deaths),
            *(self._dead() if self.arguments.repairs else ()),
            *self.vigil.wrong,
            *self.reaper.surprises,
            *self.usher.surprises,
            *farewells.problems(db, world, self.usher, struck),
            *(f"Action {one} is lost." for one in accepted if one not in stored),
            *(
                f"{row.action} {row.id} failed by our fault: {row.status_reason}"
                for row in stored.values()
                if row.status == "FAILED"
                and any(word in row.status_reason for word in OURS)
                and not histories.died_meanwhile(row, deaths)
            ),
            *(
                f"Node {node} at rest had two servers for {seconds:.1f} s."
                for node, seconds in checks.doubles_at_rest(self.deps.db, world)
                if seconds > most_s
            ),
            *(
                f"Node {node} is gone and nobody chose it."
                for node in checks.unchosen(self.deps.db, seen)
            ),
            *(one for client in self.clients for one in client.surprises),
            *checks.too_large(db),
            *recovery.slow(self.kills, self.plan.lease_s + self.arguments.grace),
            *aggregate_checks.problems(db, self.meddler),
            *aggregate_checks.untimely(db),
            *(self._other_zones() if self.arguments.repairs else ()),
        ]

    def _report(self, rest_s: float, wrong: list[str]) -> None:
        db, deaths = self.deps.db, self.reaper.deaths
        stored = checks.rows(db, Action)
        world = self.deps.driver.world  # type: ignore[attr-defined]
        times = [kill.seconds for kill in self.kills if kill.held and kill.seconds]
        print(f"seed {self.arguments.seed}, {self.arguments.database}")
        print(f"kinds: {', '.join(self.arguments.kinds) or 'none'}")
        print(f"{len(self.kills)} kills ({len(times)} of an engine at work)")
        print(f"{self.pauses} pauses, up to {self.longest_pause_s:.1f} s")
        print(f"recovery after a kill: {max(times, default=0.0):.1f} s at most")
        print(f"at rest after {rest_s:.1f} s; {len(stored)} actions:")
        lines = [*report.of_actions(db), *report.of_policies(db, self.worn)]
        print("\n".join(lines))
        print(report.of_deaths(deaths))
        print(report.of_triggers(self.door.triggers))
        print("\n".join(report.of_hooks(db, self.usher)))
        if self._has_aggregates:
            promised = sum(
                (client.keeper.promised for client in self.clients),
                collections.Counter(),
            )
            print("\n".join(report.of_images(db, self.meddler, promised)))
        print(f"looks at the sizes of clusters: {self.vigil.looks}")
        doubled = checks.doubles(world)
        refused = sum(
            (client.refused for client in self.clients), collections.Counter()
        )
        print(
            f"taken over {report.taken_over(stored)} times; "
            f"second servers removed: {len(doubled)}"
        )
        print(f"requests refused: {dict(refused)}")
        for problem in wrong:
            print(f"WRONG: {problem}")
        for line in traces.of_problems(db, world, self.plan.directory, wrong):
            print(line)
        if wrong:
            died = [f"{one.at:.3f} {one.server} dies: {one.way}" for one in deaths]
            print("\n".join(sorted([*self.strikes, *died])))
        print("FAILED" if wrong else "PASSED")


def _nothing() -> None:
    """Wake nobody: the engines poll."""


def main(arguments: list[str]) -> int:
    """Run the torture; the exit status is 0 if nothing is wrong."""
    given = options.parse(arguments)
    with contextlib.ExitStack() as stack:
        directory = given.directory or stack.enter_context(
            tempfile.TemporaryDirectory(prefix="torture-")
        )
        pathlib.Path(directory).mkdir(parents=True, exist_ok=True)
        url = given.url or stack.enter_context(databases.fresh(given.database))
        migrate.sync(url)
        plan = Plan(
            url=url,
            key=vault.new_key(),
            directory=pathlib.Path(directory),
            transport_url=RABBIT if given.broker == "rabbit" else "fake:/",
            lease_s=given.lease,
            stray_watch_s=given.watch,
        )
        torture = Torture(given, plan)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
        try:
            return 1 if torture.run() else 0
        finally:
            for engine in torture.engines:
                engine.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
