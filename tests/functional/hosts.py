"""A cloud whose hosts are what a test says; all else of it is the driver's own."""

import datetime
from typing import Any

from senlin_like.drivers.hosts import Host

SEEN = datetime.datetime(2026, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)


def a_host(number: int, **facts: Any) -> Host:
    """Make a host; numbers stand in its name and its id."""
    known = {
        "name": f"host{number}",
        "number": number,
        "id": f"00000000-0000-4000-8000-{number:012}",
        "zone": "nova",
        "state": "up",
        "status": "enabled",
        "servers": 0,
        "updated_at": SEEN,
    }
    return Host(**{**known, **facts})


class WithHosts:
    """A driver with other hosts; an error in their place is raised."""

    def __init__(self, driver: Any, *hosts: Host | Exception) -> None:
        self._driver = driver
        self._hosts = hosts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    @property
    def hosts(self) -> "WithHosts":
        return self

    def list_hosts(self) -> list[Host]:
        for one in self._hosts:
            if isinstance(one, Exception):
                raise one
        return [one for one in self._hosts if isinstance(one, Host)]

    def set_zones(self, zones: object) -> None:
        """Tests look at what the service says of zones, not the cloud."""
