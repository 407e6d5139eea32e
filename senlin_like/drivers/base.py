"""What a cloud has to offer, whichever it is.

No call blocks until an object reaches a state: calls start a change, and
``Cloud.look`` tells in bulk how far the objects are. Every call may raise

* ``CloudNotFound``: the object isn't there,
* ``CloudBusy``: nothing was done, ask again later,
* ``CloudUnsure``: it may have been done or not (a timeout, a broken
  connection): look before you ask again,
* ``CloudError``: the cloud refused; the message is for people.
"""

import dataclasses
import enum
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from senlin_like.drivers import balancing, ledger, messaging, objects
from senlin_like.drivers import containers as docker
from senlin_like.drivers import hosts as compute_hosts

#: Metadata key that ties a server to its node; part of the wire contract.
NODE_MARK = "cluster_node_id"
CLUSTER_MARK = "cluster_id"
INDEX_MARK = "cluster_node_index"


class ObjectKind(enum.StrEnum):
    """What can be waited for."""

    SERVER = "server"
    STACK = "stack"
    CONTAINER = "container"
    LOAD_BALANCER = "load_balancer"


#: Status that ``Cloud.look`` gives to an object that isn't there.
GONE = "GONE"
#: Status that ``Cloud.look`` gives to an object whose host can't be asked now.
UNREACHABLE = "UNREACHABLE"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Account:
    """Whose resources are worked on, and where.

    ``credential`` is what the identity driver stored for the owner.
    """

    user: str
    project: str
    region: str | None = None
    credential: Mapping[str, Any] | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Observed:
    """How an object was seen in a bulk look.

    ``status`` is the cloud's own word (``ACTIVE``, ``CREATE_COMPLETE``) or
    ``GONE``; ``reason`` is a fault in words, if there is one.
    """

    id: str
    status: str
    reason: str = ""


