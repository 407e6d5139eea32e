"""Load balancers of the simulated cloud."""

from senlin_like import exceptions
from senlin_like.drivers.simulated.account import AccountView


class SimulatedLoadBalancing:
    """Load balancers, of which this cloud has none, and their flavors."""

    def __init__(self, account: AccountView) -> None:
        self._account = account

    def find_load_balancer(self, identity: str) -> str:
        """Find no load balancer.

        :raises CloudNotFound: always.
        """
        with self._account.call("load_balancing.find_load_balancer", identity):
            raise exceptions.CloudNotFound("load balancer", identity)

    def find_flavor(self, identity: str) -> str:
        """Find a flavor of load balancers and return its id."""
        with self._account.call("load_balancing.find_flavor", identity):
            picture = self._account.world.picture
            return picture.get("load_balancer_flavor", identity).id
