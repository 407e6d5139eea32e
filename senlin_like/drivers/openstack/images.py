"""Glance: images to start servers from."""

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.openstack import lookups
from senlin_like.drivers.openstack.account import AccountView, Query


class OpenStackImages:
    """Images to start servers from."""

    def __init__(self, account: AccountView) -> None:
        self._api = account.api("image")

    def find_image(self, identity: str) -> objects.Image:
        """Find an image by id or name."""
        found = self._read(identity) if lookups.is_uuid(identity) else None
        if found is None:
            query = Query(
                what=f"Images of the name '{identity}'",
                path="/images",
                params={"name": identity},
            )
            images = self._api.read(query)["images"]
            found = dict(lookups.choose("image", identity, images))
        return objects.Image(
            id=found["id"], name=found.get("name") or "", status=found["status"]
        )

    def _read(self, image_id: str) -> dict[str, str] | None:
        query = Query(
            what=f"Image {image_id}",
            path=f"/images/{image_id}",
            kind="image",
            identity=image_id,
        )
        try:
            return dict(self._api.read(query))
        except exceptions.CloudNotFound:
            return None
