"""Choose what a plot shows: lines of points, taken from rows. Draws nothing."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from benchmarks import cells, results


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """Describe one small plot: a measure over a number or a name of the case.

    ``logarithmic`` concerns the axis of the case; ``only`` keeps rows with these
    values alone.
    """

    benchmark: str
    over: str
    measure: str
    title: str
    logarithmic: bool = False
    only: Mapping[str, results.Value] = dataclasses.field(default_factory=dict)


Point = tuple[results.Value, float]

_REQUESTS = "requests_per_second"
_SIZES = "cluster_sizes"

PANELS = (
    Panel(
        benchmark=_REQUESTS,
        over="request",
        measure="requests_per_s",
        title="requests per second",
    ),
    Panel(benchmark=_REQUESTS, over="request", measure="p99_ms", title="p99, ms"),
    Panel(
        benchmark=_REQUESTS,
        over="request",
        measure="cpu_ms_per_request",
        title="CPU per request, ms",
    ),
    Panel(
        benchmark=_SIZES,
        over="nodes",
        measure="nodes_per_s",
        title="made, nodes per second",
        logarithmic=True,
        only={"phase": "create"},
    ),
    Panel(
        benchmark=_SIZES,
        over="nodes",
        measure="cpu_ms_per_node",
        title="made, CPU per node, ms",
        logarithmic=True,
        only={"phase": "create"},
    ),
    Panel(
        benchmark=_SIZES,
        over="nodes",
        measure="nodes_per_s",
        title="deleted, nodes per second",
        logarithmic=True,
        only={"phase": "delete"},
    ),
    Panel(
        benchmark="engines",
        over="engines",
        measure="nodes_per_s",
        title="made, nodes per second",
        only={"phase": "create"},
    ),
    Panel(
        benchmark="busy_reads",
        over="request",
        measure="p99_ratio",
        title="p99 while nodes are made, by idle p99",
    ),
)


def of_panel(panel: Panel, runs: Iterable[results.Run]) -> dict[str, list[Point]]:
    """Return the lines of a panel: a name each, and its points in order of rows.

    A later run of the same label and case takes the place of an earlier one.
    """
    found: dict[str, dict[results.Value, float]] = {}
    for run in runs:
        if run.benchmark != panel.benchmark:
            continue
        for row in run.rows:
            value = row.measures.get(panel.measure)
            fits = all(row.case.get(name) == v for name, v in panel.only.items())
            if not fits or isinstance(value, str | bool) or value is None:
                continue
            line = found.setdefault(_name(run.label, row, panel), {})
            line[row.case.get(panel.over)] = float(value)
    return {name: list(points.items()) for name, points in found.items()}


def wanted(runs: Sequence[results.Run]) -> list[tuple[Panel, dict[str, list[Point]]]]:
    """Return the panels for which there are points, with their lines."""
    pairs = ((panel, of_panel(panel, runs)) for panel in PANELS)
    return [(panel, lines) for panel, lines in pairs if lines]


def _name(label: str, row: results.Row, panel: Panel) -> str:
    rest = [
        f"{name} {cells.cell(value)}"
        for name, value in row.case.items()
        if name != panel.over and name not in panel.only
    ]
    return ", ".join([label, *rest])
