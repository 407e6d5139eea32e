"""Images of the simulated cloud."""

from senlin_like.drivers import base
from senlin_like.drivers.simulated.account import AccountView


class SimulatedImages:
    """Images to start servers from."""

    def __init__(self, account: AccountView) -> None:
        self._account = account

    def find_image(self, identity: str) -> base.Image:
        """Find an image by id or name."""
        with self._account.call("images.find_image", identity):
            image = self._account.world.picture.get("image", identity)
            return base.Image(
                id=image.id, name=image.name, status=image.attributes["status"]
            )
