"""What may be asked of the processes of this service."""

from typing import Any

from senlin_like.db import services
from senlin_like.operations.deps import Deps


def list_all(deps: Deps) -> list[dict[str, Any]]:
    """Return all processes; ``up`` are those that gave a sign of life lately."""
    with deps.db.reader() as session:
        rows = services.list_all(session)
    down_after_s = deps.settings.service_down_time
    return [
        {
            "id": row["id"],
            "host": row["host"],
            "binary": row["binary"],
            "topic": row["topic"],
            "disabled_reason": row["disabled_reason"],
            "status": "disabled" if row["disabled"] else "enabled",
            "state": "up" if row["silent_s"] <= down_after_s else "down",
            "updated_at": row["updated_at"],
        }
        for row in rows
    ]
