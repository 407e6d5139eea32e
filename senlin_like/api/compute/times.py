"""Times as Nova writes them."""

import datetime

from senlin_like.api import fields


def write(value: datetime.datetime | None) -> str | None:
    """Write a time (aware, UTC) to the microsecond and without its zone."""
    if value is None:
        return None
    return value.replace(tzinfo=None).isoformat(timespec="microseconds")


TIME = fields.Shown(schema={"type": ["string", "null"]}, write=write)
