"""Kill and pause engines under load, and see whether anything is lost.

``python -m tests.torture --database postgresql --seconds 60 --seed 1``
"""

import argparse
import collections
import contextlib
import pathlib
import signal
import sys
import tempfile
import threading
import time

from senlin_like.cmd import assembly
from senlin_like.conf import opts
from senlin_like.db import vault
from senlin_like.db.migrations import migrate
from senlin_like.db.models import Action
from senlin_like.db.tables import Base
from senlin_like.domain.enums import FINAL
from senlin_like.operations import credentials
from senlin_like.operations.deps import Deps
from senlin_like.rpc import wakeup
from senlin_like.simulated_cloud.controls import Controls
from senlin_like.simulated_cloud.world import World
from tests.torture import (
    aggregate_checks,
    attachments,
    checks,
    databases,
    farewells,
    histories,
    keepers,
    meddlers,
    options,
    places,
    promises,
    recovery,
    report,
    traces,
    wardrobe,
    workload,
)
from tests.torture.deaths import Reaper
from tests.torture.dressed import DressedClient
from tests.torture.engines import Plan
from tests.torture.given import Given
from tests.torture.meddlers import Meddler
from tests.torture.real_place import RealPlace
from tests.torture.striking import Hand
from tests.torture.triggers import Door
from tests.torture.ushers import Usher
from tests.torture.vigil import Vigil

OURS = ("Internal error", "Given up", "Timed out", "could not be undone")
#: How often engines start again at the end, for what a check finds.
RESTARTS = 3
#: Longer than who tells the cloud of zones may take for it.
ZONES_S = 140.0
#: What is looked for after an engine was lost.
WATCHES = tuple(
    mapper.class_
    for mapper in Base.registry.mappers
    if mapper.local_table.name.endswith("_watch")
)
RABBIT = "rabbit://guest:guest@127.0.0.1:5672/"


