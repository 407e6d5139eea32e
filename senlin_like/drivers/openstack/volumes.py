"""Cinder: volumes that servers start from."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers.openstack import lookups
from senlin_like.drivers.openstack.account import AccountView, Query


class OpenStackVolumes:
    """Volumes that servers start from."""

    def __init__(self, account: AccountView) -> None:
        self._api = account.api("block_storage")

    def find_volume(self, identity: str) -> Mapping[str, Any]:
        """Return ``{"id", "status", "image_id"}`` of a volume."""
        found = self._find("volume", identity)
        image = found.get("volume_image_metadata") or {}
        return {
            "id": found["id"],
            "status": found["status"],
            "image_id": image.get("image_id"),
        }

    def find_volume_type(self, identity: str) -> str:
        """Find a volume type and return its name."""
        query = Query(what="Volume types", path="/types")
        pages = self._api.pages(query, "volume_types")
        types = [one for page in pages for one in page]
        return str(lookups.choose("volume type", identity, types)["name"])

    def find_snapshot(self, identity: str) -> str:
        """Find a volume snapshot and return its id."""
        return str(self._find("snapshot", identity)["id"])

    def _find(self, kind: str, identity: str) -> Mapping[str, Any]:
        if lookups.is_uuid(identity):
            query = Query(
                what=f"Finding {kind} {identity}",
                path=f"/{kind}s/{identity}",
                kind=kind,
                identity=identity,
            )
            try:
                found: Mapping[str, Any] = self._api.read(query)[kind]
            except exceptions.CloudNotFound:
                pass
            else:
                return found
        query = Query(
            what=f"Finding {kind} '{identity}'",
            path=f"/{kind}s/detail",
            params={"name": identity},
        )
        # Cinder ignores filters that its operator has turned off.
        pages = self._api.pages(query, f"{kind}s")
        return lookups.choose(kind, identity, [one for page in pages for one in page])
