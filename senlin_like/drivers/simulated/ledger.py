"""What of the simulated cloud carries our marks."""

import datetime
from collections.abc import Callable

from senlin_like.domain.leaks import Kind, Marked
from senlin_like.drivers import base, ledger, objects
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import marked

#: Gives the page of things after an id.
Page = Callable[[str], list[marked.Thing]]


class SimulatedLedger:
    """The marked things of an account's project, in its region."""

    def __init__(self, account: AccountView) -> None:
        self._account = account

    def list_marked(self, kind: Kind) -> list[Marked]:
        """Return all things of a kind that carry a mark; a call for each page."""
        world, owner = self._account.world, self._account.owner
        match kind:
            case Kind.SERVER:
                return self._list(
                    kind, lambda after: marked.servers(world, owner, after)
                )
            case Kind.STACK:
                key = base.NODE_MARK
                return self._list(
                    kind,
                    lambda after: marked.tagged_stacks(world, owner, after, key),
                )
            case Kind.PORT:
                return self._list(kind, lambda after: marked.ports(world, owner, after))
            case Kind.FLOATING_IP:
                return self._list(
                    kind, lambda after: marked.floating_ips(world, owner, after)
                )
            case Kind.LOAD_BALANCER:
                return self._list(
                    kind, lambda after: marked.load_balancers(world, owner, after)
                )
            case Kind.SERVER_GROUP:
                name = ledger.GROUP_NAME
                return self._list(
                    kind,
                    lambda after: marked.server_groups(world, owner, after, name),
                )
            case Kind.CONTAINER:
                return []

    def list_on_host(self, host: objects.ContainerHost) -> list[Marked]:
        """Return all containers of a host that carry a mark."""
        world, owner = self._account.world, self._account.owner
        return self._list(
            Kind.CONTAINER,
            lambda after: marked.on_host(world, owner, host.address, after),
            host,
        )

    def _list(
        self, kind: Kind, page_after: Page, host: objects.ContainerHost | None = None
    ) -> list[Marked]:
        found: list[Marked] = []
        after = ""
        while True:
            with self._account.call(f"ledger.list_marked.{kind}"):
                page = page_after(after)
            found += [self._marked(kind, thing, host) for thing in page]
            if len(page) < marked.PAGE:
                return found
            after = page[-1].id

    def _marked(
        self, kind: Kind, thing: marked.Thing, host: objects.ContainerHost | None
    ) -> Marked:
        made = thing.created_at
        owner = self._account.owner
        return Marked(
            kind=kind,
            id=thing.id if host is None else host.locate(thing.id),
            name=thing.name,
            mark=thing.mark,
            project=owner.project,
            region=owner.region,
            status=thing.status,
            created_at=None
            if made is None
            else datetime.datetime.fromtimestamp(made, datetime.UTC),
            cluster_id=thing.labels.get(base.CLUSTER_MARK),
            used_by=thing.used_by,
            is_going=thing.is_going,
        )
