"""Find out whether reads stay quick while many nodes are being made.

The same few readers ask at the same gentle pace, first while nothing happens, then
while one large cluster is made. What counts is the ratio of the two p99.
"""

import argparse
import sys
import threading
from collections.abc import Mapping, Sequence

from benchmarks import bench, build_time, client, errors, inventory, load, making

NAME = "busy_reads"
_FEW = 100


def parser() -> argparse.ArgumentParser:
    """Return the options of this benchmark."""
    options = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}")
    options.add_argument("--nodes", type=int, default=1000)
    options.add_argument("--build-seconds", type=float, default=0.0)
    options.add_argument("--idle-seconds", type=float, default=30.0)
    options.add_argument("--readers", type=int, default=2, help="per kind of request")
    options.add_argument(
        "--reads-per-second", type=float, default=10.0, help="of each reader, at most"
    )
    options.add_argument("--timeout", type=float, default=1800.0, metavar="SECONDS")
    build_time.add_options(options)
    return options


def work(job: bench.Bench) -> None:
    """Measure reads, idle and busy."""
    wanted = build_time.chosen(job.arguments, job.arguments.build_seconds)
    with client.Connection(job.target) as connection:
        profile_id = job.made.make_profile(connection, wanted.metadata_s)
        # What is read must not be what is being made.
        read = making.create(job, connection, profile_id, 10)
        if not read.good or read.cluster_id is None:
            raise errors.BenchmarkError(f"No cluster to read: {read.reason}")
        cluster = inventory.show_cluster(connection, read.cluster_id)
    paths = {
        "cluster_show": f"/clusters/{cluster['id']}",
        "node_show": f"/nodes/{cluster['nodes'][0]}",
        "cluster_list": "/clusters?limit=20",
        "node_list": "/nodes?limit=20",
    }
    with build_time.applied(job.target, wanted):
        idle = read_all(job, paths, job.arguments.idle_seconds, threading.Event())
        busy, made = _while_making(job, profile_id, paths)
    for name in paths:
        _record(job, name, idle[name], busy[name])
    job.remarks.append(
        f"Made {job.arguments.nodes} nodes in {made.measures.get('seconds', 0):.1f} s"
        f" beside the reads: {made.outcome}."
    )
    if not made.good:
        job.fault(f"The large cluster ended {made.outcome}: {made.reason}")


def _while_making(
    job: bench.Bench, profile_id: str, paths: Mapping[str, str]
) -> tuple[dict[str, load.Tally], making.Made]:
    large = making.InBackground(job, profile_id, job.arguments.nodes)
    large.start()
    busy = read_all(job, paths, job.arguments.timeout, large.ended)
    return busy, large.result()


def read_all(
    job: bench.Bench,
    paths: Mapping[str, str],
    seconds: float,
    stop: threading.Event,
) -> dict[str, load.Tally]:
    """Read all paths beside each other until ``stop`` or time ends it."""
    plan = load.Plan(
        connections=job.arguments.readers,
        seconds=seconds,
        pause_s=1 / job.arguments.reads_per_second,
    )
    tallies: dict[str, load.Tally] = {}

    def read(name: str, path: str) -> None:
        tallies[name] = load.run(job.target, load.rotation([path]), plan, stop)

    threads = [
        threading.Thread(target=read, args=pair, daemon=True) for pair in paths.items()
    ]
    for thread in threads:
        thread.start()
    load.join(threads, stop.set)
    return tallies


def _record(job: bench.Bench, name: str, idle: load.Tally, busy: load.Tally) -> None:
    before, meanwhile = idle.measures(), busy.measures()
    row: dict[str, float | None] = {
        f"idle_{figure}": before.get(figure) for figure in ("p50_ms", "p99_ms")
    }
    row |= {f"busy_{figure}": meanwhile.get(figure) for figure in ("p50_ms", "p99_ms")}
    row["p99_ratio"] = ratio(meanwhile.get("p99_ms"), before.get("p99_ms"))
    row["idle_requests"], row["busy_requests"] = idle.asked, busy.asked
    row["errors"] = before["errors"] + meanwhile["errors"]
    row["status_5xx"] = idle.server_errors + busy.server_errors
    job.record({"request": name, "nodes": job.arguments.nodes}, row)
    for tally in (idle, busy):
        for status, count in tally.failures().items():
            job.fault(f"{name}: {count} of {tally.asked} ended with {status}.")
    if min(idle.asked, busy.asked) < _FEW:
        job.remarks.append(
            f"{name}: fewer than {_FEW} requests; the p99 is the slowest of them."
        )


def ratio(busy: float | None, idle: float | None) -> float | None:
    """Return how many times as long a read takes; None without both figures."""
    return busy / idle if busy is not None and idle else None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return bench.run(NAME, parser(), work, argv)


if __name__ == "__main__":
    sys.exit(main())
