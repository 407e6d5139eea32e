"""What of a cloud carries our marks: everything, whoever it belongs to by now.

The marks, and where a driver finds them:

* servers: the metadata key ``base.NODE_MARK``, and ``base.CLUSTER_MARK``;
* stacks: tags ``KEY=VALUE`` with these keys;
* containers: the label ``base.NODE_MARK``;
* ports and public addresses: what ``Network.create_port`` and
  ``create_floating_ip`` have put on them (in Neutron a text field such as
  ``description``, for names may be changed by users);
* load balancers: what ``LoadBalancerRequest.mark`` has put on them (a tag);
* server groups: the name, ``GROUP_NAME`` and the id of the binding.

Values are told as they stand there, whatever they are: users can write them too.
"""

from typing import Protocol

from senlin_like.domain.leaks import Kind, Marked
from senlin_like.drivers import objects

#: The beginning of the names of server groups for which none was chosen.
GROUP_NAME = "server_group_"


class Ledger(Protocol):
    """The marked things of an account's project, in its region."""

    def list_marked(self, kind: Kind) -> list[Marked]:
        """Return all things of a kind that carry a mark, in any status.

        Of the account's own project only, also where the account may see others.
        What is being deleted, or is only kept to be brought back, has
        ``is_going``. One call per page of things. A cloud without the service
        has none; containers are asked of their hosts.
        """

    def list_on_host(self, host: objects.ContainerHost) -> list[Marked]:
        """Return all containers of a host that carry a mark, in any status.

        :raises HostUnreachable: when Docker doesn't answer there.
        """
