"""What was promised to clients, compared with the actions that there are.

As in ``checks``, each function returns a sentence for each thing that is wrong.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from senlin_like.db.models import Action
from senlin_like.db.session import Database
from senlin_like.domain.enums import Cause
from tests.torture import checks

#: No words for people.
_UNREADABLE = re.compile(r"Traceback|object at 0x|<class |^\w*(Error|Exception)\(")


def problems(db: Database, accepted: Iterable[str]) -> Iterator[str]:
    """Find actions that were lost, that nobody asked for, or that tell no reason.

    Who was promised a change that waits for images was promised the action that
    brings them, too.
    """
    stored = {row.id: row for row in checks.rows(db, Action)}
    promised = set(accepted)
    promised |= {
        row.data["precache"]["action"]
        for row in stored.values()
        if row.id in promised and "precache" in (row.data or {})
    }
    for one in promised - stored.keys():
        yield f"Action {one} is lost."
    for row in stored.values():
        if _is_request(row) and row.id not in promised:
            yield f"{row.action} {row.id} was promised to nobody."
        if row.status in {"FAILED", "CANCELLED"} and not _is_readable(row):
            yield f"{row.action} {row.id} has no readable reason: {row.status_reason!r}"


def _is_request(row: Any) -> bool:
    return row.parent_id is None and row.cause == Cause.REQUEST


def _is_readable(row: Any) -> bool:
    return bool(row.status_reason) and not _UNREADABLE.search(row.status_reason)
