"""Host aggregates: groups of compute hosts with metadata and an availability zone.

They belong to no project. Every change checks everything first, under the one
lock of all aggregates, and then writes all of it: no name is kept of a change
whose zone was refused. Statuses and texts of refusals are those of Nova's API.
"""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import aggregates, image_tasks, zone_notices
from senlin_like.db.aggregates import Record
from senlin_like.db.session import Session
from senlin_like.domain import aggregates as rules
from senlin_like.domain.aggregates import Grounds, Group, Standing
from senlin_like.operations import zones
from senlin_like.operations.credentials import cloud_answers
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

#: Metadata that is the aggregate's availability zone.
ZONE_KEY = aggregates.ZONE_KEY

#: An aggregate's id, or (as text) its id, UUID or name.
Key = int | str
Standings = Mapping[str, Standing]
Change = Callable[[Session, Record, Sequence[Record]], None]


def list_all(deps: Deps) -> list[dict[str, Any]]:
    """Return all aggregates."""
    with deps.db.reader() as session:
        return [_shown(record) for record in aggregates.list_all(session)]


def get(deps: Deps, key: Key) -> dict[str, Any]:
    """Return an aggregate.

    :raises AggregateNotFound: when there is none.
    """
    with deps.db.reader() as session:
        return _shown(find(aggregates.list_all(session), key))


def find(records: Sequence[Record], key: Key) -> Record:
    """Find an aggregate among all of them: ids go before UUIDs, and before names.

    :raises AggregateNotFound: when there is none.
    """
    fields = ("id",) if isinstance(key, int) else ("id", "uuid", "name")
    for field in fields:
        for record in records:
            if str(getattr(record, field)) == str(key):
                return record
    raise exceptions.AggregateNotFound(str(key))


def create(
    deps: Deps, ctx: RequestContext, *, name: str, zone: str | None
) -> dict[str, Any]:
    """Make an aggregate without hosts.

    :raises AggregateNameExists: when another one has the name.
    """
    row: dict[str, Any] = {
        "uuid": str(uuid.uuid4()),
        "name": name,
        "zone": zone,
        "meta_data": {},
        "created_at": deps.clock(),
    }

    def work(session: Session) -> Record:
        aggregates.lock(session)
        _check_name(aggregates.list_all(session), name)
        made_id = aggregates.insert(session, row)
        return find(aggregates.list_all(session), made_id)

    made = deps.db.transact(work)
    LOG.info("Aggregate %s '%s' made by %s", made.id, name, ctx.user_id)
    return _shown(made)


