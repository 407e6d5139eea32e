"""The driver itself: accounts, and bulk looks."""

import time
from collections.abc import Callable, Collection, Mapping

from senlin_like import exceptions
from senlin_like.drivers import balancing, base, ledger, messaging, objects
from senlin_like.drivers import containers as docker
from senlin_like.drivers import hosts as compute_hosts
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.drivers.simulated.compute import SimulatedCompute
from senlin_like.drivers.simulated.containers import SimulatedContainers
from senlin_like.drivers.simulated.hosts import SimulatedHosts
from senlin_like.drivers.simulated.identity import SimulatedIdentity
from senlin_like.drivers.simulated.images import SimulatedImages
from senlin_like.drivers.simulated.ledger import SimulatedLedger
from senlin_like.drivers.simulated.load_balancing import SimulatedLoadBalancing
from senlin_like.drivers.simulated.messaging import SimulatedMessaging
from senlin_like.drivers.simulated.network import SimulatedNetwork
from senlin_like.drivers.simulated.orchestration import SimulatedOrchestration
from senlin_like.drivers.simulated.volumes import SimulatedVolumes
from senlin_like.simulated_cloud import (
    balancers,
    containers,
    controls,
    seed,
    servers,
    stacks,
    world,
)

#: Whose calls those are that the service makes with its own permission.
SERVICE = "service"


def connect(
    options: DriverOptions, *, clock: Callable[[], float] = time.time
) -> base.Driver:
    """Make the driver of the cloud in the database ``options.simulated_url``.

    ``clock`` gives seconds since the epoch.

    :raises Invalid: when no database is named, or one that is only in memory.
    """
    if not options.simulated_url:
        raise exceptions.Invalid(
            "The simulated cloud needs a database: [simulated_cloud] connection."
        )
    settings = {
        "build_seconds": options.build_seconds,
        "build_jitter": options.build_jitter,
    }
    simulated = world.World(
        options.simulated_url,
        settings=settings,
        clock=clock,
        call_timeout_s=options.call_timeout_s,
    )
    return SimulatedDriver(simulated, region=options.region)


class SimulatedDriver:
    """The simulated cloud, before anybody's account is chosen."""

    def __init__(self, simulated: world.World, *, region: str | None = None) -> None:
        self.world = simulated
        self._region = region or seed.REGION
        self._identity = SimulatedIdentity(simulated)

    @property
    def identity(self) -> base.Identity:
        """Return the identity side."""
        return self._identity

    @property
    def region(self) -> str:
        """Return the region of accounts that name none."""
        return self._region

    @property
    def hosts(self) -> compute_hosts.Hosts:
        """Return the compute hosts of that region, as the service sees them."""
        owner = world.Owner(project=SERVICE, user=SERVICE, region=self._region)
        return SimulatedHosts(AccountView(world=self.world, owner=owner))

    def cloud(self, account: base.Account) -> base.Cloud:
        """Return an account's view.

        An account without a credential is believed.

        :raises TrustNotFound: when the account's credential can't be used.
        :raises CloudNotFound: when there is no such region.
        """
        credential = account.credential
        if credential is not None and not self._identity.check(
            account.user, account.project, credential
        ):
            raise exceptions.TrustNotFound(account.user, account.project)
        region = account.region or self._region
        self.world.picture.get("region", region)
        owner = world.Owner(project=account.project, user=account.user, region=region)
        return SimulatedCloud(AccountView(world=self.world, owner=owner))

    @property
    def controls(self) -> controls.Controls:
        """Return the levers of the cloud, for admins and tests."""
        return controls.Controls(self.world)

    def close(self) -> None:
        """Let go of connections."""
        self.world.close()


class SimulatedCloud:
    """One account's view of the simulated cloud."""

    def __init__(self, account: AccountView) -> None:
        self._account = account

    @property
    def compute(self) -> base.Compute:
        """Return the servers."""
        return SimulatedCompute(self._account)

    @property
    def images(self) -> base.Images:
        """Return the images."""
        return SimulatedImages(self._account)

    @property
    def network(self) -> base.Network:
        """Return networks, ports and public addresses."""
        return SimulatedNetwork(self._account)

    @property
    def load_balancing(self) -> balancing.LoadBalancing:
        """Return the load balancers."""
        return SimulatedLoadBalancing(self._account)

    @property
    def volumes(self) -> base.Volumes:
        """Return the volumes."""
        return SimulatedVolumes(self._account)

    @property
    def orchestration(self) -> base.Orchestration:
        """Return the stacks."""
        return SimulatedOrchestration(self._account)

    @property
    def containers(self) -> docker.Containers:
        """Return the containers."""
        return SimulatedContainers(self._account)

    @property
    def ledger(self) -> ledger.Ledger:
        """Return what carries our marks."""
        return SimulatedLedger(self._account)

    def list_regions(self) -> list[str]:
        """Return the names of all regions of the cloud."""
        with self._account.call("list_regions"):
            return list(self._account.world.picture.of("region"))

    @property
    def messaging(self) -> messaging.Messaging:
        """Return the queues."""
        return SimulatedMessaging(self._account)

    def look(
        self, kind: base.ObjectKind, ids: Collection[str]
    ) -> Mapping[str, base.Observed]:
        """Tell how far objects are, with one call per page of objects.

        Ports and addresses of hosts don't matter here: ids of containers are
        unique.
        """
        with self._account.call(f"look.{kind}"):
            simulated, owner = self._account.world, self._account.owner
            ids = list(ids)
            match kind:
                case base.ObjectKind.SERVER:
                    seen = servers.look(simulated, owner, ids)
                case base.ObjectKind.STACK:
                    seen = stacks.look(simulated, owner, ids)
                case base.ObjectKind.LOAD_BALANCER:
                    seen = balancers.look(simulated, owner, ids)
                case base.ObjectKind.CONTAINER:
                    bare = [objects.host_of(one)[1] for one in ids]
                    seen = containers.look(simulated, owner, bare)
            return {
                one: base.Observed(id=one, status=found.status, reason=found.reason)
                for one, found in zip(ids, seen, strict=True)
            }
