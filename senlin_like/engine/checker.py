"""Checks the health of clusters when it is due, and has failed nodes repaired.

Which checks are due stands in the database: any engine takes them, and one
that is lost leaves them to the others. A round looks at many clusters
together, decides for each alone (``domain.health``), and gives each back in
the transaction that requests its repairs.
"""

import dataclasses
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable

from senlin_like import exceptions
from senlin_like.db import health_checks, notices
from senlin_like.domain import health
from senlin_like.domain.enums import NodeStatus
from senlin_like.domain.health import Breaker, Mode
from senlin_like.drivers import web
from senlin_like.engine import detection, probes
from senlin_like.engine.facts import Facts
from senlin_like.engine.standing import Case, broken, open_case
from senlin_like.flows.workbench import Workbench
from senlin_like.operations import repairs

LOG = logging.getLogger(__name__)

#: Seconds between two looks whether the engine stops while nodes are asked.
_BEAT_S = 1.0
#: How much of the time in which a look is new enough goes to asking nodes at most.
_ASKING = 0.5
#: The nodes that are asked themselves.
_ASKED = frozenset({NodeStatus.ACTIVE})


class Stopped(Exception):
    """The engine stops in the middle of a round; others go on with the checks."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """How health is checked; read from the group ``[health]``. Times in seconds.

    ``asks_events``: the cloud is asked what has happened; else it tells.
    """

    breaker: Breaker = dataclasses.field(default_factory=Breaker)
    asking: web.Limits = dataclasses.field(default_factory=web.Limits)
    probe_threads: int = 16
    probes_s: float = 120.0
    clusters_per_round: int = 100
    poll_s: float = 1.0
    hold_s: float = 60.0
    late_s: float = 60.0
    pause_s: float = 5.0
    events_s: float = 5.0
    asks_events: bool = True


class Checker:
    """Takes due checks and carries them out, one round after the other."""

    def __init__(
        self, bench: Workbench, wake: Callable[[], None], options: Options
    ) -> None:
        self.bench = bench
        self.db = bench.deps.db
        self.wake = wake
        self.options = options
        self.is_stopping: Callable[[], bool] = lambda: False
        self.prober = probes.Prober(
            options.asking, threads=options.probe_threads, get=web.get
        )

    def run(self, stop: threading.Event) -> None:
        """Check until told to stop."""
        self.is_stopping = stop.is_set
        while not stop.is_set():
            pause_s = self.options.poll_s
            try:
                if self._is_due():
                    pause_s = 0.0 if self.look_once() else pause_s
            except Stopped:
                LOG.info("Health checks are left to others")
            except exceptions.ServiceUnavailable:
                LOG.warning("Health can't be checked without a database")
            except Exception:  # the thread has to live
                LOG.exception("A round of health checks failed")
                pause_s = max(pause_s, 1.0)
            stop.wait(pause_s)
        self.prober.close()

    def _is_due(self) -> bool:
        with self.db.reader() as session:
            left = health_checks.seconds_to_next(session)
        return left is not None and left <= 0

    def look_once(self) -> int:
        """Carry out one round; returns how many checks it took."""
        token = str(uuid.uuid4())
        due = self.db.transact(
            lambda session: health_checks.take(
                session,
                token,
                hold_s=self.options.hold_s,
                limit=self.options.clusters_per_round,
            )
        )
        if not due:
            return 0
        unchanged: list[str] = []
        beat = _Beat(self, token)
        for cases in _by_owner(self._open(token, due)):
            unchanged += self._check_safely(token, cases, beat)
        if unchanged:
            self.db.transact(
                lambda session: health_checks.put_back(session, token, unchanged)
            )
        return len(due)

    def _check_safely(self, token: str, cases: list[Case], beat: "_Beat") -> list[str]:
        """Check the clusters of one owner as ``_check``, whatever goes wrong.

        When that fails by a bug they are checked one by one, each from the
        beginning, so that the one that fails holds up nobody else.
        """
        try:
            return self._check(token, cases, beat)
        except (Stopped, exceptions.ServiceUnavailable):
            raise
        except Exception as error:
            LOG.exception("Health checks failed for one project")
            if len(cases) == 1:
                self._give_up(token, cases[0].due, error)
                return []
        unchanged: list[str] = []
        for case in cases:
            for again in self._open(token, [case.due]):
                unchanged += self._check_safely(token, [again], beat)
        return unchanged

    def _give_up(self, token: str, due: health_checks.Due, error: Exception) -> None:
        """Tell that a check fails by a bug, and let it rest for a while."""
        repairs.settle(self.bench.deps, token, broken(due, error))

    def _check(self, token: str, cases: list[Case], beat: "_Beat") -> list[str]:
        """Check the clusters of one owner; returns those of which nothing is new."""
        began = time.monotonic()
        detection.look(self.bench, [one.subject for one in cases], beat)
        beat()
        left_s = max(0.0, began + self.options.hold_s - time.monotonic())
        self._probe(cases, beat, min(self.options.probes_s, left_s * _ASKING))
        beat()
        is_old = time.monotonic() - began > self.options.hold_s
        return self._close(token, cases, is_old)

    def _open(self, token: str, due: list[health_checks.Due]) -> list[Case]:
        """Read what is known of the clusters; those that change are put back."""
        clusters = sorted({one.row.cluster_id for one in due})
        with self.db.reader() as session:
            work = health_checks.work(session, clusters)
            members = health_checks.members(session, clusters)
            profiles = health_checks.profiles(
                session, {one.profile_id for one in members}
            )
            told = (
                None
                if self.options.asks_events
                else notices.of_clusters(session, clusters)
            )
        paused = {one.cluster_id for one in work if one.action in repairs.PAUSING}
        resting = [one.row.binding_id for one in due if one.row.cluster_id in paused]
        if resting:
            self.db.transact(
                lambda session: health_checks.put_back(
                    session, token, resting, after_s=self.options.pause_s
                )
            )
        facts = Facts(
            bench=self.bench,
            work=work,
            members=members,
            profiles=profiles,
            told=told,
        )
        cases = []
        for one in due:
            if one.row.cluster_id in paused:
                continue
            try:
                cases.append(open_case(facts, one, self.options.breaker))
            except exceptions.Error as error:
                # It is tried again when the hold is over.
                LOG.warning(
                    "Cluster %s can't be checked: %s", one.row.cluster_id, error.message
                )
            except Exception as error:  # it isn't the trouble of the others
                LOG.exception("Cluster %s can't be checked", one.row.cluster_id)
                self._give_up(token, one, error)
        return cases

    def _probe(self, cases: list[Case], beat: "_Beat", within_s: float) -> None:
        """Ask the nodes themselves, where policies want it.

        Each time in another order: there may not be time for all of them.
        """
        wanted = {
            (number, node.id): (case.meaning.probe, node)
            for number, case in enumerate(cases)
            if case.meaning.probe is not None
            for node in case.subject.nodes
            if node.is_idle
        }
        keys = [key for key, (_, one) in wanted.items() if one.status in _ASKED]
        random.shuffle(keys)
        asked = {key: (wanted[key][0], wanted[key][1].name) for key in keys}

        seen = self.prober.ask(
            asked,
            within_s=within_s,
            beat_s=_BEAT_S,
            beat=beat,
        )
        for number, node_id in wanted:
            # A node that isn't ACTIVE isn't asked, as Senlin has it.
            answer = seen.get((number, node_id), health.GOOD)
            case = cases[number]
            case.subject.note(node_id, Mode.URL, case.counted(node_id, answer))

    def _close(self, token: str, cases: list[Case], is_old: bool) -> list[str]:
        outcomes = []
        unchanged = []
        for case in cases:
            is_late = is_old or case.due.late_s > max(
                case.meaning.interval_s, self.options.late_s
            )
            outcome = case.close(is_late=is_late, events_s=self.options.events_s)
            if outcome is None:
                unchanged.append(case.due.row.binding_id)
            else:
                outcomes.append(outcome)

        requested = 0
        for outcome in outcomes:
            requested += len(repairs.settle(self.bench.deps, token, outcome))
        if requested:
            LOG.info("Health checks requested %s recoveries", requested)
            self.wake()
            self.bench.deps.wake()
        return unchanged


class _Beat:
    """Holds the checks of a round for longer, when some time has passed.

    :raises Stopped: when the engine stops.
    """

    def __init__(self, checker: Checker, token: str) -> None:
        self._checker = checker
        self._token = token
        self._last = time.monotonic()

    def __call__(self) -> None:
        if self._checker.is_stopping():
            raise Stopped
        hold_s = self._checker.options.hold_s
        if time.monotonic() - self._last < hold_s / 4:
            return
        self._checker.db.transact(
            lambda session: health_checks.hold(session, self._token, hold_s=hold_s)
        )
        self._last = time.monotonic()


def _by_owner(cases: list[Case]) -> list[list[Case]]:
    """Part cases by owner, so that one whose cloud is slow delays no decision."""
    parts: dict[tuple[str, str], list[Case]] = {}
    for one in cases:
        parts.setdefault((one.due.row.user, one.due.row.project), []).append(one)
    return list(parts.values())
