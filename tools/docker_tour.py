"""The second part of the tour: a cluster of real containers that heals itself.

usage: docker_tour.py

Starts a service of its own with the cloud driver 'docker', and stops it at the end.
The engine is the one at $DOCKER_HOST, or at Docker's usual socket; where none answers,
or there is no image to make containers of, the part is left out and says so. Nothing
is fetched from anywhere. Exit status as that of the first part, 0 when left out.
"""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import container_image
import tour

SOCKET = "unix:///var/run/docker.sock"
STEPS = 6
START_S = 60.0
STOP_S = 30.0
NODE_MARK = "cluster_node_id"
#: Images of other people that have a shell and can sleep.
KNOWN = ("busybox", "alpine", "debian", "ubuntu")
#: A shell ends at once when it is told to; a bare sleep has to be killed.
COMMAND = "sh -c 'trap \"exit 0\" TERM; sleep 3600 & wait'"
HEALTH = {
    "type": "senlin.policy.health",
    "version": "1.3",
    "properties": {
        "detection": {
            "interval": 2,
            "node_update_timeout": 1,
            "detection_modes": [{"type": "NODE_STATUS_POLLING"}],
        },
        "recovery": {"actions": [{"name": "RECREATE"}]},
    },
}


class LeftOut(Exception):
    """There is nothing to show this part with."""


@contextlib.contextmanager
def an_engine(url: str) -> Iterator[Any]:
    """Connect to the engine at a URL.

    :raises LeftOut: when none answers.
    """
    try:
        import docker
    except ImportError as error:
        raise LeftOut("Docker's Python package isn't installed") from error
    try:
        client = docker.APIClient(base_url=url, version="auto", timeout=30)
    except docker.errors.DockerException as error:
        raise LeftOut(f"no Docker engine answers at {url}") from error
    with contextlib.closing(client):
        yield client


@contextlib.contextmanager
def an_image(engine: Any) -> Iterator[str]:
    """Choose an image that is there; one that had to be made is removed again.

    :raises LeftOut: when there is none, and none can be made.
    """
    names = [name for one in engine.images() for name in one.get("RepoTags") or ()]
    known = [name for name in names if name.rpartition(":")[0] in KNOWN]
    if known:
        yield sorted(known)[0]
        return
    try:
        is_new = container_image.provide(engine)
    except FileNotFoundError as error:
        raise LeftOut(
            f"the engine has none of the images {KNOWN}, and {error}"
        ) from error
    try:
        yield container_image.NAME
    finally:
        if is_new:
            container_image.remove(engine)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def a_service(url: str) -> Iterator[str]:
    """Run a service with this engine; give its address.

    :raises TourError: when it doesn't start.
    """
    program = pathlib.Path(sys.executable).parent / "senlin-like-standalone"
    port = free_port()
    environment = {
        **os.environ,
        "OS_DOCKER__HOST": url,
        "OS_DOCKER__PULL_IMAGES": "false",
        "OS_DEFAULT__HEALTH_CHECK_INTERVAL_MIN": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "standalone.log"
        command = [program, "--cloud", "docker", "--state-dir", folder]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--port", str(port)],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            await_answer(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def await_answer(
    address: str, process: "subprocess.Popen[bytes]", log: pathlib.Path
) -> None:
    """Wait until a service answers.

    :raises TourError: when it ends, or takes too long.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            opener.open(f"{address}/healthcheck", timeout=2).close()
            return
        time.sleep(tour.LOOK_EVERY_S)
    last = log.read_text(errors="replace")[-2000:]
    raise tour.TourError(f"the service with Docker doesn't start:\n{last}")


def containers_of(engine: Any, nodes: set[str]) -> list[Any]:
    """Return the engine's containers of some nodes, whatever their status."""
    found = engine.containers(all=True, filters={"label": NODE_MARK})
    return [one for one in found if one["Labels"][NODE_MARK] in nodes]


