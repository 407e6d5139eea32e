"""Show result files as tables (Markdown that reads as plain text too) and as a plot."""

import argparse
import pathlib
import sys
from collections.abc import Iterable, Sequence

from benchmarks import cells, errors, results

# Columns that are wide, and of interest only to who looks into the JSON.
_DETAILS = ("_cpu_ms_per_node", "_cpu_ms_per_request", "_peak_rss_mb")


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table with columns in line; all but words to the right."""
    rows = [list(line) for line in lines]
    columns = list(zip(head, *rows, strict=True))
    widths = [max(3, *map(len, column)) for column in columns]
    numeric = [all(_is_number(text) for text in column[1:]) for column in columns]

    def line(texts: Sequence[str]) -> str:
        padded = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, numeric, strict=True)
        )
        return f"| {' | '.join(padded)} |\n"

    rule = [
        "-" * (width - 1) + (":" if right else "-")
        for width, right in zip(widths, numeric, strict=True)
    ]
    return line(list(head)) + line(rule) + "".join(line(row) for row in rows)


def columns_of(rows: Sequence[results.Row], details: bool) -> tuple[list[str], ...]:
    """Return the names of cases and measures, each once, in order of appearance."""
    cases = list(dict.fromkeys(name for row in rows for name in row.case))
    measures = list(dict.fromkeys(name for row in rows for name in row.measures))
    if not details:
        measures = [name for name in measures if not _is_detail(name)]
    return cases, measures


def markdown(runs: Iterable[results.Run], details: bool = False) -> str:
    """Write all runs, each with a heading, its table and its remarks.

    ``details`` adds the columns of CPU and memory by group of processes.
    """
    return "\n".join(_section(run, details) for run in runs)


def _section(run: results.Run, details: bool) -> str:
    machine = ", ".join(
        f"{name} {cells.cell(value)}" for name, value in run.machine.items()
    )
    text = f"## {run.benchmark}: {run.label}\n\n{run.started_at}; {machine}\n\n"
    if run.rows:
        cases, measures = columns_of(run.rows, details)
        lines = (
            [
                *(cells.cell(row.case.get(name)) for name in cases),
                *(cells.cell(row.measures.get(name)) for name in measures),
            ]
            for row in run.rows
        )
        text += table([*cases, *measures], lines)
    if run.remarks:
        text += "\n" + "".join(f"- {remark}\n" for remark in run.remarks)
    return text


def _is_detail(name: str) -> bool:
    return any(name.endswith(end) and name != end[1:] for end in _DETAILS)


def _is_number(text: str) -> bool:
    if text == "-":
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables of result files; draw the plot if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--details", action="store_true", help="all columns")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE.png")
    arguments = parser.parse_args(argv)
    try:
        runs = [run for path in arguments.files for run in results.load(path)]
        sys.stdout.write(markdown(runs, arguments.details))
        if arguments.plot:
            _plot(runs, arguments.plot)
    except errors.BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _plot(runs: Sequence[results.Run], path: pathlib.Path) -> None:
    try:
        # Tables must work where nobody has installed matplotlib.
        from benchmarks import plot
    except ImportError as error:
        raise errors.BenchmarkError(
            "A plot needs matplotlib: pip install -r benchmarks/requirements.txt"
        ) from error
    plot.draw(runs, path)


if __name__ == "__main__":
    sys.exit(main())
