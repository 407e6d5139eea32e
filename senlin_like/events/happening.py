"""What happened, as those who are told of it get it."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, Protocol

from senlin_like.domain.enums import EventLevel, Phase


@dataclasses.dataclass(frozen=True, kw_only=True)
class Happening:
    """A phase of an action on a cluster, a node or a host aggregate.

    ``subject_type`` is ``CLUSTER``, ``NODE`` or ``AGGREGATE``; ``verb`` is the
    action's name, or that of the operation. ``subject`` and ``action`` hold what
    they were at that moment, by the names of the API, with passwords masked.
    """

    level: EventLevel
    phase: Phase
    subject_type: str
    verb: str
    subject: Mapping[str, Any]
    action: Mapping[str, Any]
    timestamp: datetime.datetime

    @property
    def event_type(self) -> str:
        """Return ``<subject_type>.<verb>.<phase>``, as ``node.create.end``."""
        verb = self.verb.removeprefix(f"{self.subject_type}_")
        return f"{self.subject_type}.{verb}.{self.phase}".lower()


class Dispatcher(Protocol):
    """Tells others what happened; has a thread for itself.

    It may block as long as it likes, and raise: others don't wait for it.
    """

    def send(self, happening: Happening) -> None:
        """Tell of one thing."""

    def close(self) -> None:
        """Let go of connections; ``send`` may be at work in its own thread."""
