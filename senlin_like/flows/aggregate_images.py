"""Bring images to the hosts of an aggregate."""

from collections.abc import Mapping
from typing import Any

from senlin_like.db import image_tasks, progress
from senlin_like.db.image_tasks import Poor
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain.enums import Phase
from senlin_like.domain.image_caching import Counts, class_of
from senlin_like.flows import telling
from senlin_like.flows.outcomes import Done, Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.image_caching import CacheImages
from senlin_like.flows.workbench import Workbench

VERSION = 1
#: Hosts whose results an action shows at most, and the tasks that are read for it.
MOST_HOSTS = 100
_MOST_TASKS = 500
#: Hosts that the reason of a failure names, and images of a host.
_NAMED = 5
#: Longest reason of a host, in characters.
_LONGEST = 500


class Begin(Step):
    """Tell that the action has begun."""

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Write the event."""
        reason = telling.start_reason(self.run)
        return Done(
            save=lambda session: telling.about_aggregate(
                self.run, Phase.START, reason, session
            )
        )


class Judge(Step):
    """Fail if a host hasn't got its images."""

    def may_go_on(self) -> None:
        """Leave signals alone: all has been done."""
        self.run.check_lease()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Look at what has come of it."""
        failure = self.run.read(self._failure)
        if failure is not None:
            raise Refused(failure)
        return Done(is_last=True)

    def _failure(self, session: Session) -> str | None:
        counts = image_tasks.count(session, self.run.facts.id)
        if not counts.failed:
            return None
        found = image_tasks.list_poor(session, self.run.facts.id, most=_MOST_TASKS)
        failed = [one for one in found if _status_of(one) == "failed"]
        named = [f"{one.host} ({_reason_of(one, 1)})" for one in failed[:_NAMED]]
        more = counts.failed - len(named)
        told = "; ".join(named) + (f"; and {more} more" if more else "")
        return f"{counts.failed} of {counts.total} hosts failed: {told}"


def plan(run: Run, bench: Workbench) -> Plan:
    """Go round until nothing is left to do, then judge."""
    return Plan(
        version=VERSION,
        steps=(Begin(run), CacheImages(run), Judge(run)),
        close=_close,
    )


def _close(run: Run, how: Ending) -> Save:
    def save(session: Session) -> None:
        action_id = run.facts.id
        image_tasks.put_back(session, action_id)
        counts = image_tasks.count(session, action_id)
        progress.amend(session, action_id, _outputs(run, session, counts))
        phase = Phase.END if how.is_good else Phase.ERROR
        told = f"{counts}." if how.is_good else f"{how.reason} ({counts})"
        telling.about_aggregate(run, phase, told, session)

    return save


def _outputs(run: Run, session: Session, counts: Counts) -> dict[str, Any]:
    """Return what is kept of the end: who hasn't got everything, and why."""
    action_id = run.facts.id
    found = image_tasks.list_poor(session, action_id, most=_MOST_TASKS)[:MOST_HOSTS]
    return {
        "hosts": counts.shown(),
        "images": run.facts.inputs["images"],
        "results": {
            one.host: {"status": _status_of(one), "reason": _reason_of(one, _NAMED)}
            for one in found
        },
        "left_out": image_tasks.count_poor(session, action_id) - len(found),
    }


def _status_of(found: Poor) -> str:
    """Return the status of a host; ``asked`` if nobody knows what came of it."""
    status = class_of(task.status for task in found.tasks)
    return "asked" if status == "done" else status


def _reason_of(found: Poor, most: int) -> str:
    """Say why a host hasn't got everything; one reason for many images is told once."""
    alike: dict[str, list[str]] = {}
    for task in found.tasks:
        alike.setdefault(task.reason, []).append(task.image_id)
    told = [
        f"image {', '.join(images[:most])}"
        f"{f' and {len(images) - most} more' if len(images) > most else ''}: {reason}"
        for reason, images in alike.items()
    ]
    return "; ".join(told[:most])[:_LONGEST]
