"""How plugins work with a cloud without blocking: in turns.

A verb looks at what is there, starts the next change and answers what to wait
for; when that is reached it is called once more with the memo it left, until it
answers that it has ended. What an answer patches is said by who defines it.
"""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from senlin_like.drivers.base import ObjectKind, Observed


@dataclasses.dataclass(frozen=True, kw_only=True)
class CloudWait:
    """An object that has to reach one of some statuses.

    ``until`` and ``failed`` are the cloud's words (``base.GONE`` is one);
    ``timeout_s`` bounds this wait, besides the action's own deadline.
    ``is_look`` tells that any status will do: the object is only to be seen.
    """

    kind: ObjectKind
    id: str
    until: Collection[str]
    failed: Collection[str] = ()
    timeout_s: float = 600.0
    is_look: bool = False

    def reason(self) -> str:
        """Say in words what is waited for."""
        wanted = "seen" if self.is_look else " or ".join(self.until)
        return f"Waiting for {self.kind} {self.id} to be {wanted}."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Turn:
    """What a verb is told when it is called (again).

    ``memo`` is what it left with its last ``Again`` (empty the first time),
    ``seen`` how the object that it waited for was seen; ``is_retry`` tells
    that an earlier try may have got further than the memo says: an engine was
    lost, or a call was unsure, or one that wasn't the try's first was busy. With
    ``has_expired`` the wait took longer than its ``timeout_s``: a verb that
    answers with the same wait once more has failed.
    """

    memo: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    seen: Observed | None = None
    is_retry: bool = False
    has_expired: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ended:
    """The verb has ended well. ``reason`` is a sentence for people."""

    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Waits:
    """The verb goes on with ``memo`` when ``wait`` has ended.

    Without a wait it goes on at once, after its memo and patch are stored:
    for what has to be known for certain before the next call.
    """

    wait: CloudWait | None
    memo: Mapping[str, Any] = dataclasses.field(default_factory=dict)
