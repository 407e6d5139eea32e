"""Run one benchmark from its command line to its result, and clean up behind it."""

import argparse
import dataclasses
import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from benchmarks import (
    cells,
    client,
    errors,
    inventory,
    measure,
    options,
    report,
    results,
)

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(kw_only=True)
class Bench:
    """Hold what a benchmark works with, and gather what comes out.

    ``faults`` are what must not happen: they end in the remarks and in exit status 1.
    """

    arguments: argparse.Namespace
    target: client.Target
    made: inventory.Inventory
    rows: list[results.Row] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)
    faults: list[str] = dataclasses.field(default_factory=list)
    gave_up: bool = False

    def meter(self) -> measure.Meter:
        """Return a meter of the processes that the options name."""
        return measure.Meter(
            self.arguments.processes, database_port=self.arguments.database_port
        )

    def record(
        self,
        case: Mapping[str, results.Value],
        measures: Mapping[str, results.Value],
    ) -> None:
        """Keep one row."""
        self.rows.append(results.Row(case=case, measures=measures))
        LOG.info("%s: %s", _words(case), _words(measures))

    def clean_up(self, stock: inventory.Inventory | None = None) -> None:
        """Remove what was made; what can't be removed is a fault, tried once only."""
        if self.gave_up:
            return
        left = (stock or self.made).clean_up(self.arguments.cleanup_timeout)
        self.gave_up = bool(left)
        for what in left:
            self.fault(f"Left behind: {what}")

    def fault(self, text: str) -> None:
        """Keep what must not happen."""
        LOG.warning("%s", text)
        self.faults.append(text)


def run(
    name: str,
    parser: argparse.ArgumentParser,
    work: Callable[[Bench], None],
    argv: Sequence[str] | None = None,
) -> int:
    """Do the work, remove what it made, write and print what came out.

    Also after a failure or Ctrl-C; then the rows so far are kept. Returns the exit
    status: 0 if all went well, 1 if not.
    """
    options.add_common(parser)
    arguments = parser.parse_args(argv)
    options.log_to_stderr()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started_at = results.now()
    try:
        target = options.target(arguments)
    except errors.BenchmarkError as error:
        LOG.error("%s", error)
        return 1
    bench = Bench(
        arguments=arguments,
        target=target,
        made=inventory.Inventory(target, options.server_spec(arguments)),
    )
    try:
        work(bench)
    except errors.BenchmarkError as error:
        bench.fault(str(error))
    except KeyboardInterrupt:
        bench.fault("Interrupted.")
    finally:
        bench.clean_up()
    _publish(bench, name, started_at)
    return 1 if bench.faults else 0


def _publish(bench: Bench, name: str, started_at: str) -> None:
    done = results.Run(
        benchmark=name,
        label=bench.arguments.label or bench.target.address.host,
        started_at=started_at,
        endpoint=bench.target.address.url,
        machine=measure.machine(),
        options=options.recorded(bench.arguments),
        rows=tuple(bench.rows),
        remarks=(*bench.remarks, *bench.faults),
    )
    sys.stdout.write(report.markdown([done]))
    if bench.arguments.output:
        results.add(bench.arguments.output, done)


def _words(pairs: Mapping[str, results.Value]) -> str:
    return ", ".join(f"{name} {cells.cell(value)}" for name, value in pairs.items())
