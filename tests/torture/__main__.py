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
from collections.abc import Callable, Iterator

from senlin_like.cmd import assembly
from senlin_like.conf import opts
from senlin_like.db import vault
from senlin_like.db.migrations import migrate
from senlin_like.db.models import Action, Cluster, Node
from senlin_like.db.work_models import StrayWatch
from senlin_like.domain.enums import FINAL
from senlin_like.operations import profiles
from senlin_like.operations.deps import Deps
from senlin_like.rpc import wakeup
from senlin_like.simulated_cloud.controls import Controls
from tests.torture import checks, databases, recovery, traces, workload
from tests.torture.engines import EngineProcess, Plan

OURS = ("Internal error", "Given up", "Timed out", "could not be undone")
GRACE_S = 5.0
#: A process may take long to start on a busy machine.
START_S = 90.0
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
        self.controls = Controls(self.deps.driver.world)  # type: ignore[attr-defined]
        self.engines = [EngineProcess(plan, n) for n in range(arguments.engines)]
        self.kills: list[recovery.Kill] = []
        #: When which engine was struck, in words.
        self.strikes: list[str] = []
        self.pauses = 0
        self.longest_pause_s = 0.0
        self.stop = threading.Event()
        self.clients: list[workload.Client] = []

    def run(self) -> list[str]:
        """Torture, let all come to rest, and return what is wrong."""
        self._prepare()
        for engine in self.engines:
            engine.start()
        self._wait_for(lambda: len(self._up()) == len(self.engines), START_S)
        for client in self.clients:
            client.start()
        self._strike_on()
        self.stop.set()
        for client in self.clients:
            client.join()
        self.controls.clear_faults()
        rest_s = self._wait_for_rest()
        for engine in self.engines:
            engine.stop()
        wrong = self._judge()
        self._report(rest_s, wrong)
        self.sender.close()
        self.deps.driver.close()
        self.deps.db.dispose()
        return wrong

    def _prepare(self) -> None:
        self.controls.put_settings({"delete_seconds": 0.5, "operation_seconds": 0.5})
        ctx = workload.RequestContext(
            user_id="torture", project_id="torture", roles=("member",)
        )
        spec = {
            "type": "os.nova.server",
            "version": "1.0",
            "properties": {
                "flavor": "1",
                "image": "cirros-0.4.0-x86_64-disk",
                "networks": [{"network": "private"}],
            },
        }
        profile = profiles.create(
            self.deps, ctx, name="torture", spec=spec, metadata={}
        )
        for rule in (
            {"effect": "done_but_timeout", "method": "compute.*", "probability": 0.04},
            {"effect": "busy", "method": "compute.*", "probability": 0.04},
            {"effect": "timeout", "method": "network.*", "probability": 0.02},
            {
                "effect": "slow",
                "method": "compute.*",
                "probability": 0.5,
                "seconds": 0.4,
            },
        ):
            self.controls.add_fault(rule)
        self.clients = [
            workload.Client(
                self.deps, profile["id"], number, self.arguments.seed, self.stop
            )
            for number in range(self.arguments.clients)
        ]

    def _strike_on(self) -> None:
        """Kill and pause engines at random until the time is over."""
        end = time.monotonic() + self.arguments.seconds
        self._let_pass(GRACE_S)
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

    def _wait_for_rest(self) -> float:
        """Wait until all actions have ended and no stray is looked for."""
        began = time.monotonic()
        end = began + self.arguments.patience
        while time.monotonic() < end:
            self._let_pass(0.5)
            if all(row.status in FINAL for row in checks.rows(self.deps.db, Action)):
                break
        rest_s = time.monotonic() - began
        end = time.monotonic() + 3 * self.plan.stray_watch_s
        while time.monotonic() < end and checks.rows(self.deps.db, StrayWatch):
            time.sleep(0.5)
        return rest_s

    def _judge(self) -> list[str]:
        world = self.deps.driver.world  # type: ignore[attr-defined]
        stored = {row.id: row for row in checks.rows(self.deps.db, Action)}
        accepted = [one for client in self.clients for one in client.accepted]
        most_s = self.plan.stray_watch_s + self.longest_pause_s
        seen = {node for client in self.clients for node in client.nodes_seen}
        return [
            *checks.problems(self.deps.db, world),
            *(f"Action {one} is lost." for one in accepted if one not in stored),
            *(
                f"{row.action} {row.id} failed by our fault: {row.status_reason}"
                for row in stored.values()
                if row.status == "FAILED"
                and any(word in row.status_reason for word in OURS)
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
            *self._wrong_sizes(),
            *self._slow_recoveries(),
        ]

    def _wrong_sizes(self) -> Iterator[str]:
        counts = collections.Counter(
            row.cluster_id for row in checks.rows(self.deps.db, Node)
        )
        for row in checks.rows(self.deps.db, Cluster):
            if counts[row.id] > row.max_size:
                yield f"Cluster {row.name} has {counts[row.id]} nodes."

    def _slow_recoveries(self) -> Iterator[str]:
        limit = self.plan.lease_s + self.arguments.grace
        for kill in self.kills:
            if kill.seconds is None:
                yield f"What {kill.host} held never went on: {sorted(kill.open)}"
            elif kill.seconds > limit:
                yield f"What {kill.host} held went on after {kill.seconds:.1f} s."

    def _report(self, rest_s: float, wrong: list[str]) -> None:
        stored = checks.rows(self.deps.db, Action)
        world = self.deps.driver.world  # type: ignore[attr-defined]
        ends = collections.Counter((row.action, row.status) for row in stored)
        reasons = collections.Counter(
            row.status_reason[:90] for row in stored if row.status == "FAILED"
        )
        times = [kill.seconds for kill in self.kills if kill.held and kill.seconds]
        print(f"seed {self.arguments.seed}, {self.arguments.database}")
        print(f"{len(self.kills)} kills ({len(times)} of an engine at work)")
        print(f"{self.pauses} pauses, up to {self.longest_pause_s:.1f} s")
        print(f"recovery after a kill: {max(times, default=0.0):.1f} s at most")
        print(f"at rest after {rest_s:.1f} s; {len(stored)} actions:")
        for (kind, status), number in sorted(ends.items()):
            print(f"  {kind} {status}: {number}")
        for reason, number in reasons.most_common(12):
            print(f"  failed {number}: {reason}")
        taken = sum(row.attempt for row in stored)
        doubled = checks.doubles(world)
        refused = sum(
            (client.refused for client in self.clients), collections.Counter()
        )
        print(f"taken over {taken} times; second servers removed: {len(doubled)}")
        print(f"requests refused: {dict(refused)}")
        for problem in wrong:
            print(f"WRONG: {problem}")
        for line in traces.of_problems(self.deps.db, world, self.plan.directory, wrong):
            print(line)
        if wrong:
            print("\n".join(self.strikes))
        print("FAILED" if wrong else "PASSED")


def _nothing() -> None:
    """Wake nobody: the engines poll."""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--database", choices=sorted(databases.SERVERS), required=True)
    parser.add_argument("--url", help="an empty database to use instead of a new one")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", type=int, default=3)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--lease", type=int, default=3)
    parser.add_argument("--patience", type=float, default=120.0)
    parser.add_argument(
        "--grace",
        type=float,
        default=GRACE_S,
        help="seconds after its lease in which lost work goes on (%(default)s)",
    )
    parser.add_argument("--broker", choices=["rabbit", "none"], default="none")
    parser.add_argument("--directory", help="where logs and configurations stay")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run the torture; the exit status is 0 if nothing is wrong."""
    given = parse(arguments)
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
