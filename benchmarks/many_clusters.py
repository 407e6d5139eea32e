"""Ask for many clusters at once, with many readers beside, to see what breaks.

50 clusters of 10 nodes, asked for by 8 clients that don't wait for one another. At
the end everything must be ACTIVE, with a server for each node, and no answer 5xx.
"""

import argparse
import collections
import dataclasses
import sys
import threading
import time
from collections.abc import Sequence

from benchmarks import (
    bench,
    build_time,
    client,
    errors,
    inventory,
    load,
    percentiles,
    waiting,
)

NAME = "many_clusters"
_SERVER_ERROR = 500
# Readers must be reading before the first cluster is asked for.
_HEAD_START_S = 1.0


def parser() -> argparse.ArgumentParser:
    """Return the options of this benchmark."""
    options = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}")
    options.add_argument("--clusters", type=int, default=50)
    options.add_argument("--nodes-per-cluster", type=int, default=10)
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--readers", type=int, default=0, help="e.g. 200")
    options.add_argument("--reader-seconds", type=float, default=60.0)
    options.add_argument(
        "--reader-pause", type=float, default=0.0, help="rest between two reads"
    )
    options.add_argument("--build-seconds", type=float, default=0.0)
    options.add_argument("--timeout", type=float, default=1800.0, metavar="SECONDS")
    build_time.add_options(options)
    return options


class Readers:
    """Read lists from many connections in the background."""

    def __init__(self, job: bench.Bench) -> None:
        """Prepare; nothing is read yet."""
        self._job = job
        self._stop = threading.Event()
        self._tally = load.Tally()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Readers":
        """Begin to read, if there are to be readers."""
        if self._job.arguments.readers > 0:
            self._thread.start()
            time.sleep(_HEAD_START_S)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Let them read to the end of their time, or stop them after a failure."""
        if kind is not None:
            self._stop.set()
        if self._job.arguments.readers > 0:
            self._thread.join()

    @property
    def tally(self) -> load.Tally:
        """Return what they counted; call it after the end only."""
        return self._tally

    def _read(self) -> None:
        plan = load.Plan(
            connections=self._job.arguments.readers,
            seconds=self._job.arguments.reader_seconds,
            pause_s=self._job.arguments.reader_pause,
        )
        ask = load.rotation(
            [
                "/clusters?limit=20",
                "/nodes?limit=20",
                "/actions?limit=20",
                "/profiles?limit=20",
            ]
        )
        self._tally = load.run(self._job.target, ask, plan, self._stop)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """Hold what came of asking: accepted ones, and refusals by status."""

    accepted: list[inventory.Accepted]
    refused: collections.Counter[int]


def work(job: bench.Bench) -> None:
    """Make all clusters, look at them, and remove them."""
    wanted = build_time.chosen(job.arguments, job.arguments.build_seconds)
    with client.Connection(job.target) as connection:
        profile_id = job.made.make_profile(connection, wanted.metadata_s)
    with build_time.applied(job.target, wanted):
        with job.meter() as meter, Readers(job) as readers:
            began = time.perf_counter()
            asked = _ask(job, profile_id)
            ended = _await(job, asked.accepted)
            seconds = time.perf_counter() - began
        nodes = job.arguments.clusters * job.arguments.nodes_per_cluster
        # Beside readers nobody can say whose CPU time it was.
        counted = 0 if job.arguments.readers > 0 else nodes
        row = _outcome(job, asked, ended) | {
            "seconds": seconds,
            "nodes_per_s": nodes / seconds,
            **meter.usage.measures("node", counted),
        }
    job.record(_case(job, "create"), row)
    if job.arguments.readers > 0:
        _record_readers(job, readers.tally)
    _judge(job, row)


def _ask(job: bench.Bench, profile_id: str) -> Asked:
    refused: collections.Counter[int] = collections.Counter()
    size = job.arguments.nodes_per_cluster

    def ask(connection: client.Connection, _: int) -> inventory.Accepted | None:
        try:
            return job.made.request_cluster(connection, profile_id, size)
        except inventory.Refused as error:
            refused[error.status] += 1
        except errors.TransportError:
            refused[load.NO_ANSWER] += 1
        return None

    answers = load.fan_out(
        job.target, range(job.arguments.clusters), job.arguments.clients, ask
    )
    return Asked(accepted=[a for a in answers if a is not None], refused=refused)


def _await(
    job: bench.Bench, accepted: Sequence[inventory.Accepted]
) -> list[waiting.Ended]:
    def wait(connection: client.Connection, one: inventory.Accepted) -> waiting.Ended:
        return waiting.await_action(
            connection, one.action_id, job.arguments.timeout, one.since
        )

    return load.fan_out(job.target, accepted, job.arguments.clients, wait)


def _outcome(
    job: bench.Bench, asked: Asked, ended: Sequence[waiting.Ended]
) -> dict[str, float | int | str | None]:
    latencies = percentiles.summary([one.latency_ms for one in asked.accepted])
    clusters: collections.Counter[str] = collections.Counter()
    nodes: collections.Counter[str] = collections.Counter()
    servers: list[str] = []
    with client.Connection(job.target) as connection:
        for one in asked.accepted:
            cluster = inventory.show_cluster(connection, one.cluster_id)
            clusters[cluster["status"]] += 1
        wanted = {one.cluster_id for one in asked.accepted}
        for node in inventory.walk(connection, "nodes"):
            if node["cluster_id"] in wanted:
                nodes[node["status"]] += 1
                servers.append(str(node["physical_id"]))
    return {
        "accepted": len(asked.accepted),
        "accepted_p50_ms": latencies.get("p50_ms"),
        "accepted_p99_ms": latencies.get("p99_ms"),
        "succeeded": sum(one.good for one in ended),
        "active_clusters": clusters["ACTIVE"],
        "active_nodes": nodes["ACTIVE"],
        "distinct_servers": len(set(servers)),
        "bad_polls": sum(one.bad_polls for one in ended),
        "status_5xx": sum(
            count for status, count in asked.refused.items() if status >= _SERVER_ERROR
        ),
        "no_answer": asked.refused[load.NO_ANSWER],
    }


def _record_readers(job: bench.Bench, tally: load.Tally) -> None:
    job.record(_case(job, "read"), tally.measures())
    for status, count in tally.failures().items():
        job.fault(f"Readers: {count} of {tally.asked} ended with {status}.")


def _judge(job: bench.Bench, row: dict[str, float | int | str | None]) -> None:
    clusters = job.arguments.clusters
    nodes = clusters * job.arguments.nodes_per_cluster
    hoped = {
        "succeeded": clusters,
        "active_clusters": clusters,
        "active_nodes": nodes,
        "distinct_servers": nodes,
        "status_5xx": 0,
        "bad_polls": 0,
        "no_answer": 0,
    }
    for name, value in hoped.items():
        if row[name] != value:
            job.fault(f"{name} is {row[name]}, not {value}.")


def _case(job: bench.Bench, phase: str) -> dict[str, str | int | float]:
    return {
        "phase": phase,
        "clusters": job.arguments.clusters,
        "nodes_per_cluster": job.arguments.nodes_per_cluster,
        "clients": job.arguments.clients,
        "readers": job.arguments.readers,
        "build_s": job.arguments.build_seconds,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return bench.run(NAME, parser(), work, argv)


if __name__ == "__main__":
    sys.exit(main())
