"""One cluster in a round of health checks: what is known, and what follows."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.db import health_checks
from senlin_like.domain import health
from senlin_like.domain.enums import EventLevel, Phase
from senlin_like.domain.health import (
    Breaker,
    Decision,
    Finding,
    Halt,
    Member,
    Mode,
    Seen,
)
from senlin_like.drivers.base import ObjectKind
from senlin_like.engine import probes
from senlin_like.engine.detection import Subject
from senlin_like.engine.facts import Facts
from senlin_like.operations.repairs import Outcome, Repair, Told
from senlin_like.policies.health import Meaning, meaning

#: Seconds to the look that decides after one that came too late.
_DECIDE_S = 15.0
#: Seconds to the next try of a check that fails by a bug, at least.
_BROKEN_S = 60.0
#: What only the cloud says is looked at once more by the recovery itself.
_BY_STATUS = frozenset({Mode.STATUS, Mode.EVENTS})
#: If these can't tell how a node is, its owner is told why.
_OTHERS = frozenset({Mode.URL, Mode.MEMBER})


@dataclasses.dataclass(kw_only=True)
class Case:
    """A cluster in a round; ``tries`` counts how often a node didn't answer.

    ``unasked``: how many nodes there was no time for; ``left_out``: how many of
    those, at the last full look, aren't looked at before the next one.
    ``heard_at``: when the newest of what the cloud has told of its nodes came.
    """

    facts: Facts
    due: health_checks.Due
    meaning: Meaning
    breaker: Breaker
    subject: Subject
    tries: dict[str, int]
    unasked: int = 0
    left_out: int = 0
    heard_at: float | None = None

    def counted(self, node_id: str, answer: Seen) -> Seen:
        """Count an answer: a bad one is in doubt until it was asked for again."""
        if answer is probes.NOT_IN_TIME:
            if self._is_bad_anyway(node_id):
                return answer
            self.unasked += 1
            # One in doubt is looked at the next time in any case.
            self.left_out += self.due.row.is_full and node_id not in self.tries
            return answer
        probe = self.meaning.probe
        if answer.finding is not Finding.BAD or probe is None:
            self.tries.pop(node_id, None)
            return answer
        number = min(self.tries.get(node_id, 0), probe.retry_limit) + 1
        self.tries[node_id] = number
        if number > probe.retry_limit:
            return answer
        return dataclasses.replace(answer, finding=Finding.DOUBTFUL)

    def _is_bad_anyway(self, node_id: str) -> bool:
        """Tell whether what was seen before says that a node is bad.

        One that counts as unwell counts as a node too.
        """
        seen = self.subject.found.get(node_id, {})
        bad = health.verdict(seen, needs_all=False) is Finding.BAD
        return bad and not self.meaning.needs_all

    def close(self, *, is_late: bool, events_s: float) -> Outcome | None:
        """Decide; None when nothing is to be written but when it's due again."""
        row = self.due.row
        decision = health.decide(
            health.Round(
                members=[self._member(one) for one in self._rows()],
                needs_all=self.meaning.needs_all,
                is_late=is_late,
                cloud_error=self.subject.cloud_error,
                is_changing=row.cluster_id in self.facts.changing,
                unasked=self.unasked + (0 if row.is_full else self.left_out),
            ),
            self.breaker,
        )
        seen = self._notes(decision)
        then = self._next(decision, seen, events_s)
        told = self._told(decision, seen)
        is_same = row.seen == seen and row.pace == then.pace_s
        is_plain = then.full_in_s is None and then.after_s == then.pace_s
        is_quiet = not told and not decision.repairs and self.heard_at is None
        if is_same and is_plain and is_quiet:
            return None
        return Outcome(
            row=row,
            then=then,
            repairs=[self._repair(node_id) for node_id in decision.repairs],
            most=self.breaker.max_repairs_in_flight,
            told=told,
            heard_at=self.heard_at,
        )

    def _rows(self) -> list[Any]:
        return self.facts.members.get(self.due.row.cluster_id, [])

    def _member(self, row: Any) -> Member:
        return Member(
            id=row.id,
            seen=self.subject.found.get(row.id, {}),
            is_at_work=self.facts.is_at_work(row),
            is_in_repair=row.id in self.facts.in_repair,
            is_fresh=self._is_fresh(row),
        )

    def _is_fresh(self, row: Any) -> bool:
        times = (row.updated_at, row.created_at, row.init_at)
        last = max(one for one in times if one is not None)
        return bool(
            self.facts.now - last < datetime.timedelta(seconds=self.meaning.grace_s)
        )

    def _notes(self, decision: Decision) -> dict[str, Any]:
        """Return what the next look has to know of this one."""
        notes: dict[str, Any] = {
            "bad": {node_id: self._why(node_id) for node_id in decision.failed},
            "tries": self.tries,
            "suspects": self.subject.suspects,
            "cursors": self.subject.cursors,
            "halt": decision.halt,
            "unknown": self._unknown(),
            "unasked": self.left_out,
        }
        return {name: value for name, value in notes.items() if value}

    def _unknown(self) -> str:
        """Return why some node can't be judged, one reason for all."""
        reasons = sorted(
            seen.reason
            for modes in self.subject.found.values()
            for mode, seen in modes.items()
            if seen.finding is Finding.UNKNOWN
            and (mode in _OTHERS or Mode.URL in modes)
        )
        row = self.due.row
        before = "" if row.is_full else str(row.seen.get("unknown", ""))
        return next((reason for reason in reasons if reason), before)

    def _why(self, node_id: str) -> str:
        return " ".join(
            seen.reason
            for seen in self.subject.found.get(node_id, {}).values()
            if seen.finding is Finding.BAD
        )[:1000]

    def _next(
        self, decision: Decision, seen: Mapping[str, Any], events_s: float
    ) -> health_checks.Next:
        row = self.due.row
        interval = float(self.meaning.interval_s)
        if Mode.EVENTS in self.meaning.modes and self.subject.asks_events:
            interval = min(interval, events_s)
        full_in_s = interval if row.is_full else max(0.0, float(row.full_in_s or 0))
        probe = self.meaning.probe
        in_doubt = probe is not None and any(
            count <= probe.retry_limit for count in self.tries.values()
        )
        if in_doubt and probe is not None:
            after_s = min(float(probe.retry_interval_s), full_in_s)
            return health_checks.Next(
                after_s=after_s, pace_s=interval, seen=seen, full_in_s=full_in_s
            )
        if decision.halt is Halt.LATE:
            full_in_s = min(interval, _DECIDE_S)
        return health_checks.Next(after_s=full_in_s, pace_s=interval, seen=seen)

    def _told(self, decision: Decision, seen: Mapping[str, Any]) -> list[Told]:
        """Tell what is new; what was told once isn't told again."""
        before = self.due.row.seen
        names = {one.id: one.name for one in self._rows()}
        told = [
            Told(node_id=node_id, name=names[node_id], reason=reason)
            for node_id, reason in seen.get("bad", {}).items()
            if node_id not in before.get("bad", {})
        ]
        if decision.halt is not None and before.get("halt") != decision.halt:
            told.append(Told(reason=f"Nothing is repaired. {decision.reason}"))
        if before.get("halt") and decision.halt is None:
            told.append(
                Told(
                    phase=Phase.END,
                    level=EventLevel.INFO,
                    reason="Nothing stands in the way of repairs any more.",
                )
            )
        unknown = seen.get("unknown")
        if unknown and unknown != before.get("unknown"):
            told.append(Told(reason=f"Some nodes can't be judged: {unknown}"))
        return told

    def _repair(self, node_id: str) -> Repair:
        row = next(one for one in self._rows() if one.id == node_id)
        is_gone = node_id in self.subject.gone
        inputs = dict(self.meaning.if_gone if is_gone else self.meaning.recovery)
        modes = {
            mode
            for mode, seen in self.subject.found[node_id].items()
            if seen.finding is Finding.BAD
        }
        if row.physical_id is not None and modes <= _BY_STATUS:
            inputs["check"] = True
        return Repair(
            node_id=node_id,
            physical_id=row.physical_id,
            reason=self._why(node_id),
            inputs=inputs,
        )


