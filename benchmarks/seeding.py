"""Fill a service with clusters to read, or check that it is filled already."""

import argparse
import dataclasses
import logging
import time

from benchmarks import bench, client, errors, inventory, load, waiting

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stock:
    """Tell what there is to read, with one cluster and one node as examples."""

    clusters: int
    nodes: int
    cluster_id: str
    node_id: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much there must be."""
    parser.add_argument("--clusters", type=int, default=1000)
    parser.add_argument("--nodes-per-cluster", type=int, default=10)
    parser.add_argument(
        "--seed-clients", type=int, default=8, help="clusters made at the same time"
    )
    parser.add_argument(
        "--seed-seconds", type=float, default=7200.0, help="how long that may take"
    )
    parser.add_argument(
        "--use-existing", action="store_true", help="read what is there, make nothing"
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the clusters for --use-existing"
    )


def fill(job: bench.Bench, stock: inventory.Inventory) -> Stock:
    """Make the clusters unless there are some, and count what there is.

    :raises BenchmarkError: when there is nothing, or a cluster can't be made.
    """
    if not job.arguments.use_existing:
        _make(job, stock)
    with client.Connection(job.target) as connection:
        return count(connection)


def count(connection: client.Connection) -> Stock:
    """Count clusters and their nodes, by paging.

    :raises BenchmarkError: when no cluster has a node.
    """
    clusters = nodes = 0
    example: tuple[str, str] | None = None
    for cluster in inventory.walk(connection, "clusters"):
        clusters += 1
        nodes += len(cluster["nodes"])
        if example is None and cluster["nodes"]:
            example = str(cluster["id"]), str(cluster["nodes"][0])
    if example is None:
        raise errors.BenchmarkError("There is no cluster with nodes to read.")
    return Stock(
        clusters=clusters, nodes=nodes, cluster_id=example[0], node_id=example[1]
    )


def _make(job: bench.Bench, stock: inventory.Inventory) -> None:
    wanted, size = job.arguments.clusters, job.arguments.nodes_per_cluster
    with client.Connection(job.target) as connection:
        profile_id = stock.make_profile(connection)
    started = time.perf_counter()

    def make(connection: client.Connection, number: int) -> None:
        if time.perf_counter() - started > job.arguments.seed_seconds:
            raise errors.BenchmarkError(
                f"Seeding takes too long: {number} of {wanted} clusters are made."
            )
        accepted = stock.request_cluster(connection, profile_id, size)
        ended = waiting.await_action(
            connection, accepted.action_id, job.arguments.timeout, accepted.since
        )
        if not ended.good:
            raise errors.BenchmarkError(
                f"Seeding: cluster {number} ended {ended.outcome} {ended.reason}"
            )
        if (number + 1) % 100 == 0:
            LOG.info("Made %d of %d clusters", number + 1, wanted)

    load.fan_out(job.target, range(wanted), job.arguments.seed_clients, make)
    seconds = time.perf_counter() - started
    job.remarks.append(
        f"Seeded {wanted} clusters of {size} by {job.arguments.seed_clients} clients"
        f" in {seconds:.0f} s: {wanted * size / seconds:.0f} nodes/s."
    )
