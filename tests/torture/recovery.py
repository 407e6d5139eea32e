"""How long it takes until the actions of a killed engine go on elsewhere.

process test: polls
"""

import dataclasses
import time
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from senlin_like.db.models import Action
from senlin_like.db.session import Database
from senlin_like.db.work_models import Service

TABLE = Action.__table__
#: An action with one of these is in nobody's hands, and needs nobody's.
_MENDED = frozenset(
    {"SUCCEEDED", "FAILED", "CANCELLED", "WAITING", "WAITING_LIFECYCLE_COMPLETION"}
)


@dataclasses.dataclass
class Kill:
    """A kill and what the engine held then: action id → lease number."""

    host: str
    at: float
    held: dict[str, int]
    seconds: float | None = None
    #: What was still not mended at the last look.
    open: set[str] = dataclasses.field(default_factory=set)


def excuse(kills: list[Kill]) -> None:
    """Let the clock of open kills start now: no engine was there to mend them."""
    now = time.monotonic()
    for kill in kills:
        if kill.seconds is None:
            kill.at = now


def held_by(db: Database, host: str) -> dict[str, int]:
    """Return what the engine of a host holds, id → lease number."""
    with db.reader() as session:
        owners = list(
            session.scalars(sa.select(Service.id).where(Service.host == host))
        )
        rows = session.execute(
            sa.select(TABLE.c.id, TABLE.c.lease).where(
                TABLE.c.owner.in_(owners), TABLE.c.status == "RUNNING"
            )
        )
        return {row.id: row.lease for row in rows}


def is_up(db: Database, host: str) -> bool:
    """Tell whether the engine of a host has given a sign of life."""
    with db.reader() as session:
        return bool(session.scalar(sa.select(Service.id).where(Service.host == host)))


def slow(kills: Iterable[Kill], limit_s: float) -> Iterator[str]:
    """Find what engines held that didn't go on elsewhere in time."""
    for kill in kills:
        if kill.seconds is None:
            yield f"What {kill.host} held never went on: {sorted(kill.open)}"
        elif kill.seconds > limit_s:
            yield f"What {kill.host} held went on after {kill.seconds:.1f} s."


def look(db: Database, kills: list[Kill]) -> None:
    """Note which kills are mended: what was held was claimed again, or ended.

    A lost action gets one number when it is taken away and one when it is
    claimed again.
    """
    for kill in kills:
        if kill.seconds is not None:
            continue
        with db.reader() as session:
            rows = session.execute(
                sa.select(TABLE.c.id, TABLE.c.lease, TABLE.c.status).where(
                    TABLE.c.id.in_(list(kill.held))
                )
            ).all()
        kill.open = {
            f"{row.id} {row.status}"
            for row in rows
            if row.lease < kill.held[row.id] + 2 and row.status not in _MENDED
        } or kill.open
        if all(
            row.lease >= kill.held[row.id] + 2 or row.status in _MENDED for row in rows
        ):
            kill.seconds = time.monotonic() - kill.at