class Torture:
    """One run: engines, clients, and the hand that strikes."""

    def __init__(
        self, arguments: argparse.Namespace, plan: Plan, given: Given | None
    ) -> None:
        self.arguments = arguments
        self.plan = plan
        conf = opts.load(["--config-file", str(plan.config_file("client"))], None)
        self.sender = wakeup.Sender(conf)
        wake = self.sender if arguments.broker == "rabbit" else _nothing
        self.deps: Deps = assembly.deps(conf, wake)
        self.place: places.Place = (
            places.SimulatedPlace(self.deps)
            if given is None
            else RealPlace(given, arguments, plan.directory)
        )
        self.controls = Controls(self.world)
        db, seed = self.deps.db, arguments.seed
        self.hand = Hand(db, plan, arguments.engines, seed)
        self.stop = threading.Event()
        self.clients: list[workload.Client] = []
        self.door = Door(self.deps, conf)
        self.worn: dict[str, wardrobe.Garment] = {}
        self.reaper = Reaper(db, self.place.harm, seed, self.stop)
        self.meddler = Meddler(self.controls, self.world, seed, self.stop)
        self.is_over = threading.Event()
        self.vigil = Vigil(db, self.is_over)
        self.usher = Usher(self.door, self.world, seed, self.is_over)
        for one in (self.reaper, self.vigil, self.usher):
            one.pace = plan.pace
        self.usher.parent_of = lambda token: farewells.parent_of(db, token)

    def run(self) -> list[str]:
        """Torture, let all come to rest, and return what is wrong."""
        self._prepare()
        self.hand.start()
        others = [
            *self.clients,
            *([self.reaper] if self._has_deaths else []),
            *([self.meddler] if self._has_aggregates else []),
        ]
        self.place.begin()
        for one in (*others, self.vigil, self.usher):
            one.start()
        self.hand.strike_on(self.arguments.seconds)
        self.stop.set()
        for one in others:
            one.join()
        self.place.relieve()
        rest_s = self._come_to_rest()
        self.is_over.set()
        self.vigil.join()
        self.usher.join()
        self.place.look(closely=True)
        wrong = self._judge()
        self._report(rest_s, wrong)
        self.place.close()
        self.sender.close()
        self.deps.driver.close()
        self.deps.db.dispose()
        return wrong

    @property
    def world(self) -> World:
        """Return what the oracle looks at."""
        return self.place.world

    @property
    def _has_deaths(self) -> bool:
        return wardrobe.HEALTH in self.arguments.kinds

    @property
    def _has_aggregates(self) -> bool:
        return wardrobe.AGGREGATES in self.arguments.kinds

    def _prepare(self) -> None:
        kinds = self.arguments.kinds
        self.place.prepare(kinds)
        ctx = self.place.caller()
        credentials.ensure(self.deps, ctx)
        stored = [
            wardrobe.store_profile(self.deps, ctx, name, flavor)
            for name, flavor in (("torture", "1"), ("tortured", "2"))
        ]
        if self._has_aggregates:
            meddlers.make_hosts(self.controls)
            keepers.prepare(self.deps, ctx, self.controls)
        ear = self.usher.ear.url()
        clothes = wardrobe.fill(self.deps, ctx, self.arguments, ear)
        self.worn = clothes.everything()
        for number in range(self.arguments.clients):
            whose = (self.deps, ctx, stored[0], number, self.arguments.seed, self.stop)
            client = (
                DressedClient(*whose, wardrobe=clothes, door=self.door, profiles=stored)
                if kinds
                else workload.Client(*whose)
            )
            client.pace = self.plan.pace
            self.clients.append(client)

    def _come_to_rest(self) -> float:
        """Stop the engines when nothing is left to be done; return the seconds.

        A health check may find something until its engine has stopped: then
        they start once more.
        """
        rest_s = self._wait_for_rest()
        for _ in range(RESTARTS):
            self.hand.stop()
            if self._is_at_rest():
                break
            self.hand.start()
            rest_s += self._wait_for_rest()
        return rest_s

    def _is_at_rest(self) -> bool:
        return all(row.status in FINAL for row in checks.rows(self.deps.db, Action))

    def _wait_for_rest(self) -> float:
        """Wait until all actions have ended, and nobody is dead or looked for."""
        began = time.monotonic()
        self.hand.wait_for(self._is_at_rest, self.arguments.patience)
        rest_s = time.monotonic() - began
        self.hand.wait_for(
            lambda: not self._dead() and self._is_at_rest(), self.arguments.repairs
        )
        if self.arguments.repairs:
            self.hand.wait_for(lambda: not self._other_zones(), ZONES_S)
        self.hand.wait_for(
            lambda: not any(checks.rows(self.deps.db, one) for one in WATCHES),
            3 * self.plan.stray_watch_s,
        )
        return rest_s

    def _dead(self) -> list[str]:
        self.place.look()
        deaths = self.reaper.deaths
        return histories.dead(self.deps.db, self.world, self.worn, deaths)

    def _other_zones(self) -> list[str]:
        return aggregate_checks.other_zones(self.deps.db, self.world)

    def _judge(self) -> list[str]:
        world = self.world
        stored = {row.id: row for row in checks.rows(self.deps.db, Action)}
        accepted = [one for client in self.clients for one in client.promised()]
        accepted += [one.action for one in self.door.triggers if one.action]
        most_s = self.plan.stray_watch_s + self.hand.longest_pause_s
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
            *promises.problems(db, accepted),
            *self.place.surprises,
            *(
                f"{row.action} {row.id} failed by our fault: {row.status_reason}"
                for row in stored.values()
                if row.status == "FAILED"
                and any(word in row.status_reason for word in OURS)
                and not histories.died_meanwhile(row, deaths)
            ),
            *(
                f"Node {node} at rest had two servers for {seconds:.1f} s."
                for node, seconds in checks.doubles_at_rest(db, world)
                if seconds > most_s
            ),
            *(
                f"Node {node} is gone and nobody chose it."
                for node in checks.unchosen(self.deps.db, seen)
            ),
            *(one for client in self.clients for one in client.surprises),
            *checks.too_large(db),
            *recovery.slow(self.hand.kills, self.plan.lease_s + self.arguments.grace),
            *aggregate_checks.problems(db, self.meddler),
            *aggregate_checks.untimely(db),
            *(self._other_zones() if self.arguments.repairs else ()),
        ]

    def _report(self, rest_s: float, wrong: list[str]) -> None:
        db, deaths = self.deps.db, self.reaper.deaths
        stored = checks.rows(db, Action)
        world, hand = self.world, self.hand
        times = [kill.seconds for kill in hand.kills if kill.held and kill.seconds]
        print(f"seed {self.arguments.seed}, {self.arguments.database}")
        print(f"kinds: {', '.join(self.arguments.kinds) or 'none'}")
        print(f"{len(hand.kills)} kills ({len(times)} of an engine at work)")
        print(f"{hand.pauses} pauses, up to {hand.longest_pause_s:.1f} s")
        print("\n".join(report.of_cloud(self.place)))
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
            print("\n".join(sorted([*hand.strikes, *died])))
        print("FAILED" if wrong else "PASSED")


def _nothing() -> None:
    """Wake nobody: the engines poll."""


def main(arguments: list[str]) -> int:
    """Run the torture; the exit status is 0 if nothing is wrong."""
    given = options.parse(arguments)
    cloud = options.cloud_of(given)
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
            pace=given.pace,
            more=cloud.configuration() if cloud else "",
        )
        torture = Torture(given, plan, cloud)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
        try:
            return 1 if torture.run() else 0
        finally:
            torture.hand.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
