"""What of OpenStack carries our marks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain.leaks import Kind, Marked
from senlin_like.drivers import base, ledger, objects
from senlin_like.drivers.docker.containers import DockerContainers
from senlin_like.drivers.docker.ledger import DockerLedger
from senlin_like.drivers.openstack import (
    marks,
    octavia,
    orchestration,
    server_groups,
    server_lists,
    server_views,
)
from senlin_like.drivers.openstack.account import AccountView, Query

Told = Mapping[str, Any]

_DELETING = "deleting"
_PUT_ASIDE = "SOFT_DELETED"
_STACK_GOES = "DELETE_IN_PROGRESS"


class OpenStackLedger:
    """The marked things of an account's project, in its region."""

    def __init__(self, account: AccountView, containers: DockerContainers) -> None:
        self._account = account
        self._on_hosts = DockerLedger(containers, account.project, account.region or "")
        self._lists: Mapping[Kind, Callable[[], Iterator[Marked]]] = {
            Kind.SERVER: self._servers,
            Kind.STACK: self._stacks,
            Kind.PORT: self._ports,
            Kind.FLOATING_IP: self._floating_ips,
            Kind.LOAD_BALANCER: self._load_balancers,
            Kind.SERVER_GROUP: self._server_groups,
        }
        self._services = {
            Kind.STACK: "orchestration",
            Kind.LOAD_BALANCER: "load_balancer",
        }

    def list_marked(self, kind: Kind) -> list[Marked]:
        """Return all things of a kind that carry a mark, in any status.

        :raises CloudBusy: when a part of the cloud can't tell now.
        """
        service = self._services.get(kind)
        if kind not in self._lists or (service and not self._account.has(service)):
            return []
        return list(self._lists[kind]())

    def list_on_host(self, host: objects.ContainerHost) -> list[Marked]:
        """Return all containers of a host that carry a mark, in any status.

        :raises HostUnreachable: when Docker doesn't answer there.
        """
        return self._on_hosts.list_on_host(host)

    def _servers(self) -> Iterator[Marked]:
        listed = server_lists.read_all(self._account.api("compute"))
        for told in listed.servers:
            if server_views.is_partial(told):
                raise exceptions.CloudBusy(f"Server {told['id']} can't be asked now.")
            metadata = told["metadata"]
            if base.NODE_MARK in metadata:
                is_deleting = told.get("OS-EXT-STS:task_state") == _DELETING
                yield self._marked(
                    Kind.SERVER,
                    told,
                    mark=metadata[base.NODE_MARK],
                    cluster_id=metadata.get(base.CLUSTER_MARK),
                    status=told["status"],
                    created_at=server_views.moment(told["created"]),
                    is_going=is_deleting or told["status"] == _PUT_ASIDE,
                )

    def _stacks(self) -> Iterator[Marked]:
        for told in orchestration.list_all(self._account):
            tags = _tags(told)
            if base.NODE_MARK in tags:
                yield self._marked(
                    Kind.STACK,
                    {"id": told["id"], "name": told["stack_name"]},
                    mark=tags[base.NODE_MARK],
                    cluster_id=tags.get(base.CLUSTER_MARK),
                    status=told["stack_status"],
                    created_at=server_views.moment(told["creation_time"]),
                    is_going=told["stack_status"] == _STACK_GOES,
                )

    def _ports(self) -> Iterator[Marked]:
        for told in self._neutron("/ports", "ports"):
            mark = marks.of(told)
            if mark is not None:
                yield self._marked(
                    Kind.PORT,
                    told,
                    mark=mark,
                    status=told["status"],
                    created_at=server_views.moment(told.get("created_at")),
                    used_by=told.get("device_id") or None,
                )

    def _floating_ips(self) -> Iterator[Marked]:
        for told in self._neutron("/floatingips", "floatingips"):
            mark = marks.of(told)
            if mark is not None:
                yield self._marked(
                    Kind.FLOATING_IP,
                    {"id": told["id"], "name": told["floating_ip_address"]},
                    mark=mark,
                    status=told["status"],
                    created_at=server_views.moment(told.get("created_at")),
                    used_by=told.get("port_id") or None,
                )

    def _load_balancers(self) -> Iterator[Marked]:
        what = "Listing load balancers"
        pages = octavia.Octavia(self._account).pages(octavia.LOAD_BALANCER, what, [])
        for told in (one for page in pages for one in page):
            tags = _tags(told)
            if octavia.KEY in tags:
                yield self._marked(
                    Kind.LOAD_BALANCER,
                    told,
                    mark=tags[octavia.KEY],
                    status=told["provisioning_status"],
                    created_at=server_views.moment(told["created_at"]),
                    is_going=told["provisioning_status"] == "PENDING_DELETE",
                )

    def _server_groups(self) -> Iterator[Marked]:
        for one in server_groups.list_all(self._account.api("compute")):
            if one.name.startswith(ledger.GROUP_NAME):
                yield self._marked(
                    Kind.SERVER_GROUP,
                    {"id": one.id, "name": one.name},
                    mark=one.name.removeprefix(ledger.GROUP_NAME),
                    used_by=next(iter(one.server_ids), None),
                )

    def _neutron(self, path: str, listed: str) -> Iterator[Told]:
        params = {"project_id": self._account.project}
        query = Query(what=f"Listing {listed}", path=path, params=params)
        for page in self._account.api("network").pages(query, listed):
            yield from page

    def _marked(self, kind: Kind, told: Told, **more: Any) -> Marked:
        return Marked(
            kind=kind,
            id=told["id"],
            name=told.get("name") or "",
            project=self._account.project,
            region=self._account.region,
            **more,
        )


def _tags(told: Told) -> dict[str, str]:
    """Return the tags of the form ``KEY=VALUE``."""
    return dict(tag.split("=", 1) for tag in told.get("tags") or () if "=" in tag)