class Compute(Protocol):
    """Servers, and what they are made of."""

    def find_flavor(self, identity: str) -> objects.Flavor:
        """Find a flavor by id or name."""

    def find_keypair(self, name: str) -> str:
        """Find a key pair and return its name."""

    def zone_is_available(self, name: str) -> bool:
        """Tell whether an availability zone exists and is available."""

    def list_zones(self) -> list[str]:
        """Return the names of the availability zones that are available."""

    def create_server(self, request: objects.ServerRequest) -> objects.Server:
        """Ask for a server; it builds on its own."""

    def get_server(self, server_id: str) -> objects.Server:
        """Return one server with everything known of it."""

    def list_addresses(
        self, server_ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
        """Return the addresses of servers as ``Server.addresses`` has them.

        With one call per page of servers; those that are gone are left out.
        """

    def find_marked(self, node_id: str) -> list[objects.Server]:
        """Return the servers that carry the mark of a node (usually one)."""

    def delete_server(self, server_id: str, *, force: bool = False) -> None:
        """Ask for a server to be deleted; not an error if it is gone."""

    def rename_server(self, server_id: str, name: str) -> None:
        """Give a server another name."""

    def act(self, server_id: str, operation: str, params: Mapping[str, Any]) -> None:
        """Start an operation on a server.

        ``operation`` is one of ``reboot`` (type SOFT|HARD), ``rebuild`` (image, name,
        admin_pass), ``resize`` (flavor), ``confirm_resize``, ``revert_resize``,
        ``change_password`` (admin_pass), ``pause``, ``unpause``, ``suspend``,
        ``resume``, ``lock``, ``unlock``, ``start``, ``stop``, ``rescue`` (image),
        ``unrescue``, ``evacuate`` (host, force), ``migrate``.
        """

    def find_operations(self, server_id: str, since: float) -> Collection[str]:
        """Name the operations begun on a server since a time in epoch seconds."""

    def set_metadata(self, server_id: str, values: Mapping[str, str]) -> None:
        """Add or overwrite metadata keys; others stay."""

    def delete_metadata(self, server_id: str, keys: Collection[str]) -> None:
        """Remove metadata keys; those that aren't there don't matter."""

    def attach_port(self, server_id: str, port_id: str) -> None:
        """Plug a port into a server."""

    def detach_port(self, server_id: str, port_id: str) -> None:
        """Unplug a port; not an error if it isn't plugged."""

    def find_server_group(self, identity: str) -> objects.ServerGroup:
        """Find a server group by id or name."""

    def list_server_groups(self, name: str) -> list[objects.ServerGroup]:
        """Return all server groups of a name, the oldest first."""

    def create_server_group(
        self, name: str, policies: Sequence[str]
    ) -> objects.ServerGroup:
        """Make a server group.

        Nothing but its name can tell whose it is: choose one that nobody else
        has, and look for it before asking again.
        """

    def delete_server_group(self, group_id: str) -> None:
        """Delete a server group, its servers stay; not an error if it is gone."""

    def look_at_hypervisors(
        self, server_ids: Collection[str]
    ) -> Mapping[str, objects.Hypervisor]:
        """Tell how the hypervisors of servers are, by the servers' ids.

        A constant number of calls per page of servers. A server that is gone,
        or is on no hypervisor, has no entry.
        """

    def notices(self, cursor: str | None) -> objects.Notices:
        """Tell what has happened to the account's servers since a cursor.

        Without one nothing is told but the cursor of the present. An unknown
        cursor is like none.
        """


class Images(Protocol):
    """Images to start servers from."""

    def find_image(self, identity: str) -> objects.Image:
        """Find an image by id or name."""


class Network(Protocol):
    """Networks, ports and public addresses. Finding is by id or name."""

    def find_network(self, identity: str) -> str:
        """Find a network and return its id."""

    def find_subnet(self, identity: str) -> str:
        """Find a subnet and return its id."""

    def get_subnet(self, identity: str) -> objects.Subnet:
        """Find a subnet and return what is known of it."""

    def find_security_group(self, identity: str) -> str:
        """Find a security group and return its id."""

    def find_port(self, identity: str) -> objects.Port:
        """Find a port."""

    def find_ports_marked(self, node_id: str) -> list[objects.Port]:
        """Return the ports that were made for a node."""

    def create_port(
        self,
        network_id: str,
        *,
        node_id: str,
        fixed_ips: Sequence[Mapping[str, str]] = (),
        security_group_ids: Sequence[str] | None = None,
        vnic_type: str | None = None,
    ) -> objects.Port:
        """Make a port that carries the mark of a node."""

    def update_port(self, port_id: str, *, security_group_ids: Sequence[str]) -> None:
        """Give a port other security groups."""

    def delete_port(self, port_id: str) -> None:
        """Delete a port; not an error if it is gone."""

    def find_floating_ip(self, address: str) -> objects.FloatingIp | None:
        """Find a public address."""

    def find_floating_ips_marked(self, node_id: str) -> list[objects.FloatingIp]:
        """Return the public addresses that were made for a node."""

    def create_floating_ip(
        self,
        network_id: str,
        *,
        port_id: str,
        node_id: str,
        address: str | None = None,
    ) -> objects.FloatingIp:
        """Make a public address that leads to a port and carries a node's mark."""

    def associate_floating_ip(self, floating_ip_id: str, port_id: str | None) -> None:
        """Lead a public address to a port, or to none."""

    def delete_floating_ip(self, floating_ip_id: str) -> None:
        """Give a public address back; not an error if it is gone."""


class Volumes(Protocol):
    """Volumes that servers start from. Finding is by id or name."""

    def find_volume(self, identity: str) -> Mapping[str, Any]:
        """Return ``{"id", "status", "image_id"}`` of a volume."""

    def find_volume_type(self, identity: str) -> str:
        """Find a volume type and return its name."""

    def find_snapshot(self, identity: str) -> str:
        """Find a volume snapshot and return its id."""


class Orchestration(Protocol):
    """Stacks of resources made from templates.

    ``arguments`` of create and update: ``template``, ``template_url``,
    ``parameters``, ``files``, ``environment``, ``timeout_mins``,
    ``disable_rollback``.
    """

    def preview_stack(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Check a template.

        :raises CloudError: when the template isn't right, with the reason.
        """

    def create_stack(
        self, name: str, arguments: Mapping[str, Any], tags: Sequence[str]
    ) -> objects.Stack:
        """Ask for a stack."""

    def get_stack(self, stack_id: str) -> objects.Stack:
        """Return one stack."""

    def find_tagged(self, tag: str) -> list[objects.Stack]:
        """Return the stacks that carry a tag."""

    def update_stack(
        self,
        stack_id: str,
        arguments: Mapping[str, Any],
        tags: Sequence[str] | None = None,
    ) -> None:
        """Ask for a change; arguments that are left out stay.

        :raises CloudBusy: while another change is under way, if the cloud can't
            have a second one then.
        """

    def check_stack(self, stack_id: str) -> None:
        """Ask for a check of the stack's resources."""

    def delete_stack(self, stack_id: str) -> None:
        """Ask for a stack to be deleted; not an error if it is gone."""

    def abandon_stack(self, stack_id: str) -> None:
        """Let the cloud forget a stack, but keep what it is made of."""

    def export_stack(self, stack_id: str) -> Mapping[str, Any]:
        """Return what a stack was made from.

        The keys: ``template``, ``environment``, ``files``, ``parameters``,
        ``timeout_mins`` and ``disable_rollback``.
        """


class Cloud(Protocol):
    """One account's view of a cloud."""

    @property
    def compute(self) -> Compute:
        """Return the servers."""

    @property
    def images(self) -> Images:
        """Return the images."""

    @property
    def network(self) -> Network:
        """Return networks, ports and public addresses."""

    @property
    def load_balancing(self) -> balancing.LoadBalancing:
        """Return the load balancers."""

    @property
    def volumes(self) -> Volumes:
        """Return the volumes."""

    @property
    def orchestration(self) -> Orchestration:
        """Return the stacks."""

    @property
    def containers(self) -> docker.Containers:
        """Return the containers."""

    @property
    def ledger(self) -> ledger.Ledger:
        """Return what carries our marks."""

    def list_regions(self) -> list[str]:
        """Return the names of all regions of the cloud."""

    @property
    def messaging(self) -> messaging.Messaging:
        """Return the queues.

        :raises CloudNotFound: when the cloud has no messaging service.
        """

    def look(self, kind: ObjectKind, ids: Collection[str]) -> Mapping[str, Observed]:
        """Tell how far objects are, with one call per page of objects.

        Every id has an entry in the answer; ``GONE`` where there is no object.
        The ids of containers are what ``ContainerHost.locate`` makes of them.
        """


class Identity(Protocol):
    """Permissions to act for a user after the request has ended."""

    def delegate(
        self, user: str, project: str, roles: Sequence[str], token: str | None
    ) -> Mapping[str, Any]:
        """Make a permission to act for the caller; a JSON value to be stored."""

    def is_valid(self, credential: Mapping[str, Any]) -> bool:
        """Tell whether a stored permission can still be used."""

    def roles(
        self, user: str, project: str, credential: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Return the roles that a stored permission gives now.

        :raises TrustNotFound: when it can't be used to act for this user there.
        """

    def revoke(self, credential: Mapping[str, Any]) -> None:
        """End a permission; not an error if it has ended."""


class Driver(Protocol):
    """A cloud, before anybody's account is chosen."""

    @property
    def identity(self) -> Identity:
        """Return the identity side."""

    @property
    def region(self) -> str | None:
        """Return the region of accounts that name none; known without a call."""

    @property
    def hosts(self) -> compute_hosts.Hosts:
        """Return the compute hosts of that region."""

    def cloud(self, account: Account) -> Cloud:
        """Return an account's view; cheap, connections are kept.

        :raises TrustNotFound: when the account's credential can't be used.
        """

    def close(self) -> None:
        """Let go of connections."""
