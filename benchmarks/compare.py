"""Put two result files side by side and print the ratios.

Rows are matched by benchmark and case. Of a case that a file has twice, the later
one counts. What only one file has is listed at the end, not dropped silently.
"""

import argparse
import dataclasses
import math
import pathlib
import sys
from collections.abc import Iterable, Sequence

from benchmarks import cells, errors, report, results

_MORE_IS_BETTER = frozenset(
    {
        "requests_per_s",
        "nodes_per_s",
        "speedup",
        "succeeded",
        "active_clusters",
        "active_nodes",
        "distinct_servers",
        "accepted",
    }
)
# These count what was done; neither more nor less of them is better.
_NEITHER = frozenset({"requests", "idle_requests", "busy_requests", "processes"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pair:
    """Hold one measure of one case from both files."""

    benchmark: str
    case: str
    measure: str
    first: float
    second: float

    @property
    def ratio(self) -> float | None:
        """Return second by first; None if the first is zero."""
        return self.second / self.first if self.first else None

    @property
    def verdict(self) -> str:
        """Say in words which file is better, and how many times."""
        if self.measure in _NEITHER or math.isclose(self.first, self.second):
            return ""
        second_wins = (self.second > self.first) == (self.measure in _MORE_IS_BETTER)
        less, more = sorted((self.first, self.second))
        times = f" {cells.cell(more / less)} times" if less > 0 else ""
        return f"{'second' if second_wins else 'first'} better{times}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """Hold what both files have, and the cases that only one of them has."""

    pairs: tuple[Pair, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    outcomes: tuple[str, ...]


def compare(first: Iterable[results.Run], second: Iterable[results.Run]) -> Comparison:
    """Match the rows of two files."""
    before, after = results.latest(first), results.latest(second)
    left = {
        (name, key): row for name, rows in before.items() for key, row in rows.items()
    }
    right = {
        (name, key): row for name, rows in after.items() for key, row in rows.items()
    }
    pairs: list[Pair] = []
    outcomes: list[str] = []
    for where, row in left.items():
        if where not in right:
            continue
        pairs.extend(_pairs(where[0], row, right[where]))
        outcomes.extend(_outcomes(where[0], row, right[where]))
    return Comparison(
        pairs=tuple(pairs),
        only_first=_missing(left, right),
        only_second=_missing(right, left),
        outcomes=tuple(outcomes),
    )


def markdown(
    found: Comparison, labels: tuple[str, str], measures: Sequence[str] = ()
) -> str:
    """Write the comparison; only the named measures, or all."""
    text = ""
    shown = [p for p in found.pairs if not measures or p.measure in measures]
    for benchmark in dict.fromkeys(pair.benchmark for pair in shown):
        lines = [_line(pair) for pair in shown if pair.benchmark == benchmark]
        head = ["case", "measure", *labels, "ratio", "verdict"]
        text += f"## {benchmark}\n\n{report.table(head, lines)}\n"
    for title, cases in (
        ("Ended differently or badly", found.outcomes),
        (f"Only in {labels[0]}", found.only_first),
        (f"Only in {labels[1]}", found.only_second),
    ):
        if cases:
            text += f"{title}:\n\n" + "".join(f"- {case}\n" for case in cases) + "\n"
    return text


def _line(pair: Pair) -> list[str]:
    return [
        pair.case,
        pair.measure,
        cells.cell(pair.first),
        cells.cell(pair.second),
        cells.cell(pair.ratio),
        pair.verdict,
    ]


def _pairs(benchmark: str, first: results.Row, second: results.Row) -> list[Pair]:
    pairs: list[Pair] = []
    for name in first.measures:
        value = _number(first.measures[name])
        other = _number(second.measures.get(name))
        if value is not None and other is not None:
            pairs.append(
                Pair(
                    benchmark=benchmark,
                    case=_words(first),
                    measure=name,
                    first=value,
                    second=other,
                )
            )
    return pairs


def _outcomes(benchmark: str, first: results.Row, second: results.Row) -> list[str]:
    one, other = first.measures.get("outcome"), second.measures.get("outcome")
    if one == other and one in {None, "SUCCEEDED"}:
        return []
    return [f"{benchmark}: {_words(first)}: {one}, {other}"]


def _missing(
    rows: dict[tuple[str, tuple[object, ...]], results.Row],
    others: dict[tuple[str, tuple[object, ...]], results.Row],
) -> tuple[str, ...]:
    return tuple(
        f"{where[0]}: {_words(row)}"
        for where, row in rows.items()
        if where not in others
    )


def _words(row: results.Row) -> str:
    return ", ".join(f"{name} {cells.cell(value)}" for name, value in row.case.items())


def _number(value: results.Value) -> float | None:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_one else None  # type: ignore[arg-type]  # is_one says so


def main(argv: Sequence[str] | None = None) -> int:
    """Print the comparison of two result files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare")
    parser.add_argument("first", type=pathlib.Path)
    parser.add_argument("second", type=pathlib.Path)
    parser.add_argument(
        "--measures", nargs="+", default=[], help="e.g. cpu_ms_per_request p99_ms"
    )
    arguments = parser.parse_args(argv)
    try:
        first, second = results.load(arguments.first), results.load(arguments.second)
    except errors.BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    labels = (_label(first, "first"), _label(second, "second"))
    if labels[0] == labels[1]:
        labels = (f"{labels[0]} (first)", f"{labels[1]} (second)")
    found = compare(first, second)
    sys.stdout.write(markdown(found, labels, arguments.measures))
    return 0


def _label(runs: Sequence[results.Run], otherwise: str) -> str:
    return runs[-1].label if runs else otherwise


if __name__ == "__main__":
    sys.exit(main())
