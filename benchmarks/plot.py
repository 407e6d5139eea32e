"""Draw results with matplotlib: panels beside each other, in one picture."""

import pathlib
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib import axes, figure

from benchmarks import errors, results, series

_COLUMNS = 3
_PANEL_INCHES = (5.5, 4.0)


def draw(runs: Sequence[results.Run], path: pathlib.Path) -> None:
    """Draw all panels that the runs have points for; the suffix tells the format.

    :raises BenchmarkError: when there is nothing to draw, or the file can't be written.
    """
    panels = series.wanted(runs)
    if not panels:
        raise errors.BenchmarkError("There is nothing to plot in these results.")
    columns = min(_COLUMNS, len(panels))
    lines = -(-len(panels) // columns)
    picture = figure.Figure(
        figsize=(_PANEL_INCHES[0] * columns, _PANEL_INCHES[1] * lines),
        layout="constrained",
    )
    for position, (panel, points) in enumerate(panels, start=1):
        _panel(picture.add_subplot(lines, columns, position), panel, points)
    try:
        with mpl.rc_context({"svg.hashsalt": "benchmarks"}):
            picture.savefig(path)
    except (OSError, ValueError) as error:
        raise errors.BenchmarkError(f"Can't write '{path}': {error}") from error


def _panel(
    area: axes.Axes, panel: series.Panel, lines: dict[str, list[series.Point]]
) -> None:
    numeric = all(
        isinstance(x, int | float) for points in lines.values() for x, _ in points
    )
    if numeric:
        _curves(area, panel, lines)
    else:
        _bars(area, lines)
    area.set_title(f"{panel.benchmark}: {panel.title}", fontsize=10)
    highest = max(y for points in lines.values() for _, y in points)
    area.set_ylim(0, highest * 1.1 or 1)
    area.grid(visible=True, alpha=0.3)
    area.legend(fontsize=7)


def _curves(
    area: axes.Axes, panel: series.Panel, lines: dict[str, list[series.Point]]
) -> None:
    for name, points in lines.items():
        ordered = sorted((float(str(x)), y) for x, y in points)
        area.plot(
            [x for x, _ in ordered], [y for _, y in ordered], marker="o", label=name
        )
    if panel.logarithmic:
        area.set_xscale("log")
    area.set_xlabel(panel.over)


def _bars(area: axes.Axes, lines: dict[str, list[series.Point]]) -> None:
    names = list(dict.fromkeys(str(x) for points in lines.values() for x, _ in points))
    width = 0.8 / len(lines)
    for number, (label, points) in enumerate(lines.items()):
        places = [names.index(str(x)) + number * width for x, _ in points]
        area.bar(places, [y for _, y in points], width, label=label)
    middle = (len(lines) - 1) * width / 2
    area.set_xticks([place + middle for place in range(len(names))], names, rotation=20)
