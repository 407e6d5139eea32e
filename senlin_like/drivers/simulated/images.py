"""Images of the simulated cloud."""

from senlin_like.drivers import objects
from senlin_like.drivers.simulated.account import AccountView


class SimulatedImages:
    """Images to start servers from."""

    def __init__(self, account: AccountView) -> None:
        self._account = account

    def find_image(self, identity: str) -> objects.Image:
        """Find an image by id or name."""
        with self._account.call("images.find_image", identity):
            image = self._account.world.picture.get("image", identity)
            return objects.Image(
                id=image.id, name=image.name, status=image.attributes["status"]
            )
