"""The driver itself: accounts that have containers, and nothing else."""

from collections.abc import Collection, Mapping
from typing import Never

from senlin_like import exceptions
from senlin_like.drivers import base
from senlin_like.drivers import containers as protocols
from senlin_like.drivers import hosts as compute_hosts
from senlin_like.drivers import ledger as ledgers
from senlin_like.drivers.docker.containers import DockerContainers, Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.docker.hosts import DockerHosts, DockerImages
from senlin_like.drivers.docker.identity import DockerIdentity
from senlin_like.drivers.docker.ledger import DockerLedger
from senlin_like.drivers.options import DriverOptions

#: The one region, where the configuration gives it no other name.
REGION = "docker"


def connect(options: DriverOptions) -> "DockerDriver":
    """Make the driver of the Docker engine that ``options.docker`` names.

    The engine needn't be up: it is asked when it is needed.

    :raises Invalid: when an option is wrong, or Docker's own package is missing.
    """
    engines = Engines(options.docker, timeout_s=options.call_timeout_s)
    engines.check()
    return DockerDriver(Room(engines=engines), region=options.region or REGION)


class DockerDriver:
    """A Docker engine, before anybody's account is chosen."""

    def __init__(self, room: Room, *, region: str) -> None:
        self._room = room
        self._region = region
        self._identity = DockerIdentity()

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
        """Return the engine's host."""
        return DockerHosts(self._room.engines)

    def cloud(self, account: base.Account) -> base.Cloud:
        """Return an account's view.

        :raises TrustNotFound: when the account's credential can't be used, or it
            has none.
        :raises CloudNotFound: when there is no such region.
        """
        self._identity.check(account.user, account.project, account.credential)
        if account.region not in (None, self._region):
            raise exceptions.CloudNotFound("region", str(account.region))
        return DockerCloud(self._room, account.project, self._region)

    def close(self) -> None:
        """Let go of connections."""
        self._room.close()


class DockerCloud:
    """One account's view of a Docker engine."""

    def __init__(self, room: Room, project: str, region: str) -> None:
        self._room = room
        self._project = project
        self._region = region
        self._containers = DockerContainers(room, project, has_own_host=True)

    @property
    def containers(self) -> protocols.Containers:
        """Return the containers."""
        return self._containers

    @property
    def images(self) -> base.Images:
        """Return the images that the engine has."""
        return DockerImages(self._room.engines)

    @property
    def compute(self) -> Never:
        """Refuse: there are no servers.

        :raises CloudError: always, as all that this cloud lacks.
        """
        raise _lacking("servers")

    @property
    def network(self) -> Never:
        """Refuse: there are no networks."""
        raise _lacking("networks")

    @property
    def load_balancing(self) -> Never:
        """Refuse: there are no load balancers."""
        raise _lacking("load balancers")

    @property
    def volumes(self) -> Never:
        """Refuse: there are no volumes to start from."""
        raise _lacking("volumes")

    @property
    def orchestration(self) -> Never:
        """Refuse: there are no stacks."""
        raise _lacking("stacks")

    @property
    def messaging(self) -> Never:
        """Refuse: there are no queues.

        :raises CloudNotFound: always.
        """
        raise exceptions.CloudNotFound("messaging service", "the Docker cloud")

    @property
    def ledger(self) -> ledgers.Ledger:
        """Return what carries our marks."""
        return DockerLedger(self._containers, self._project, self._region)

    def list_regions(self) -> list[str]:
        """Return the name of the one region."""
        return [self._region]

    def look(
        self, kind: base.ObjectKind, ids: Collection[str]
    ) -> Mapping[str, base.Observed]:
        """Tell how far containers are, with one call; nothing else is there.

        :raises CloudBusy: when the engine can't be asked.
        """
        if kind is base.ObjectKind.CONTAINER:
            return self._containers.look(ids)
        return {one: base.Observed(id=one, status=base.GONE) for one in ids}


def _lacking(what: str) -> exceptions.CloudError:
    return exceptions.CloudError(f"The Docker cloud has no {what}.", 400)
