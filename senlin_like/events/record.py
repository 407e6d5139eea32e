"""Events as rows, written in the transaction that they tell of."""

import dataclasses
import datetime
import uuid
from typing import Any

from senlin_like.domain.enums import EventLevel, Phase


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """What an event is about."""

    id: str
    name: str
    type: str
    cluster_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Teller:
    """The action that an event tells of, and on whose behalf it runs."""

    action: str
    user: str
    project: str


def row(
    subject: Subject,
    teller: Teller,
    phase: Phase,
    reason: str,
    now: datetime.datetime,
) -> dict[str, Any]:
    """Return the columns of an event; errors have the level ERROR."""
    level = EventLevel.ERROR if phase is Phase.ERROR else EventLevel.INFO
    return {
        "id": str(uuid.uuid4()),
        "timestamp": now,
        "oid": subject.id,
        "oname": subject.name,
        "otype": subject.type,
        "cluster_id": subject.cluster_id,
        "level": int(level),
        "user": teller.user,
        "project": teller.project,
        "action": teller.action,
        "status": phase,
        "status_reason": reason,
        "meta_data": {},
    }
