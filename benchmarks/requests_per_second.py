"""Count list, show and create requests per second at 1 and 16 connections.

By default with 1,000 clusters of 10 nodes in the service, which this script makes (and
removes, unless told to keep them).
"""

import argparse
import dataclasses
import sys
import time
from collections.abc import Sequence

from benchmarks import bench, client, inventory, load, options, seeding

NAME = "requests_per_second"

_CREATED = 201
_OK = 200
_WARM_UP = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """Name one kind of request; a page must have ``items``, or it isn't the same."""

    name: str
    ask: load.Ask
    expected: int = _OK
    page_of: str | None = None
    items: int = 0


def parser() -> argparse.ArgumentParser:
    """Return the options of this benchmark."""
    options_ = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}")
    seeding.add_options(options_)
    options_.add_argument("--connections", type=int, nargs="+", default=[1, 16])
    options_.add_argument(
        "--seconds", type=float, default=10.0, help="per kind and connections"
    )
    options_.add_argument("--page", type=int, default=100)
    options_.add_argument(
        "--creates", type=int, default=2000, help="most profiles made at a time"
    )
    options_.add_argument("--only", nargs="+", metavar="REQUEST")
    options_.add_argument(
        "--idle-seconds", type=float, default=5.0, help="to measure the CPU of doing 0"
    )
    options_.add_argument("--timeout", type=float, default=1800.0, metavar="SECONDS")
    return options_


def work(job: bench.Bench) -> None:
    """Fill the service and measure each kind of request."""
    stock = inventory.Inventory(job.target, options.server_spec(job.arguments))
    try:
        found = seeding.fill(job, stock)
        job.remarks.append(
            f"There were {found.clusters} clusters with {found.nodes} nodes."
        )
        _idle(job)
        for scenario in scenarios(job, found):
            if job.arguments.only and scenario.name not in job.arguments.only:
                continue
            _warm_up(job, scenario)
            for connections in job.arguments.connections:
                _measure(job, scenario, connections)
    finally:
        if not job.arguments.keep:
            job.clean_up(stock)


def scenarios(job: bench.Bench, found: seeding.Stock) -> list[Scenario]:
    """Return all kinds of requests."""
    page = job.arguments.page

    def create(connection: client.Connection, _: int) -> client.Response:
        body = job.made.profile_request()
        return connection.request("POST", "/profiles", body)

    def read(path: str) -> load.Ask:
        return load.rotation([path])

    return [
        Scenario(name="cluster_show", ask=read(f"/clusters/{found.cluster_id}")),
        Scenario(
            name="cluster_list",
            ask=read(f"/clusters?limit={page}"),
            page_of="clusters",
            items=min(page, found.clusters),
        ),
        Scenario(name="node_show", ask=read(f"/nodes/{found.node_id}")),
        Scenario(
            name="node_list",
            ask=read(f"/nodes?limit={page}"),
            page_of="nodes",
            items=min(page, found.nodes),
        ),
        Scenario(name="profile_create", ask=create, expected=_CREATED),
    ]


def _warm_up(job: bench.Bench, scenario: Scenario) -> None:
    with client.Connection(job.target) as connection:
        for number in range(_WARM_UP):
            response = scenario.ask(connection, number)
            if response.status != scenario.expected:
                raise inventory.Refused(f"{scenario.name} is not answered", response)
        if scenario.page_of is None:
            return
        items = len(response.json()[scenario.page_of])
        if items != scenario.items:
            job.fault(f"{scenario.name}: a page of {items}, not of {scenario.items}.")


def _measure(job: bench.Bench, scenario: Scenario, connections: int) -> None:
    creating = scenario.expected == _CREATED
    plan = load.Plan(
        connections=connections,
        seconds=job.arguments.seconds,
        expected=scenario.expected,
        max_requests=job.arguments.creates if creating else 1_000_000,
    )
    with job.meter() as meter:
        tally = load.run(job.target, scenario.ask, plan)
    job.record(
        {"request": scenario.name, "connections": connections},
        tally.measures() | meter.usage.measures("request", tally.asked),
    )
    for status, count in tally.failures().items():
        job.fault(f"{scenario.name}: {count} of {tally.asked} ended with {status}.")


def _idle(job: bench.Bench) -> None:
    """Remark what the service uses while nobody asks; it is in all figures."""
    if not job.arguments.processes or job.arguments.idle_seconds <= 0:
        return
    with job.meter() as meter:
        time.sleep(job.arguments.idle_seconds)
    usage = meter.usage
    share = sum(usage.cpu_s.values()) / usage.seconds
    memory = sum(usage.peak_rss_mb.values())
    job.remarks.append(f"Idle: {share:.1%} of a core, {memory:.0f} MB RSS.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return bench.run(NAME, parser(), work, argv)


if __name__ == "__main__":
    sys.exit(main())
