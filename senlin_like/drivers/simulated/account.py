"""One account of the simulated cloud, and how its calls are noted."""

import dataclasses

from senlin_like.simulated_cloud.world import Ongoing, Owner, World


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountView:
    """A cloud and whose part of it is worked on."""

    world: World
    owner: Owner

    def call(self, method: str, name: str = "") -> Ongoing:
        """Note a call; faults may strike it."""
        return self.world.call(method, self.owner.project, name)
