"""What scripts on a real cloud share: a project of their own, steps, and waiting.

The project has a member and, where a step needs one, an administrator. Whatever is
left in it when it goes is a fault, and is deleted.
"""

import argparse
import contextlib
import functools
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import openstack
from keystoneauth1.identity import v3

POLL_S = 0.5
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


class Failed(Exception):
    """Something isn't as it should be."""


Listed = Callable[[], Iterable[Any]]
#: What the service says to a request that it refuses.
Refused = openstack.exceptions.HttpException


class Trial:
    """Steps in a project that exists for them alone."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.name = f"trial-{secrets.token_hex(3)}"
        self.admin = openstack.connect(cloud=options.admin_cloud)
        self.project = self.admin.identity.create_project(name=self.name)
        self.users: list[Any] = []
        self.become(self.add_user("member"))
        self.faults: list[str] = []
        #: Ports that steps have made themselves.
        self.kept: set[str] = set()
        self._ended: set[str] = set()

    def become(self, user: Any) -> None:
        """Be another user from now on."""
        self.user = user
        self.clustering = user.clustering

    def add_user(self, *roles: str) -> Any:
        """Make a user of the project, and connect as this user."""
        password = secrets.token_hex(16)
        identity = self.admin.identity
        user = identity.create_user(
            name=f"{self.name}-{len(self.users)}", password=password
        )
        self.users.append(user)
        for role in roles:
            found = identity.find_role(role)
            identity.assign_project_role_to_user(self.project, user, found)
        session = openstack.connection.ks_session.Session(
            auth=v3.Password(
                auth_url=self.admin.config.get_auth_args()["auth_url"],
                user_id=user.id,
                password=password,
                project_id=self.project.id,
            )
        )
        return openstack.connection.Connection(
            session=session,
            region_name=self.admin.config.region_name,
            clustering_default_microversion="1.14",
            clustering_endpoint_override=self.options.endpoint,
        )

    def profile(self, spec: dict[str, Any]) -> str:
        """Make a profile of a new name and return its id."""
        name = f"{self.name}-{secrets.token_hex(2)}"
        return str(self.clustering.create_profile(name=name, spec=spec).id)

    def refused(self, spec: dict[str, Any], words: str) -> None:
        """Have a profile refused for a reason with these words."""
        try:
            self.profile(spec)
        except Refused as error:
            print(f"           {error.details}", flush=True)
            self.expect(error.status_code, 400, "status")
            self.expect(words in str(error.details), True, f"'{words}' is said")
        else:
            raise Failed("it was taken")

    def server(self, **changed: Any) -> dict[str, Any]:
        """Return the spec of a small server; None takes a property away."""
        properties = {
            "flavor": self.options.flavor,
            "image": self.options.image,
            "networks": [{"network": self.options.network}],
            **changed,
        }
        given = {key: value for key, value in properties.items() if value is not None}
        return {"type": "os.nova.server", "version": "1.0", "properties": given}

    def node(self, spec: dict[str, Any], fails: str | None = None) -> Any:
        """Make a node, which is to become ACTIVE or to fail for a reason."""
        node = self.clustering.create_node(
            name=f"{self.name}-{secrets.token_hex(2)}", profile_id=self.profile(spec)
        )
        return self.settled(node.id, fails)

    def update(self, node: Any, fails: str | None = None, **changed: Any) -> Any:
        """Change a node and wait until that is done."""
        self.clustering.update_node(node.id, **changed)
        return self.settled(node.id, fails)

    def operate(
        self, node: Any, operation: str, fails: str | None = None, **params: Any
    ) -> Any:
        """Do an operation on a node and wait until it is done."""
        self.clustering.perform_operation_on_node(node.id, operation, **params)
        return self.settled(node.id, fails)

    def settled(self, node_id: str, fails: str | None = None) -> Any:
        """Wait for the node's next action; return the node as it is then.

        ``fails`` is a part of the reason with which it is to fail.
        """
        action = self.action(node_id)
        reason = f"{action.action} {action.status}: {action.status_reason}"
        if fails is not None:
            print(f"           {reason}", flush=True)
        if (action.status == "FAILED") != (fails is not None):
            raise Failed(reason)
        if fails and fails.lower() not in (action.status_reason or "").lower():
            raise Failed(f"'{fails}' isn't said: {reason}")
        return self.clustering.get_node(node_id)

    def action(self, target_id: str) -> Any:
        """Return an object's next action when it has ended."""
        found: list[Any] = []

        def is_over() -> bool:
            found[:] = [
                one
                for one in self.clustering.actions(target_id=target_id)
                if one.id not in self._ended
            ]
            return bool(found) and all(one.status in ENDED for one in found)

        self.until(is_over, "its action ends")
        self._ended.update(one.id for one in found)
        return found[0]

    def delete(self, node: Any) -> None:
        """Delete a node; its server and its ports are to go with it."""
        self.clustering.delete_node(node.id, ignore_missing=False)
        self.until(lambda: self.clustering.find_node(node.id) is None, "it is gone")
        servers = {one.id for one in self.user.compute.servers()}
        loose = [
            one.id
            for one in self.ports()
            if one.id not in self.kept and one.device_id not in servers
        ]
        if node.physical_id in servers or loose:
            raise Failed(f"left over: server {node.physical_id}, ports {loose}")

    def ports(self) -> list[Any]:
        """Return the ports of the project, but for those of networks themselves."""
        found = self.user.network.ports(project_id=self.project.id)
        return [
            one for one in found if not (one.device_owner or "").startswith("network:")
        ]

    def expect(self, found: Any, wanted: Any, what: str) -> None:
        """Compare something.

        :raises Failed: when it isn't what was wanted.
        """
        if found != wanted:
            raise Failed(f"{what}: {found!r}, not {wanted!r}")

    def until(self, is_so: Callable[[], Any], what: str) -> None:
        """Wait until something is so.

        :raises Failed: when it doesn't become so.
        """
        deadline = time.monotonic() + self.options.patience
        while not is_so():
            if time.monotonic() > deadline:
                raise Failed(f"not within {self.options.patience:g} s: {what}")
            time.sleep(POLL_S)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say what a step took; go on behind it when it fails."""
        began = time.monotonic()
        try:
            yield
        except (Failed, openstack.exceptions.SDKException) as error:
            self.faults.append(name)
            print(f"{time.monotonic() - began:7.1f} s  FAILED {name}: {error}")
        else:
            print(f"{time.monotonic() - began:7.1f} s  {name}", flush=True)

    def close(self) -> None:
        """Take the project away with all that is in it, and say what that was."""
        left = self._empty()
        if left:
            self.faults.append("leave nothing")
            print(f"left in the project: {', '.join(left)}", flush=True)
        for user in self.users:
            self.admin.identity.delete_user(user)
        self.admin.identity.delete_project(self.project)

    def _empty(self) -> list[str]:
        """Delete what is left, in an order that lets it go; returns what that was."""
        user, project = self.user, self.project.id
        network, storage = user.network, user.block_storage
        kinds: tuple[tuple[str, Listed, Callable[[Any], Any]], ...] = (
            ("node", self.clustering.nodes, self.clustering.delete_node),
            ("stack", user.orchestration.stacks, user.orchestration.delete_stack),
            ("server", user.compute.servers, user.compute.delete_server),
            (
                "server group",
                user.compute.server_groups,
                user.compute.delete_server_group,
            ),
            ("address", lambda: network.ips(project_id=project), network.delete_ip),
            ("port", self.ports, network.delete_port),
            (
                "network",
                lambda: network.networks(project_id=project),
                network.delete_network,
            ),
            ("volume", storage.volumes, storage.delete_volume),
        )
        left: dict[str, None] = {}
        for kind, listed, delete in kinds:
            try:
                emptied = functools.partial(self._is_empty, kind, listed, delete, left)
                self.until(emptied, f"no {kind}")
            except (Failed, openstack.exceptions.SDKException) as error:
                print(f"{kind}: {error}", flush=True)
        return list(left)

    def _is_empty(
        self,
        kind: str,
        listed: Listed,
        delete: Callable[[Any], Any],
        left: dict[str, None],
    ) -> bool:
        """Tell whether there is nothing of a kind; delete what there is."""
        found = list(listed())
        for one in found:
            left[f"{kind} {one.id} {one.name}"] = None
            with contextlib.suppress(openstack.exceptions.SDKException):
                delete(one)
        return not found


def run(
    description: str | None,
    usual: Sequence[Callable[[Trial], None]],
    others: Sequence[Callable[[Trial], None]] = (),
) -> int:
    """Go through the groups of steps that the command line names, or the usual ones."""
    named = {one.__name__: one for one in (*usual, *others)}
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("groups", nargs="*", choices=[*named, []])
    parser.add_argument("--admin-cloud", default=os.environ.get("OS_CLOUD"))
    parser.add_argument("--endpoint", help="of a service that the catalogue hasn't got")
    parser.add_argument("--flavor", default="lab.tiny", help="(%(default)s)")
    parser.add_argument("--other-flavor", default="lab.small", help="(%(default)s)")
    parser.add_argument("--image", default="lab", help="(%(default)s)")
    parser.add_argument("--other-image", default="lab2", help="(%(default)s)")
    parser.add_argument("--network", default="lab", help="(%(default)s)")
    parser.add_argument("--public-network", default="public", help="(%(default)s)")
    parser.add_argument("--host", default="cmp4", help="to be down (%(default)s)")
    parser.add_argument("--patience", type=float, default=180, help="seconds of a step")
    options = parser.parse_args()
    trial = Trial(options)
    try:
        for name in options.groups or [one.__name__ for one in usual]:
            print(name, flush=True)
            with trial.step(f"all of {name}"):
                named[name](trial)
    finally:
        trial.close()
    print(f"{len(trial.faults)} failed: {', '.join(trial.faults)}", flush=True)
    return 1 if trial.faults else 0
