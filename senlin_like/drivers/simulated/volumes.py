"""Volumes of the simulated cloud."""

from collections.abc import Mapping
from typing import Any

from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import volumes


class SimulatedVolumes:
    """Volumes that servers start from."""

    def __init__(self, account: AccountView) -> None:
        self._account = account

    def find_volume(self, identity: str) -> Mapping[str, Any]:
        """Return ``{"id", "status", "image_id"}`` of a volume."""
        with self._account.call("volumes.find_volume", identity):
            return volumes.find(self._account.world, self._account.owner, identity)

    def find_volume_type(self, identity: str) -> str:
        """Find a volume type and return its name."""
        with self._account.call("volumes.find_volume_type", identity):
            return self._account.world.picture.get("volume_type", identity).name

    def find_snapshot(self, identity: str) -> str:
        """Find a volume snapshot and return its id."""
        with self._account.call("volumes.find_snapshot", identity):
            return self._account.world.picture.get("snapshot", identity).id
