"""Removes what was made too late, for as long as it may turn up.

An engine that is paused in the middle of a call may send it long after
another one has taken over: no lease can stop that. So what an engine could
make something for when it was lost is watched for a while. So is what a call
had no answer for: a cloud that hangs may do it when it was asked for again.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar

from senlin_like import exceptions
from senlin_like.db.session import Database, Session

LOG = logging.getLogger(__name__)

Ask = TypeVar("Ask")
Ask_contra = TypeVar("Ask_contra", contravariant=True)


class Watches(Protocol):
    """Where the watches are kept: ``db.strays`` or ``db.policy_strays``."""

    def take(self, session: Session, *, every_s: float) -> list[Any]:
        """Take those whose turn it is."""

    def forget(self, session: Session, rows: Collection[Any]) -> None:
        """Forget those that are over."""


class Maker(Protocol[Ask_contra]):
    """A type of profiles or policies."""

    def strays(self, ask: Ask_contra, since: float) -> Sequence[str]:
        """Return the ids of objects that may be strays."""

    def remove_stray(self, ask: Ask_contra, object_id: str) -> None:
        """Remove one of them."""


def sweep(
    db: Database,
    watches: Watches,
    look: Callable[[Any], int | None],
    *,
    every_s: float,
) -> int:
    """Look at those whose turn it is; returns how many objects were removed.

    ``look`` tells how many it has removed for one; None when that one has to be
    looked at again.
    """
    due = db.transact(lambda session: watches.take(session, every_s=every_s))
    # A watch ends with a look that began after its time and saw to everything.
    swept = [(row, _safely(look, row)) for row in due]
    done = [
        row
        for row, removed in swept
        if row.is_hopeless or (row.is_over and removed is not None)
    ]
    if done:
        db.transact(lambda session: watches.forget(session, done))
    return sum(removed or 0 for _row, removed in swept)


def _safely(look: Callable[[Any], int | None], row: Any) -> int | None:
    """Look at one; a bug mustn't keep the others from being looked at."""
    try:
        return look(row)
    except exceptions.ServiceUnavailable:
        raise
    except Exception:
        LOG.exception("Strays can't be looked for")
        return None


def remove(
    whose: str,
    maker: Maker[Ask],
    make_ask: Callable[[], Ask],
    is_stray: Callable[[str], bool | None],
    *,
    since: float,
) -> int | None:
    """Remove the strays of one; returns how many, None when it has to look again.

    ``is_stray`` looks once more before each removal, since an object may have
    been taken into use meanwhile; it answers None when that can't be told.
    """
    removed = 0
    try:
        ask = make_ask()
        for object_id in maker.strays(ask, since):
            verdict = is_stray(object_id)
            if verdict is None:
                return None
            if verdict:
                LOG.warning(
                    "Removing %s: it was made too late for %s", object_id, whose
                )
                maker.remove_stray(ask, object_id)
                removed += 1
    except exceptions.CloudError as error:
        LOG.warning("Strays of %s can't be removed now: %s", whose, error.message)
        return None
    return removed
