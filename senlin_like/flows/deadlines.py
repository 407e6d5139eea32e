"""Times that the journal keeps: by the database's clock, whoever reads them.

``ends`` counts from the action's first claim. Beside it stands the epoch time, under
the name that older releases look for: engines are upgraded one by one.
"""

from collections.abc import Mapping
from typing import Any

from senlin_like.flows.run import Run

_ENDS = "ends"


def ends_in(run: Run, seconds: float, former: str) -> dict[str, float]:
    """Return what a journal keeps of a time that comes in ``seconds``."""
    return {_ENDS: run.age() + seconds, former: run.now() + seconds}


def left(run: Run, kept: Mapping[str, Any], former: str) -> float:
    """Return how many seconds are left until a kept time; 0 or less if it has come."""
    if _ENDS in kept:
        return float(kept[_ENDS]) - run.age()
    return float(kept[former]) - run.now()
