"""Compute hosts of the cloud, in the zones that aggregates give them."""

import dataclasses

from senlin_like.domain import aggregates as rules
from senlin_like.drivers.hosts import Host
from senlin_like.operations import zones
from senlin_like.operations.credentials import cloud_answers
from senlin_like.operations.deps import Deps


def list_all(deps: Deps) -> list[Host]:
    """Return all hosts, with the zone that each one is in now.

    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    with deps.db.reader() as session:
        given = rules.zones(zones.groups(session))
    with cloud_answers():
        hosts = deps.driver.hosts.list_hosts()
    return [
        dataclasses.replace(host, zone=given.get(host.name, host.zone))
        for host in hosts
    ]
