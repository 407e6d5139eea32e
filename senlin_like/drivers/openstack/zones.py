"""Availability zones as Nova knows them: metadata of its own host aggregates.

Each zone that this service gives to hosts is an aggregate of its own, known by its
metadata. Those of the operator are read, and never changed.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers.openstack.account import Api, Query

ZONE = "availability_zone"
#: Metadata of our aggregates: the zone in which Nova has hosts that none gives one.
MARK = "senlin_like:zone_without_aggregates"
#: What that zone is called unless Nova is told otherwise.
_DEFAULT = "nova"
_PATH = "/os-aggregates"
Service = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Aggregate:
    """An aggregate of Nova."""

    id: int
    name: str
    zone: str | None
    hosts: tuple[str, ...]
    metadata: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Tell whether this service has made it to give hosts a zone."""
        return MARK in self.metadata


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """What has to be changed, in this order; ``empty`` are those left without hosts.

    Hosts that are in their zone anyway need no aggregate of ours. ``wanted`` has the
    hosts that are to be added to the aggregate of a zone, which may not be there
    yet, and ``default`` is as ``MARK`` has it.
    """

    leaving: tuple[tuple[Aggregate, str], ...]
    empty: tuple[Aggregate, ...]
    wanted: Mapping[str, tuple[str, ...]]
    known: Mapping[str, Aggregate]
    default: str

    @property
    def is_empty(self) -> bool:
        """Tell whether all is as it should be."""
        return not (self.leaving or self.empty or self.wanted)

    @classmethod
    def of(
        cls,
        there: Sequence[Aggregate],
        services: Iterable[Service],
        zones: Mapping[str, str],
    ) -> "Plan":
        """Find the differences; hosts that aren't there don't matter."""
        services = list(services)
        own = own_zones(there, services)
        zones = {
            host: zone
            for host, zone in zones.items()
            if host in own and own[host] != zone
        }
        ours = sorted((one for one in there if one.is_ours), key=lambda one: one.id)
        known: dict[str, Aggregate] = {}
        for one in ours:
            known.setdefault(str(one.zone), one)
        leaving = [
            (one, host)
            for one in ours
            for host in one.hosts
            if zones.get(host) != one.zone or known[str(one.zone)] is not one
        ]
        wanted: dict[str, tuple[str, ...]] = {}
        for host, zone in sorted(zones.items()):
            if zone not in known or host not in known[zone].hosts:
                wanted[zone] = (*wanted.get(zone, ()), host)
        needed = set(zones.values())
        empty = [
            one
            for one in ours
            if one.zone not in needed or known[str(one.zone)] is not one
        ]
        return cls(
            leaving=tuple(leaving),
            empty=tuple(empty),
            wanted=wanted,
            known=known,
            default=default_zone(there, services),
        )


def read(nova: Api) -> list[Aggregate]:
    """Return all aggregates, with one call."""
    query = Query(what="List aggregates", path=_PATH)
    return [_aggregate(one) for one in nova.read(query)["aggregates"]]


def own_zones(
    there: Sequence[Aggregate], services: Iterable[Service]
) -> dict[str, str]:
    """Return host → the zone that it is in as far as this service gives it none."""
    services = list(services)
    default = default_zone(there, services)
    foreign = _zones_of(one for one in there if not one.is_ours)
    return {one["host"]: foreign.get(one["host"], default) for one in services}


def default_zone(there: Sequence[Aggregate], services: Iterable[Service]) -> str:
    """Return the zone of hosts that no aggregate gives one.

    That is what Nova says of such a host. If there is none, it is what it said of one
    when our aggregates were made.
    """
    placed = _zones_of(there)
    told = [one["zone"] for one in services if one["host"] not in placed]
    noted = [one.metadata.get(MARK) for one in there]
    return next((zone for zone in (*told, *noted) if zone), _DEFAULT)


