"""The hand that kills and pauses engines at random, and brings them to rest.

process test: polls
"""

import random
import time
from collections.abc import Callable

from senlin_like.db.session import Database
from tests.torture import options, recovery
from tests.torture.engines import EngineProcess, Plan

#: A process may take long to start on a busy machine.
START_S = 90.0


class Hand:
    """Has the engines in its hand, and notes what it does to them."""

    def __init__(self, db: Database, plan: Plan, number: int, seed: int) -> None:
        self.db = db
        self.plan = plan
        self.dice = random.Random(seed)
        self.engines = [EngineProcess(plan, n) for n in range(number)]
        self.kills: list[recovery.Kill] = []
        #: When which engine was struck, in words.
        self.strikes: list[str] = []
        self.pauses = 0
        self.longest_pause_s = 0.0

    def start(self) -> None:
        """Start all engines, and wait until they are up."""
        for engine in self.engines:
            engine.start()
        self.wait_for(
            lambda: len(self._up()) == len(self.engines), START_S * self.plan.pace
        )

    def stop(self) -> None:
        """Stop all engines cleanly."""
        for engine in self.engines:
            engine.stop()

    def end(self) -> None:
        """See to it that no process is left."""
        for engine in self.engines:
            engine.end()

    def strike_on(self, seconds: float) -> None:
        """Kill and pause engines until the time is over."""
        end = time.monotonic() + seconds
        self._let_pass(options.GRACE_S)
        while time.monotonic() < end:
            engine = self._victim()
            if engine is None:
                continue
            if self.dice.random() < 0.6:
                self._kill(engine)
            else:
                self._pause(engine)
            self._let_pass(self.dice.uniform(1.0, 4.0) * self.plan.pace)

    def wait_for(self, is_so: Callable[[], bool], patience_s: float) -> None:
        """Wait until something is so, or the patience is at its end."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end and not is_so():
            self._let_pass(0.2 * self.plan.pace)

    def _kill(self, engine: EngineProcess) -> None:
        held = recovery.held_by(self.db, engine.host)
        self._note("killed", engine)
        engine.kill()
        now = time.monotonic()
        self.kills.append(recovery.Kill(host=engine.host, at=now, held=held))
        self._let_pass(self.dice.uniform(0.5, 3.0))
        engine.start()
        self._note("started", engine)

    def _pause(self, engine: EngineProcess) -> None:
        pause_s = self.plan.lease_s * self.dice.uniform(1.2, 2.0)
        self.pauses += 1
        self.longest_pause_s = max(self.longest_pause_s, pause_s)
        self._note("paused", engine)
        engine.pause()
        self._let_pass(pause_s)
        engine.go_on()
        self._note("let go on", engine)

    def _note(self, what: str, engine: EngineProcess) -> None:
        self.strikes.append(f"{time.time():.3f} {engine.host} is {what}")

    def _up(self) -> list[EngineProcess]:
        return [one for one in self.engines if recovery.is_up(self.db, one.host)]

    def _victim(self) -> EngineProcess | None:
        """Choose an engine, one that is at work if there is any soon.

        None where none has come up yet: nobody could ever do anything.
        """
        self.wait_for(lambda: bool(self._up()), START_S * self.plan.pace)
        for _ in range(30):
            up = self._up()
            at_work = [one for one in up if recovery.held_by(self.db, one.host)]
            if at_work:
                return self.dice.choice(at_work)
            self._let_pass(0.05)
        return self.dice.choice(up) if up else None

    def _let_pass(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            recovery.look(self.db, self.kills)
            if not any(engine.is_awake for engine in self._up()):
                # Nobody is there to go on with anything: that time doesn't count.
                recovery.excuse(self.kills)
            time.sleep(0.1 * self.plan.pace)
