"""Clusters on a real cloud, as a user of openstacksdk sees them, step by step.

The cloud needs a flavor, an image and a network. What a failed step has left is
deleted.
"""

import argparse
import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import openstack

#: Names of queues' clients are UUIDs.
_CLIENT = {"Client-ID": "0f3c2d64-7c1b-4b0f-9a80-0d5a7a1f6c11"}


class Failed(Exception):
    """A step didn't do what it should."""


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that all lives have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--cloud", default=os.environ.get("OS_CLOUD"))
    made.add_argument("--flavor", default="lab.tiny", help="(%(default)s)")
    made.add_argument("--image", default="lab", help="(%(default)s)")
    made.add_argument("--network", default="lab", help="(%(default)s)")
    made.add_argument("--patience", type=float, default=240, help="seconds of a step")
    made.add_argument("--poll", type=float, default=1, help="seconds between two looks")
    return made


def run(options: argparse.Namespace, go_through: Callable[["Life"], None]) -> int:
    """Go through all steps, and see that nothing is left; return the exit status."""
    life = Life(openstack.connect(cloud=options.cloud), options)
    try:
        go_through(life)
        life.require_nothing_left()
    except (Failed, openstack.exceptions.SDKException) as error:
        print(f"FAILED: {error}", flush=True)
        return 1
    finally:
        life.clear()
    return 0


