"""How plugins work with a cloud without blocking: in turns.

A verb looks at what is there, starts the next change and answers what to wait
for; when that is reached it is called once more with the memo it left, until it
answers that it has ended. What an answer patches is said by who defines it.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like.drivers.waiting import CloudWait


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
