"""A guided tour: what the service does, in nine steps, through openstacksdk.

usage: tour.py URL

Everything but the dying server goes through the unmodified client's calls
(``conn.clustering``); the server is killed in the simulated cloud behind the
service's back. Exit status 0 if everything came out as it should, 1 with the
reason if not, 130 after Ctrl-C. At the end nothing is left of what it made; a tour
that fails leaves it for a closer look.
"""

import contextlib
import dataclasses
import importlib.metadata
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import openstack
import openstack.exceptions
from keystoneauth1 import exceptions as auth_exceptions

PATIENCE_S = 120.0
LOOK_EVERY_S = 0.2
STEPS = 9
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
SPEC = {
    "type": "os.nova.server",
    "version": "1.0",
    "properties": {
        "flavor": "1",
        "image": "cirros-0.4.0-x86_64-disk",
        "networks": [{"network": "private"}],
    },
}


class TourError(Exception):
    """Something didn't come out as it should."""


#: What ends a tour that can't go on.
FAILURES = (
    TourError,
    openstack.exceptions.SDKException,
    auth_exceptions.ClientException,
)


class Screen:
    """Show steps: one line that changes on a terminal, plain lines elsewhere."""

    def __init__(self, steps: int = STEPS) -> None:
        self._steps = steps
        self._live = sys.stdout.isatty()
        self._number = 0
        self._title = ""
        self._began = 0.0
        self._shown = ""

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step while it goes on, and how long it took at its end."""
        self._number += 1
        self._title, self._began, self._shown = title, time.monotonic(), ""
        self.tell("...")
        try:
            yield
        except BaseException:
            if self._live:
                print()
            raise
        if self._live:
            self._draw("✓", self._shown)
            print()
        else:
            print(f"      {self._shown}  ({self._elapsed():.1f} s)", flush=True)

    def tell(self, text: str) -> None:
        """Show how far the step is."""
        if self._live:
            self._shown = text
            self._draw("…", text)
        elif not self._shown:
            print(f"{self._head()} {self._title}", flush=True)
            self._shown = text
        elif text != self._shown:
            self._shown = text
            print(f"      {self._elapsed():5.1f} s  {text}", flush=True)

    def result(self, text: str) -> None:
        """Show what came out, in place of the progress."""
        self._shown = text
        if self._live:
            self._draw("…", text)

    def _draw(self, sign: str, text: str) -> None:
        start = f"{self._head()} {self._title}: "
        end = f"  {self._elapsed():.1f} s {sign}"
        # A line that wraps can't be drawn over.
        room = max(shutil.get_terminal_size().columns - len(start + end) - 1, 10)
        if len(text) > room:
            text = f"{text[: room - 1]}…"
        print(f"\r\x1b[K{start}{text}{end}", end="", flush=True)

    def _head(self) -> str:
        return f"[{self._number}/{self._steps}]"

    def _elapsed(self) -> float:
        return time.monotonic() - self._began


@dataclasses.dataclass(kw_only=True)
class Tour:
    """What the steps work with."""

    url: str
    cloud: Any
    screen: Screen
    spec: dict[str, Any] = dataclasses.field(default_factory=lambda: SPEC)
    cluster_id: str = ""
    profile_id: str = ""
    suffix: str = dataclasses.field(default_factory=lambda: f"{int(time.time()):x}")

    @property
    def api(self) -> Any:
        """Return the client's clustering calls."""
        return self.cloud.clustering

    def nodes(self) -> list[Any]:
        """Return the nodes of the cluster."""
        return list(self.api.nodes(cluster_id=self.cluster_id))

    def standing(self) -> str:
        """Tell how the cluster stands, in a few words."""
        nodes = self.nodes()
        active = sum(node.status == "ACTIVE" for node in nodes)
        cluster = self.api.get_cluster(self.cluster_id)
        return f"cluster {cluster.status}, {active} of {len(nodes)} nodes ACTIVE"

    def until(self, what: str, look: Callable[[], Any]) -> Any:
        """Look again and again until there is an answer, and return it.

        :raises TourError: when there is none in time.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = look()
            if answer:
                return answer
            time.sleep(LOOK_EVERY_S)
        raise TourError(f"{what} took longer than {PATIENCE_S:.0f} s")

    def finish(self, started: dict[str, Any], *, must: bool = True) -> Any:
        """Follow the action that a call has started to its end.

        :raises TourError: when the action fails, unless it may.
        """

        def look() -> Any:
            action = self.api.get_action(started["action"])
            self.screen.tell(f"{action.action} {action.status}, {self.standing()}")
            return action if action.status in FINAL else None

        action = self.until("the action", look)
        if must and action.status != "SUCCEEDED":
            raise TourError(f"{action.action} {action.status}: {action.status_reason}")
        return action

    def expect_size(self, size: int) -> None:
        """Check that the cluster has so many nodes, all of them well.

        :raises TourError: when it hasn't.
        """
        statuses = sorted(node.status for node in self.nodes())
        if statuses != ["ACTIVE"] * size:
            raise TourError(f"expected {size} ACTIVE nodes, found {statuses}")


def make_profile(tour: Tour) -> None:
    """Say what a node is."""
    with tour.screen.step("A profile: what a node is"):
        profile = tour.api.create_profile(name=f"tour-{tour.suffix}", spec=tour.spec)
        tour.profile_id = profile.id
        tour.screen.result(f"{profile.name} ({profile.type})")


def make_cluster(tour: Tour) -> None:
    """Make a cluster of three nodes."""
    with tour.screen.step("A cluster of 3"):
        cluster = tour.api.create_cluster(
            name=f"tour-{tour.suffix}",
            profile_id=tour.profile_id,
            desired_capacity=3,
            min_size=1,
            max_size=10,
        )
        tour.cluster_id = cluster.id

        def look() -> bool:
            tour.screen.tell(tour.standing())
            found = tour.api.get_cluster(cluster.id)
            if found.status in {"ERROR", "CRITICAL"}:
                raise TourError(f"cluster {found.status}: {found.status_reason}")
            return bool(found.status == "ACTIVE")

        tour.until("the cluster", look)
        tour.expect_size(3)
        tour.screen.result(tour.standing())


def scale_out(tour: Tour) -> None:
    """Add two nodes."""
    with tour.screen.step("Scale out by 2"):
        tour.finish(tour.api.scale_out_cluster(tour.cluster_id, 2))
        tour.expect_size(5)
        tour.screen.result(tour.standing())


def kill_server(tour: Tour) -> str:
    """Let the server of one node vanish from the cloud; return the node's id."""
    with tour.screen.step("A server dies, behind the service's back"):
        victim = tour.nodes()[0]
        answer = tour.cloud.session.patch(
            f"{tour.url}/simulated/v1/servers/{victim.physical_id}",
            json={"server": {"status": "ERROR"}},
            raise_exc=False,
        )
        if not answer.ok:
            raise TourError(f"the simulated cloud answered {answer.status_code}")
        tour.screen.result(f"server {victim.physical_id} of node {victim.name}")
    return str(victim.id)