def check(plan: Plan, there: Sequence[Aggregate], servers: Mapping[str, int]) -> None:
    """See that Nova will take the changes.

    :raises CloudError: 409, naming host and reason.
    """
    foreign = {
        host: one for one in there if not one.is_ours and one.zone for host in one.hosts
    }
    given = {host: zone for zone, hosts in plan.wanted.items() for host in hosts}
    for host, zone in given.items():
        other = foreign.get(host)
        if other is not None and other.zone != zone:
            raise _conflict(
                f"Host '{host}' can't be in zone '{zone}': the aggregate "
                f"'{other.name}' ({other.id}) of Nova has it in zone '{other.zone}'."
            )
    before = _zones_of(there)
    left = {host for _aggregate, host in plan.leaving}
    for host in sorted(left | set(given)):
        own = foreign[host].zone if host in foreign else None
        after = given.get(host, own)
        if servers.get(host) and before.get(host) != after:
            raise _conflict(
                f"Host '{host}' has {servers[host]} servers, so that it can't go from "
                f"zone '{before.get(host, plan.default)}' to zone "
                f"'{after or plan.default}'."
            )


def carry_out(plan: Plan, nova: Api) -> None:
    """Make the changes, each with a call."""
    for aggregate, host in plan.leaving:
        remove(nova, aggregate, host)
    for zone, hosts in plan.wanted.items():
        aggregate = plan.known.get(zone) or _of_zone(nova, zone, plan.default)
        for host in hosts:
            add(nova, aggregate, host)
    for aggregate in plan.empty:
        delete(nova, aggregate)


def _of_zone(nova: Api, zone: str, default: str) -> Aggregate:
    """Make the aggregate of a zone, or finish one that was begun, with two calls.

    It has neither zone nor mark at first. Only one that has nothing else either is
    taken for such a one.
    """
    name = f"senlin-like-zone-{zone}"[:255]
    try:
        made = create(nova, name)
    except exceptions.CloudError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        found = [one for one in read(nova) if one.name == name]
        if not found or (found[0].metadata and not found[0].is_ours):
            raise
        made = found[0]
    metadata = {MARK: default, ZONE: zone}
    _act(nova, made, "Mark an aggregate", {"set_metadata": {"metadata": metadata}})
    return made


def create(nova: Api, name: str) -> Aggregate:
    """Make an aggregate without hosts."""
    body = {"aggregate": {"name": name}}
    query = Query(what="Make an aggregate", path=_PATH, body=body)
    return _aggregate(nova.change("POST", query)["aggregate"])


def add(nova: Api, aggregate: Aggregate, host: str) -> None:
    """Put a host into an aggregate; fine if it is there.

    :raises CloudNotFound: when there is no such host.
    """
    what = f"Put host {host} into an aggregate"
    try:
        _act(nova, aggregate, what, {"add_host": {"host": host}}, host)
    except exceptions.CloudError as error:
        already = "already has host" in error.message
        if error.status != HTTPStatus.CONFLICT or not already:
            raise


def remove(nova: Api, aggregate: Aggregate, host: str) -> None:
    """Take a host out of an aggregate; not an error if it isn't there."""
    what = f"Take host {host} out of an aggregate"
    try:
        _act(nova, aggregate, what, {"remove_host": {"host": host}}, host)
    except exceptions.CloudNotFound:
        return


def delete(nova: Api, aggregate: Aggregate) -> None:
    """Delete an aggregate without hosts; not an error if it is gone."""
    query = Query(
        what="Delete an aggregate",
        path=f"{_PATH}/{aggregate.id}",
        kind="aggregate",
        identity=aggregate.name,
    )
    try:
        nova.change("DELETE", query)
    except exceptions.CloudNotFound:
        return


def _act(
    nova: Api, aggregate: Aggregate, what: str, body: Mapping[str, Any], host: str = ""
) -> None:
    query = Query(
        what=what,
        path=f"{_PATH}/{aggregate.id}/action",
        body=body,
        kind="host" if host else "",
        identity=host,
    )
    nova.change("POST", query)


def _aggregate(one: Mapping[str, Any]) -> Aggregate:
    return Aggregate(
        id=one["id"],
        name=one["name"],
        zone=one["availability_zone"],
        hosts=tuple(one.get("hosts") or ()),
        metadata=one.get("metadata") or {},
    )


def _zones_of(there: Iterable[Aggregate]) -> dict[str, str]:
    return {host: one.zone for one in there if one.zone for host in one.hosts}


def _conflict(message: str) -> exceptions.CloudError:
    return exceptions.CloudError(message, HTTPStatus.CONFLICT)
