"""Derives from lists of changed servers what has happened to them.

A cursor is two moments by the cloud's clock: when it was asked last, and when for
the first time; what was before that isn't told.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import objects
from senlin_like.drivers.openstack import server_lists, server_looks, server_views
from senlin_like.drivers.openstack.account import Api, Query

#: What statuses mean to people.
_EVENTS: Mapping[str, str] = {
    "DELETED": "deleted",
    "ERROR": "failed",
    "PAUSED": "paused",
    "SHELVED": "shelved",
    "SHELVED_OFFLOADED": "shelved",
    "SHUTOFF": "stopped",
    "SOFT_DELETED": "deleted",
    "SUSPENDED": "suspended",
}
_OVERLAP = datetime.timedelta(seconds=server_looks.OVERLAP_S)


def tell(api: Api, cursor: str | None) -> objects.Notices:
    """Tell what has happened to servers since a cursor; they may be told again."""
    known = _read(cursor)
    if known is None:
        now = _now(api)
        return objects.Notices(cursor=_write(now, now))
    asked, first = known
    changed = server_lists.read_all(
        api, server_looks.since(max(asked - _OVERLAP, first))
    )
    notices = (_notice(told) for told in changed.servers)
    return objects.Notices(
        cursor=_write(max(changed.at, asked), first),
        items=tuple(one for one in notices if one is not None and one.at >= first),
    )


def _now(api: Api) -> datetime.datetime:
    """Return the cloud's own time, to the second."""
    query = Query(what="The cloud's time", path="/servers", params={"limit": 1})
    _, at = api.read_dated(query)
    return (at or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)


def _notice(told: Mapping[str, Any]) -> objects.Notice | None:
    at = server_views.moment(told.get("updated"))
    if told["status"] not in _EVENTS or at is None:
        return None
    return objects.Notice(object_id=told["id"], event=_EVENTS[told["status"]], at=at)


def _write(asked: datetime.datetime, first: datetime.datetime) -> str:
    return f"{asked.isoformat()}|{first.isoformat()}"


def _read(cursor: str | None) -> tuple[datetime.datetime, datetime.datetime] | None:
    try:
        asked, first = map(datetime.datetime.fromisoformat, (cursor or "").split("|"))
    except ValueError:
        return None
    if asked.tzinfo is None or first.tzinfo is None:
        return None
    return asked, first
