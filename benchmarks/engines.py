"""Make clusters with 1, 2, 4 engines, to see what another engine brings.

The engines are started from a given command line and stopped again; API, database and
broker must run already, and no other engine.
"""

import argparse
import logging
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks import bench, build_time, client, errors, inventory, load, waiting

LOG = logging.getLogger(__name__)

NAME = "engines"


def parser() -> argparse.ArgumentParser:
    """Return the options of this benchmark."""
    options = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}")
    options.add_argument(
        "--engine-command",
        required=True,
        help="starts one engine in the foreground; {index} becomes 1, 2, …",
    )
    options.add_argument("--engines", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument(
        "--start-seconds", type=float, default=5.0, help="what engines need to start"
    )
    options.add_argument(
        "--stop-seconds", type=float, default=30.0, help="what they get to stop"
    )
    options.add_argument(
        "--engine-logs", type=pathlib.Path, help="directory; default: a new one"
    )
    options.add_argument("--clusters", type=int, default=8, help="at the same time")
    options.add_argument("--nodes-per-cluster", type=int, default=50)
    options.add_argument("--build-seconds", type=float, default=0.0)
    options.add_argument("--timeout", type=float, default=900.0, metavar="SECONDS")
    build_time.add_options(options)
    return options


def work(job: bench.Bench) -> None:
    """Measure with each number of engines."""
    wanted = build_time.chosen(job.arguments, job.arguments.build_seconds)
    logs = job.arguments.engine_logs or pathlib.Path(tempfile.mkdtemp("-engines"))
    logs.mkdir(parents=True, exist_ok=True)
    job.remarks.append(f"{os.cpu_count()} CPUs are shared by all, this script too.")
    with build_time.applied(job.target, wanted):
        rates: dict[str, float] = {}
        for count in job.arguments.engines:
            with running(job, count, logs) as processes:
                with client.Connection(job.target) as connection:
                    profile_id = job.made.make_profile(connection, wanted.metadata_s)
                _round(job, profile_id, count, rates)
                for process in processes:
                    if process.poll() is not None:
                        job.fault(f"An engine of {count} ended: see {logs}")


@contextmanager
def running(
    job: bench.Bench, count: int, logs: pathlib.Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Have so many engines inside of the block.

    :raises BenchmarkError: when one doesn't start.
    """
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for index in range(1, count + 1):
            log = logs / f"engines-{count}-{index}.log"
            processes.append(_start(job.arguments.engine_command, index, log))
        time.sleep(job.arguments.start_seconds)
        if any(process.poll() is not None for process in processes):
            raise errors.BenchmarkError(f"An engine doesn't start: see {logs}")
        try:
            yield processes
        finally:
            # While somebody is there to do it.
            job.clean_up()
    finally:
        _stop(processes, job.arguments.stop_seconds)


def command_of(text: str, index: int) -> list[str]:
    """Return the arguments that start the engine of this number."""
    return [part.replace("{index}", str(index)) for part in shlex.split(text)]


def _start(text: str, index: int, log: pathlib.Path) -> subprocess.Popen[bytes]:
    command = command_of(text, index)
    LOG.info("Starting engine %d", index)
    with log.open("ab") as output:
        try:
            # The command is what the person who runs this has given, and no shell.
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for this script; the engines are needed to clean up.
                start_new_session=True,
            )
        except OSError as error:
            raise errors.BenchmarkError(f"Can't start an engine: {error}.") from error


def _stop(processes: Sequence[subprocess.Popen[bytes]], patience_s: float) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + patience_s
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            LOG.warning("Engine process %d didn't stop, so it is killed", process.pid)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _round(
    job: bench.Bench, profile_id: str, count: int, rates: dict[str, float]
) -> None:
    clusters, size = job.arguments.clusters, job.arguments.nodes_per_cluster
    # One small cluster first, which shows that they work, and warms them up.
    _make(job, profile_id, clusters=1, size=1)
    nodes = clusters * size
    made: list[inventory.Accepted] = []
    for phase in ("create", "delete"):
        with job.meter() as meter:
            began = time.perf_counter()
            if phase == "create":
                made = _make(job, profile_id, clusters, size)
            else:
                _remove(job, made)
            seconds = time.perf_counter() - began
        rate = nodes / seconds
        rates.setdefault(phase, rate)
        job.record(
            {
                "phase": phase,
                "engines": count,
                "clusters": clusters,
                "nodes_per_cluster": size,
                "build_s": job.arguments.build_seconds,
            },
            {
                "seconds": seconds,
                "nodes_per_s": rate,
                "speedup": rate / rates[phase],
                **meter.usage.measures("node", nodes),
            },
        )


def _make(
    job: bench.Bench, profile_id: str, clusters: int, size: int
) -> list[inventory.Accepted]:
    def make(connection: client.Connection, _: int) -> inventory.Accepted:
        accepted = job.made.request_cluster(connection, profile_id, size)
        _await(job, connection, accepted)
        return accepted

    return load.fan_out(job.target, range(clusters), clusters, make)


def _remove(job: bench.Bench, made: Sequence[inventory.Accepted]) -> None:
    def remove(connection: client.Connection, one: inventory.Accepted) -> None:
        accepted = job.made.request_delete(connection, one.cluster_id)
        _await(job, connection, accepted)

    load.fan_out(job.target, made, len(made), remove)


def _await(
    job: bench.Bench, connection: client.Connection, accepted: inventory.Accepted
) -> None:
    ended = waiting.await_action(
        connection, accepted.action_id, job.arguments.timeout, accepted.since
    )
    if not ended.good:
        raise errors.BenchmarkError(
            f"An action of cluster {accepted.cluster_id} ended {ended.outcome}:"
            f" {ended.reason}"
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return bench.run(NAME, parser(), work, argv)


if __name__ == "__main__":
    sys.exit(main())