def broken(due: health_checks.Due, error: Exception) -> Outcome:
    """Return what follows for a cluster whose check fails by a bug.

    Users are told the kind of the error, not its words: those are for the log.
    """
    row = due.row
    pace_s = float(row.pace or _BROKEN_S)
    reason = (
        f"Nothing is repaired. The check itself failed ({type(error).__name__}): the "
        "operator's log says more."
    )
    return Outcome(
        row=row,
        then=health_checks.Next(
            after_s=max(pace_s, _BROKEN_S),
            pace_s=pace_s,
            seen={**row.seen, "halt": Halt.BROKEN},
        ),
        told=[] if row.seen.get("halt") == Halt.BROKEN else [Told(reason=reason)],
    )


def open_case(facts: Facts, due: health_checks.Due, usual: Breaker) -> Case:
    """Begin with a cluster: choose the nodes that are looked at.

    Between two full looks these are those in doubt, those that are known to be
    bad, and those that the cloud has told something of.
    """
    row = due.row
    recipe = facts.bench.policy(row.policy_id, row.policy_type, row.sealed_spec)
    found = meaning(recipe.properties)
    seen: Mapping[str, Any] = row.seen
    rows = facts.members.get(row.cluster_id, [])
    told = facts.told.get(row.cluster_id, []) if Mode.EVENTS in found.modes else []
    suspects = dict(seen.get("suspects", {})) | _suspects(rows, told)
    if not row.is_full:
        wanted = {*seen.get("tries", {}), *seen.get("bad", {}), *suspects}
        rows = [one for one in rows if one.id in wanted]
    nodes = [facts.watched(one) for one in rows]
    ids = {one.id for one in nodes}
    tries = {id_: n for id_, n in seen.get("tries", {}).items() if id_ in ids}
    # A cloud that is asked tells of servers only.
    asks = facts.asks_events and all(one.kind is ObjectKind.SERVER for one in nodes)
    return Case(
        facts=facts,
        due=due,
        meaning=found,
        breaker=found.breaker(usual),
        tries=tries,
        left_out=0 if row.is_full else int(seen.get("unasked", 0)),
        heard_at=max((one.at for one in told), default=None),
        subject=Subject(
            cluster_id=row.cluster_id,
            meaning=found,
            nodes=nodes,
            suspects={id_: event for id_, event in suspects.items() if id_ in ids},
            cursors=dict(seen.get("cursors", {})),
            asks_events=asks,
        ),
    )


def _suspects(rows: Sequence[Any], told: Sequence[Any]) -> dict[str, str]:
    """Return which nodes something was told of, and what.

    What was told of an object that a node had before doesn't matter any more.
    """
    objects = {one.id: one.physical_id for one in rows}
    return {
        one.node_id: one.event
        for one in told
        if objects.get(one.node_id) == one.object_id
    }