@contextlib.contextmanager
def swept(engine: Any) -> Iterator[set[str]]:
    """Give a set for ids of nodes; containers that are left of them are removed."""
    nodes: set[str] = set()
    try:
        yield nodes
    finally:
        for one in containers_of(engine, nodes):
            engine.remove_container(one["Id"], force=True)


def attach_health(way: tour.Tour) -> str:
    """Have the cluster watched; return the policy's id."""
    with way.screen.step("A health policy: its containers are watched"):
        policy = way.api.create_policy(name=f"health-{way.suffix}", spec=HEALTH)
        way.finish(way.api.attach_policy_to_cluster(way.cluster_id, policy.id))
        way.screen.result(f"{policy.name}, looks every 2 s")
    return str(policy.id)


def kill_container(way: tour.Tour, engine: Any) -> None:
    """Kill a container, and see the node get another one by itself."""
    with way.screen.step("A container is killed, and the cluster heals itself"):
        victim = way.nodes()[0]
        engine.kill(victim.physical_id)

        def look() -> Any:
            way.screen.tell(way.standing())
            node = way.api.get_node(victim.id)
            is_new = node.physical_id not in (None, "", victim.physical_id)
            return node if is_new and node.status == "ACTIVE" else None

        node = way.until("the healing", look)
        way.expect_size(3)
        way.screen.result(f"{victim.physical_id[:12]} -> {node.physical_id[:12]}")


def delete(way: tour.Tour, engine: Any, policy_id: str, nodes: set[str]) -> None:
    """Delete everything; nothing must be left, neither here nor in Docker."""
    with way.screen.step("Delete the cluster, and look into Docker"):
        detached = way.api.detach_policy_from_cluster(way.cluster_id, policy_id)
        way.finish(detached)
        tour.clear(way)
        way.api.delete_policy(policy_id)
        left = containers_of(engine, nodes)
        if left:
            raise tour.TourError(f"containers are left: {[one['Id'] for one in left]}")
        way.screen.result("no container is left")


def run(way: tour.Tour, engine: Any, nodes: set[str]) -> None:
    """Go through all steps, and note the ids of the nodes.

    :raises TourError: when one of them doesn't come out as it should.
    """
    tour.make_profile(way)
    tour.make_cluster(way)
    policy_id = attach_health(way)
    kill_container(way, engine)
    tour.scale_out(way)
    nodes.update(node.id for node in way.nodes())
    states = [one["State"] for one in containers_of(engine, nodes)]
    if states != ["running"] * 5:
        raise tour.TourError(f"expected 5 running containers, Docker shows {states}")
    delete(way, engine, policy_id, nodes)


def show(url: str) -> None:
    """Show this part with the engine at a URL.

    :raises LeftOut: when that isn't possible.
    :raises TourError: when something doesn't come out as it should.
    """
    with (
        an_engine(url) as engine,
        an_image(engine) as image,
        swept(engine) as nodes,
        a_service(url) as address,
    ):
        release = engine.version()["Version"]
        print(f"\nReal containers: Docker {release} at {url}, image {image}\n")
        spec = {
            "type": "container.dockerinc.docker",
            "version": "1.0",
            "properties": {"image": image, "command": COMMAND},
        }
        way = tour.Tour(
            url=address,
            cloud=tour.connect(address),
            screen=tour.Screen(STEPS),
            spec=spec,
        )
        try:
            run(way, engine, nodes)
        except BaseException:
            with contextlib.suppress(*tour.FAILURES):
                nodes.update(node.id for node in way.nodes())
            raise


def main() -> int:
    """Show this part, or say why not."""
    url = os.environ.get("DOCKER_HOST") or SOCKET
    try:
        show(url)
    except LeftOut as reason:
        print(f"\nThe part with real containers is left out: {reason}.", flush=True)
    except KeyboardInterrupt:
        print("Stopped.")
        return 130
    except tour.FAILURES as error:
        print(f"The tour failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
