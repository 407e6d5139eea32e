"""The answer to a request whose work goes on after it."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Accepted:
    """What was asked for, as it stands now, and the action that carries it out."""

    record: dict[str, Any]
    action_id: str
