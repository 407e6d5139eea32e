"""Make and remove clusters of growing size, to see what a node costs in each.

Each size is made and removed with each build time, one cluster at a time. A series
ends at the first size that times out, since what follows would measure the rest of it.
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence

from benchmarks import bench, build_time, client, making, results

NAME = "cluster_sizes"
_MOST_REPETITIONS = 20


def parser() -> argparse.ArgumentParser:
    """Return the options of this benchmark."""
    options = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}")
    options.add_argument(
        "--sizes", type=int, nargs="+", default=[10, 100, 1000], metavar="NODES"
    )
    options.add_argument(
        "--build-seconds", type=float, nargs="+", default=[0, 10], metavar="SECONDS"
    )
    options.add_argument("--timeout", type=float, default=1800.0, metavar="SECONDS")
    options.add_argument(
        "--settle-seconds", type=float, default=2.0, help="rest between two clusters"
    )
    options.add_argument(
        "--least-nodes",
        type=int,
        default=200,
        help="repeat small sizes until so many nodes were made, 20 times at most",
    )
    build_time.add_options(options)
    return options


def work(job: bench.Bench) -> None:
    """Measure all sizes with all build times."""
    with client.Connection(job.target) as connection:
        for seconds in job.arguments.build_seconds:
            wanted = build_time.chosen(job.arguments, seconds)
            with build_time.applied(job.target, wanted):
                _series(job, connection, wanted)


def _series(
    job: bench.Bench, connection: client.Connection, wanted: build_time.BuildTime
) -> None:
    profile_id = job.made.make_profile(connection, wanted.metadata_s)
    # The first cluster pays for what is loaded once; that isn't the cost of a node.
    case = {"build_s": wanted.seconds}
    warm_up = making.create(job, connection, profile_id, 1)
    if warm_up.cluster_id is not None:
        making.delete(job, connection, warm_up.cluster_id, 1)
    for size in job.arguments.sizes:
        if not _size(job, connection, profile_id, {"nodes": size, **case}):
            job.remarks.append(
                f"Sizes above {size} with {wanted.seconds:g} s were left out."
            )
            return


def _size(
    job: bench.Bench,
    connection: client.Connection,
    profile_id: str,
    case: Mapping[str, int | float],
) -> bool:
    """Measure one size; False if it timed out."""
    size = int(case["nodes"])
    created: list[making.Made] = []
    deleted: list[making.Made] = []
    for _ in range(repetitions(size, job.arguments.least_nodes)):
        making.settle(job.arguments.settle_seconds)
        created.append(making.create(job, connection, profile_id, size))
        cluster_id = created[-1].cluster_id
        if cluster_id is not None:
            making.settle(job.arguments.settle_seconds)
            deleted.append(making.delete(job, connection, cluster_id, size))
        if not all(made.good for made in (*created, *deleted)):
            break
    for phase, all_made in (("create", created), ("delete", deleted)):
        if all_made:
            _keep(job, {"phase": phase, **case}, all_made)
    return all(made.outcome != "TIMEOUT" for made in (*created, *deleted))


def repetitions(size: int, least_nodes: int) -> int:
    """Return how often to make a small cluster, so that its CPU time can be read.

    The kernel counts CPU time in ticks of 10 ms, and a few nodes take no more.
    """
    return min(max(1, math.ceil(least_nodes / max(1, size))), _MOST_REPETITIONS)


def average(
    rows: Sequence[Mapping[str, results.Value]], size: int
) -> dict[str, results.Value]:
    """Sum up the rows of repetitions in one.

    Numbers become their mean, peaks their maximum, and the outcome is the last one,
    which alone may be a bad one.
    """
    merged: dict[str, results.Value] = {"repetitions": len(rows)}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row]
        numbers = [v for v in values if isinstance(v, int | float)]
        if len(numbers) < len(values):
            merged[name] = values[-1]
        elif "peak" in name or name == "processes":
            merged[name] = max(numbers)
        else:
            merged[name] = math.fsum(numbers) / len(numbers)
    seconds = merged.get("seconds")
    if "nodes_per_s" in merged and isinstance(seconds, float):
        merged["nodes_per_s"] = size / seconds
    return merged


def _keep(
    job: bench.Bench,
    case: Mapping[str, str | int | float],
    all_made: Sequence[making.Made],
) -> None:
    size = int(case["nodes"])
    job.record(case, average([made.measures for made in all_made], size))
    last = all_made[-1]
    if not last.good:
        job.fault(f"{case['phase']} {size}: {last.outcome} {last.reason}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return bench.run(NAME, parser(), work, argv)


if __name__ == "__main__":
    sys.exit(main())
