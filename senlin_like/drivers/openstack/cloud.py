"""The driver itself: accounts, and bulk looks."""

from collections.abc import Collection, Mapping

from senlin_like import exceptions
from senlin_like.drivers import balancing, base, messaging
from senlin_like.drivers import containers as protocols
from senlin_like.drivers import hosts as compute_hosts
from senlin_like.drivers import ledger as ledgers
from senlin_like.drivers.docker.containers import DockerContainers, Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.openstack import load_balancing, orchestration, server_looks
from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.compute import OpenStackCompute
from senlin_like.drivers.openstack.hosts import OpenStackHosts
from senlin_like.drivers.openstack.identity import OpenStackIdentity
from senlin_like.drivers.openstack.images import OpenStackImages
from senlin_like.drivers.openstack.ledger import OpenStackLedger
from senlin_like.drivers.openstack.load_balancing import OpenStackLoadBalancing
from senlin_like.drivers.openstack.messaging import OpenStackMessaging
from senlin_like.drivers.openstack.network import OpenStackNetwork
from senlin_like.drivers.openstack.orchestration import OpenStackOrchestration
from senlin_like.drivers.openstack.sessions import Sessions
from senlin_like.drivers.openstack.volumes import OpenStackVolumes
from senlin_like.drivers.options import DriverOptions


def connect(options: DriverOptions) -> "OpenStackDriver":
    """Make the driver of the cloud that the service's own account is in.

    :raises Invalid: when the account isn't configured.
    """
    sessions = Sessions(
        options.service_user,
        region=options.region,
        timeout_s=options.call_timeout_s,
    )
    engines = Engines(options.docker, timeout_s=options.call_timeout_s)
    return OpenStackDriver(sessions, Room(engines=engines))


class OpenStackDriver:
    """OpenStack, before anybody's account is chosen."""

    def __init__(self, sessions: Sessions, room: Room) -> None:
        self._sessions = sessions
        self._room = room
        self._servers = server_looks.Memory()

    @property
    def identity(self) -> base.Identity:
        """Return the identity side."""
        return OpenStackIdentity(self._sessions)

    @property
    def region(self) -> str | None:
        """Return the region of accounts that name none."""
        return self._sessions.region

    @property
    def hosts(self) -> compute_hosts.Hosts:
        """Return the compute hosts of that region, as the service sees them."""
        return OpenStackHosts(AccountView(self._sessions, None, self.region))

    def cloud(self, account: base.Account) -> "OpenStackCloud":
        """Return an account's view.

        :raises TrustNotFound: when the account's credential can't be used.
        """
        region = account.region or self.region
        view = AccountView(self._sessions, account, region)
        view.check()
        service = AccountView(self._sessions, None, region)
        looks = self._servers.of(account, region)
        containers = DockerContainers(self._room, account.project)
        return OpenStackCloud(view, service, looks, containers)

    def close(self) -> None:
        """Let go of connections."""
        self._sessions.close()
        self._room.close()


class OpenStackCloud:
    """One account's view of OpenStack."""

    def __init__(
        self,
        account: AccountView,
        service: AccountView,
        looks: server_looks.Looks,
        containers: DockerContainers,
    ) -> None:
        self._account = account
        self._service = service
        self._looks = looks
        self._containers = containers

    @property
    def compute(self) -> base.Compute:
        """Return the servers."""
        return OpenStackCompute(self._account, self._service, self._looks)

    @property
    def images(self) -> base.Images:
        """Return the images."""
        return OpenStackImages(self._account)

    @property
    def volumes(self) -> base.Volumes:
        """Return the volumes."""
        return OpenStackVolumes(self._account)

    def list_regions(self) -> list[str]:
        """Return the names of all regions of the cloud."""
        query = Query(what="List regions", path="/regions")
        found = self._account.api("identity").read(query)
        return sorted(one["id"] for one in found["regions"])

    @property
    def messaging(self) -> messaging.Messaging:
        """Return the queues.

        :raises CloudNotFound: when the cloud has no messaging service.
        """
        if not self._account.has("messaging"):
            raise exceptions.CloudNotFound("service", "messaging")
        return OpenStackMessaging(self._account.for_messaging())

    @property
    def network(self) -> base.Network:
        """Return networks, ports and public addresses."""
        return OpenStackNetwork(self._account, self._looks.ports)

    @property
    def load_balancing(self) -> balancing.LoadBalancing:
        """Return the load balancers."""
        return OpenStackLoadBalancing(self._account)

    @property
    def orchestration(self) -> base.Orchestration:
        """Return the stacks."""
        return OpenStackOrchestration(self._account)

    @property
    def containers(self) -> protocols.Containers:
        """Return the containers on servers."""
        return self._containers

    @property
    def ledger(self) -> ledgers.Ledger:
        """Return what carries our marks."""
        return OpenStackLedger(self._account, self._containers)

    def look(
        self, kind: base.ObjectKind, ids: Collection[str]
    ) -> Mapping[str, base.Observed]:
        """Tell how far objects are, with one call per page of objects."""
        match kind:
            case base.ObjectKind.SERVER:
                return self._looks.look(self._account.api("compute"), ids)
            case base.ObjectKind.STACK:
                return orchestration.look(self._account, ids)
            case base.ObjectKind.LOAD_BALANCER:
                return load_balancing.look(self._account, ids)
            case base.ObjectKind.CONTAINER:
                return self._containers.look(ids)