def check(tour: Tour, victim: str) -> None:
    """Have the service notice it."""
    with tour.screen.step("A check notices it"):
        tour.finish(tour.api.check_cluster(tour.cluster_id), must=False)
        node = tour.api.get_node(victim)
        if node.status == "ACTIVE":
            raise TourError("the check didn't notice the dead server")
        cluster = tour.api.get_cluster(tour.cluster_id)
        tour.screen.result(f"node {node.name} {node.status}, cluster {cluster.status}")


def recover(tour: Tour, victim: str) -> None:
    """Have the node made anew."""
    with tour.screen.step("Recover: the node gets a new server"):
        before = tour.api.get_node(victim).physical_id
        params = {"operation": "RECREATE"}
        tour.finish(tour.api.recover_cluster(tour.cluster_id, **params))
        tour.expect_size(5)
        after = tour.api.get_node(victim).physical_id
        if after == before:
            raise TourError(f"the node still has the dead server {before}")
        tour.screen.result(f"{tour.standing()}, new server {after}")


def resize(tour: Tour) -> None:
    """Bring the cluster to an exact size."""
    with tour.screen.step("Resize to exactly 2"):
        change = {"adjustment_type": "EXACT_CAPACITY", "number": 2}
        tour.finish(tour.api.resize_cluster(tour.cluster_id, **change))
        tour.expect_size(2)
        tour.screen.result(tour.standing())


def show_events(tour: Tour) -> None:
    """Show what was written down meanwhile."""
    with tour.screen.step("Events: what has happened"):
        found = list(tour.api.events(cluster_id=tour.cluster_id, sort="timestamp:asc"))
        if not found:
            raise TourError("there are no events of the cluster")
        own = [event for event in found if event.obj_type == "CLUSTER"]
        tour.screen.result(f"{len(found)} of the cluster and its nodes")
    for event in own:
        when = str(event.generated_at)[11:19]
        print(f"        {when}  {event.action or '-'}: {event.status}", flush=True)


def delete(tour: Tour) -> None:
    """Delete the cluster and its profile."""
    with tour.screen.step("Delete the cluster and the profile"):
        clear(tour)
        left = [cluster.id for cluster in tour.api.clusters()]
        if tour.cluster_id in left:
            raise TourError("the cluster is still listed")
        tour.screen.result("nothing is left")


def clear(tour: Tour) -> None:
    """Delete what the tour has made."""
    if tour.cluster_id:
        tour.api.delete_cluster(tour.cluster_id, ignore_missing=True)

        def look() -> bool:
            found = tour.api.find_cluster(tour.cluster_id, ignore_missing=True)
            tour.screen.tell("gone" if found is None else f"cluster {found.status}")
            return found is None

        tour.until("the deletion", look)
    if tour.profile_id:
        tour.api.delete_profile(tour.profile_id, ignore_missing=True)


def run(tour: Tour) -> None:
    """Go through all steps, in order.

    :raises TourError: when one of them doesn't come out as it should.
    """
    make_profile(tour)
    make_cluster(tour)
    scale_out(tour)
    victim = kill_server(tour)
    check(tour, victim)
    recover(tour, victim)
    resize(tour)
    show_events(tour)
    delete(tour)


def connect(url: str) -> Any:
    """Connect as any user of a cloud does, only without credentials."""
    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_type="none",
        endpoint=url,
        clustering_endpoint_override=f"{url}/v1",
    )


def main() -> int:
    """Run the tour and tell how it went by the exit status."""
    url = sys.argv[1].rstrip("/")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tour = Tour(url=url, cloud=connect(url), screen=Screen())
    began = time.monotonic()
    release = importlib.metadata.version("openstacksdk")
    print(f"A tour of {url} through openstacksdk {release}\n")
    try:
        run(tour)
    except KeyboardInterrupt:
        print("Stopped.")
        return 130
    except FAILURES as error:
        print(f"The tour failed: {error}", file=sys.stderr)
        return 1
    print(f"\nThe tour took {time.monotonic() - began:.1f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
