"""What a step can answer, and the ways an action leaves its thread."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db.progress import Parking, Save


@dataclasses.dataclass(frozen=True, kw_only=True)
class Done:
    """The step has ended; ``result`` is kept in the journal.

    ``save`` writes rows in the same transaction. ``is_last`` defers both to
    the transaction that ends the action: one commit less.
    """

    result: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    save: Save | None = None
    is_last: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Park:
    """The step goes on later, with ``memo``, when ``parking`` has ended."""

    parking: Parking
    memo: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    save: Save | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decide:
    """The step ends by what ``decide`` finds inside the transaction.

    It may read and write rows under locks, and answers ``Done`` or ``Park``
    without a ``save`` of its own. It may run again after a deadlock.
    """

    decide: Callable[[Any], Done | Park]


Outcome = Done | Park | Decide


class Interrupted(BaseException):
    """The action leaves its thread; no step takes this for a failure."""


class Parked(Interrupted):
    """The action waits, and is claimed again when it may go on."""


class Suspended(Interrupted):
    """Somebody asked for a pause."""


class HandedOver(Interrupted):
    """The engine stops: another one goes on."""


class Dropped(Interrupted):
    """The database is away: the lease runs out and somebody goes on."""


class Postponed(Exception):
    """Nothing was decided, since something has to be found out before.

    The step is parked as ``park`` says; what it has noted is forgotten.
    """

    def __init__(self, park: Park) -> None:
        super().__init__(park.parking.reason)
        self.park = park


class Refused(exceptions.Error):
    """The action can't be done as things stand; nothing was changed."""

    code = "clustering.action.refused"


class Gone(Refused):
    """The target isn't there any more; to delete it is then no failure."""

    code = "clustering.action.target_gone"


class Cancelled(exceptions.Error):
    """Somebody asked the action to stop."""

    code = "clustering.action.cancelled"


class TimedOut(exceptions.Error):
    """The action took longer than it may."""

    code = "clustering.action.timed_out"