def update(
    deps: Deps, ctx: RequestContext, key: Key, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Give an aggregate another ``name``, ``availability_zone``, or both.

    :raises AggregateNotFound: when there is none.
    :raises AggregateNameExists: when another one has the name.
    :raises Invalid: when its hosts can't be in that zone.
    """
    standings = _standings(deps) if ZONE_KEY in changes else {}

    def change(session: Session, record: Record, records: Sequence[Record]) -> None:
        values: dict[str, Any] = {"updated_at": deps.clock()}
        begin = f"Cannot update aggregate {record.id}."
        if "name" in changes:
            _check_name([one for one in records if one is not record], changes["name"])
            values["name"] = changes["name"]
        if ZONE_KEY in changes:
            zone = changes[ZONE_KEY]
            _check_zone(begin, zone, record, standings, records)
            values["zone"] = zone
        aggregates.update(session, record.id, values)

    return _change(deps, ctx, key, change)


def set_metadata(
    deps: Deps, ctx: RequestContext, key: Key, metadata: Mapping[str, str | None]
) -> dict[str, Any]:
    """Add or replace metadata; those that are None are taken away, others stay.

    :raises AggregateNotFound: when there is none.
    :raises Invalid: when the zone in it can't be.
    """
    standings = _standings(deps) if ZONE_KEY in metadata else {}

    def change(session: Session, record: Record, records: Sequence[Record]) -> None:
        if not metadata:
            return
        values: dict[str, Any] = {"updated_at": deps.clock()}
        begin = f"Cannot update metadata of aggregate {record.id}."
        merged = {**record.meta_data, **metadata}
        if ZONE_KEY in merged:
            zone = merged.pop(ZONE_KEY)
            _check_zone(begin, zone, record, standings, records)
            values["zone"] = zone
        values["meta_data"] = {
            name: value for name, value in merged.items() if value is not None
        }
        aggregates.update(session, record.id, values)

    return _change(deps, ctx, key, change)


def add_host(deps: Deps, ctx: RequestContext, key: Key, host: str) -> dict[str, Any]:
    """Put a host of the cloud into an aggregate.

    :raises AggregateNotFound: when there is none.
    :raises HostNotFound: when the cloud has no such host.
    :raises AggregateHostExists: when it is in there.
    :raises ZoneConflict: when it would be in two zones, or its servers in another.
    """
    standings = _standings(deps)

    def change(session: Session, record: Record, records: Sequence[Record]) -> None:
        if host not in standings:
            raise exceptions.HostNotFound(host)
        refusal = rules.refuse_joining(
            _group(record), host, standings[host], _groups(records)
        )
        if refusal is not None:
            if refusal.grounds is Grounds.ALREADY_THERE:
                raise exceptions.AggregateHostExists(record.id, host)
            reason = refusal.reason
            if refusal.grounds is Grounds.IN_USE:
                reason = (
                    "The host cannot be added: the instances on it would get "
                    "into another availability zone."
                )
            raise exceptions.ZoneConflict(
                f"Cannot add host to aggregate {record.id}. Reason: {reason}"
            )
        aggregates.add_host(session, record.id, host)

    return _change(deps, ctx, key, change)


def remove_host(deps: Deps, ctx: RequestContext, key: Key, host: str) -> dict[str, Any]:
    """Take a host out of an aggregate, also one that the cloud has no more.

    :raises AggregateNotFound: when there is none.
    :raises HostNotFound: when the host isn't in there.
    :raises ZoneConflict: when its servers would get into another zone.
    """
    standings = _standings(deps)

    def change(session: Session, record: Record, records: Sequence[Record]) -> None:
        if host not in record.hosts:
            raise exceptions.HostNotFound(
                host, f"Cannot remove host {host} in aggregate {record.id}"
            )
        known = standings.get(host)
        if known is not None and rules.refuse_leaving(
            _group(record), host, known, _groups(records)
        ):
            raise exceptions.ZoneConflict(
                f"Cannot remove host from aggregate {record.id}. Reason: The host "
                "cannot be removed: the instances on it would get into another "
                "availability zone."
            )
        aggregates.remove_host(session, record.id, host)

    return _change(deps, ctx, key, change)


def delete(deps: Deps, ctx: RequestContext, key: Key) -> None:
    """Delete an aggregate without hosts.

    :raises AggregateNotFound: when there is none.
    :raises Invalid: when it has hosts.
    """

    def work(session: Session) -> int:
        aggregates.lock(session)
        record = find(aggregates.list_all(session), key)
        if record.hosts:
            raise exceptions.Invalid(
                f"Cannot remove host from aggregate {record.id}. Reason: Host "
                "aggregate is not empty."
            )
        image_tasks.cancel_all(session, record.uuid)
        aggregates.delete(session, record.id)
        return record.id

    deleted = deps.db.transact(work)
    LOG.info("Aggregate %s deleted by %s", deleted, ctx.user_id)
    # What was on its way there stops.
    deps.wake()


def _change(
    deps: Deps, ctx: RequestContext, key: Key, change: Change
) -> dict[str, Any]:
    """Change an aggregate under the lock of all; returns it as it is then."""

    def work(session: Session) -> Record:
        aggregates.lock(session)
        before = aggregates.list_all(session)
        record = find(before, key)
        change(session, record, before)
        after = aggregates.list_all(session)
        if rules.zones(_groups(before)) != rules.zones(_groups(after)):
            zone_notices.want(session)
        return find(after, record.id)

    changed = deps.db.transact(work)
    LOG.info("Aggregate %s changed by %s", changed.id, ctx.user_id)
    zones.tell(deps)
    return _shown(changed)


def _check_name(others: Sequence[Record], name: str) -> None:
    if any(record.name == name for record in others):
        raise exceptions.AggregateNameExists(name)


def _check_zone(
    begin: str,
    zone: str | None,
    record: Record,
    standings: Standings,
    records: Sequence[Record],
) -> None:
    """Refuse a zone that an aggregate can't have; ``begin`` begins the message."""
    if not zone:
        raise exceptions.Invalid(
            f"{begin} Reason: Aggregate {record.name} does not support empty named "
            "availability zone."
        )
    refusal = rules.refuse_zone(_group(record), zone, standings, _groups(records))
    if refusal is not None:
        raise exceptions.Invalid(f"{begin} Reason: {refusal.reason}")


def _standings(deps: Deps) -> Standings:
    """Ask the cloud for its hosts.

    :raises ServiceUnavailable: when it can't be asked now.
    """
    with cloud_answers():
        hosts = deps.driver.hosts.list_hosts()
    return {
        host.name: Standing(own_zone=host.zone, is_in_use=host.servers > 0)
        for host in hosts
    }


def _group(record: Record) -> Group:
    return Group(id=record.id, zone=record.zone, hosts=record.hosts)


def _groups(records: Sequence[Record]) -> list[Group]:
    return [_group(record) for record in records]


def _shown(record: Record) -> dict[str, Any]:
    """Return an aggregate by the names of the API."""
    zone = {} if record.zone is None else {ZONE_KEY: record.zone}
    return {
        "id": record.id,
        "uuid": record.uuid,
        "name": record.name,
        "availability_zone": record.zone,
        "hosts": list(record.hosts),
        "metadata": {**record.meta_data, **zone},
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "deleted": False,
        "deleted_at": None,
    }