class Life:
    """A cluster, from its profile to its end."""

    def __init__(self, user: Any, options: argparse.Namespace) -> None:
        self.user = user
        self.clustering = user.clustering
        self.options = options
        self.name = f"{options.cloud}-{secrets.token_hex(3)}"
        self.cluster: Any = None
        self._profile: Any = None
        self._seen: set[str] = set()
        self._trusts = self._derived_trusts()

    def begin(self, size: int) -> None:
        """Make a profile, and a cluster of it."""
        with self.step("make a profile"):
            self._profile = self.clustering.create_profile(
                name=self.name, spec=self.spec()
            )
        with self.step(f"make a cluster of {size}"):
            self.cluster = self.clustering.create_cluster(
                name=self.name,
                profile_id=self._profile.id,
                desired_capacity=size,
                min_size=0,
            )
            self.until(lambda: self.is_whole(size))

    def end(self) -> None:
        """Delete the cluster and the profile."""
        with self.step("delete the cluster"):
            self.clustering.delete_cluster(self.cluster.id, force_delete=False)
            self.until(lambda: self.clustering.find_cluster(self.cluster.id) is None)
            self.until(lambda: not self.servers())
        with self.step("delete the profile"):
            self.clustering.delete_profile(self._profile.id, ignore_missing=False)

    @contextlib.contextmanager
    def policy(
        self, kind: str, version: str, what: Mapping[str, Any]
    ) -> Iterator[None]:
        """Have a policy attached to the cluster; detach and delete it afterwards."""
        policy = self.attach(kind, version, what)
        yield
        with self.step(f"detach and delete the {kind}"):
            self.clustering.detach_policy_from_cluster(self.cluster.id, policy.id)
            self.until(lambda: not self._bindings())
            self.clustering.delete_policy(policy.id, ignore_missing=False)

    def attach(self, kind: str, version: str, what: Mapping[str, Any]) -> Any:
        """Make a policy, attach it to the cluster and return it."""
        spec = {"type": kind, "version": version, "properties": dict(what)}
        with self.step(f"attach a {kind}"):
            policy = self.clustering.create_policy(name=self.name, spec=spec)
            self.clustering.attach_policy_to_cluster(self.cluster.id, policy.id)
            self.until(self._bindings)
        return policy

    def _bindings(self) -> list[Any]:
        return list(self.clustering.cluster_policies(self.cluster.id))

    def spec(self) -> dict[str, Any]:
        """Return the profile's spec."""
        return {
            "type": "os.nova.server",
            "version": "1.0",
            "properties": {
                "name": self.name,
                "flavor": self.options.flavor,
                "image": self.options.image,
                "networks": [{"network": self.options.network}],
            },
        }

    def is_whole(self, size: int) -> bool:
        """Tell whether the cluster has so many nodes, each with a server of its own."""
        cluster = self.clustering.get_cluster(self.cluster.id)
        if cluster.status in ("ERROR", "CRITICAL"):
            raise Failed(f"{cluster.status}: {cluster.status_reason}")
        nodes = list(self.clustering.nodes(cluster_id=self.cluster.id))
        active = {one.physical_id for one in nodes if one.status == "ACTIVE"}
        is_settled = cluster.status == "ACTIVE" and len(nodes) == size
        return is_settled and active == set(self.servers())

    def servers(self) -> dict[str, str]:
        """Return the ids of the servers with their addresses, as Nova has them."""
        if self.cluster is None:
            return {}
        found = {
            server.id: next(
                (one["addr"] for net in server.addresses.values() for one in net), ""
            )
            for server in self.user.compute.servers()
            if server.metadata.get("cluster_id") == self.cluster.id
        }
        self._seen.update(found)
        return found

    def ask_queue(
        self, method: str, name: str, path: str = "", body: Any = None
    ) -> Any:
        """Ask the messaging service for something of a queue; return the answer."""
        answer = self.user.session.request(
            f"/queues/{name}{path}",
            method,
            endpoint_filter={"service_type": "messaging", "min_version": "2"},
            json=body,
            headers=_CLIENT,
            raise_exc=False,
        )
        if answer.status_code >= 400:
            raise Failed(answer.text)
        return answer.json() if answer.content else {}

    def has(self, service: str) -> bool:
        """Tell whether the cloud has a service, and say if it hasn't."""
        is_there = self.user.config.get_session_endpoint(service) is not None
        if not is_there:
            print(f"no {service} service", flush=True)
        return is_there

    def until(self, is_so: Callable[[], Any]) -> None:
        """Wait until something is so; a cloud that is ill may get well."""
        deadline = time.monotonic() + self.options.patience
        while not self._holds(is_so):
            if time.monotonic() > deadline:
                raise Failed("it took too long")
            time.sleep(self.options.poll)

    def _holds(self, is_so: Callable[[], Any]) -> bool:
        """Tell whether something is so, as far as the cloud can say."""
        try:
            return bool(is_so())
        except openstack.exceptions.HttpException as error:
            if (error.status_code or 500) < 500:
                raise
            return False

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say what a step took."""
        began = time.monotonic()
        try:
            yield
        except Exception:
            print(f"{time.monotonic() - began:7.1f} s  {name}: not done", flush=True)
            raise
        print(f"{time.monotonic() - began:7.1f} s  {name}", flush=True)

    def require_nothing_left(self) -> None:
        """See that the cloud has nothing any more that was made on the way.

        :raises Failed: with what is there.
        """
        project = self.user.current_project_id
        left = [f"server {one}" for one in self.servers()]
        for port in self.user.network.ports(project_id=project):
            if port.device_id in self._seen or self.name in (port.name or ""):
                left.append(f"port {port.id}")
        if self.user.config.get_session_endpoint("load-balancer") is not None:
            for one in self.user.load_balancer.load_balancers(project_id=project):
                if self.name in one.name:
                    left.append(f"load balancer {one.id}")
        new = len(self._derived_trusts() - self._trusts)
        if new:
            left.append(f"{new} trusts of other services")
        if left:
            raise Failed(f"left over: {', '.join(left)}")
        print("nothing is left", flush=True)

    def _derived_trusts(self) -> set[str]:
        """Return the trusts that services have made out of that of this one."""
        path = f"/OS-TRUST/trusts?trustor_user_id={self.user.current_user_id}"
        found = self.user.identity.get(path).json()["trusts"]
        return {one["id"] for one in found if one["redelegated_trust_id"]}

    def clear(self) -> None:
        """Delete what a failed step has left; servers also without the service."""
        with contextlib.suppress(Failed, openstack.exceptions.SDKException):
            if self.cluster and self.clustering.find_cluster(self.cluster.id):
                self.clustering.delete_cluster(self.cluster.id, force_delete=True)
                self.until(
                    lambda: self.clustering.find_cluster(self.cluster.id) is None
                )
        for server in self.servers():
            self.user.compute.delete_server(server)
