"""Keep results in a JSON file: one file may hold the runs of several benchmarks.

A run has rows. A row has a *case* (what was done: names and numbers that make it
unique within its benchmark) and *measures* (what came out). Reports and comparisons
need to know no more than that.
"""

import dataclasses
import datetime
import json
import os
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks import errors

Value = str | int | float | bool | None

_FORMAT = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """Hold one case and what came out of it."""

    case: Mapping[str, Value]
    measures: Mapping[str, Value]

    @property
    def key(self) -> tuple[tuple[str, Value], ...]:
        """Return the case in a form that can be looked up, whatever its order."""
        return tuple(sorted(self.case.items()))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """Hold one run of one benchmark; ``label`` names what was measured."""

    benchmark: str
    label: str
    started_at: str
    endpoint: str
    machine: Mapping[str, Value]
    options: Mapping[str, Value]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


def now() -> str:
    """Return the time of day in UTC, as the files hold it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def load(path: pathlib.Path) -> list[Run]:
    """Read all runs of a file, in the order in which they were added.

    :raises BenchmarkError: when the file can't be read or isn't a result file.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            raise errors.BenchmarkError(f"'{path}' has an unknown format.")
        return [_run(run) for run in document["runs"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.BenchmarkError(
            f"'{path}' is not a result file: {type(error).__name__} {error}"
        ) from error


def add(path: pathlib.Path, run: Run) -> None:
    """Add a run to a file, which is made if it doesn't exist yet.

    The file is replaced in one step: a crash leaves the old one.

    :raises BenchmarkError: when the file exists and isn't a result file.
    """
    runs = [*(load(path) if path.exists() else []), run]
    document = {"format": _FORMAT, "runs": [dataclasses.asdict(run) for run in runs]}
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def latest(runs: Iterable[Run]) -> dict[str, dict[tuple[Any, ...], Row]]:
    """Return the rows by benchmark and case; of equal cases the last one."""
    found: dict[str, dict[tuple[Any, ...], Row]] = {}
    for run in runs:
        rows = found.setdefault(run.benchmark, {})
        rows.update({row.key: row for row in run.rows})
    return found


def _run(run: dict[str, Any]) -> Run:
    rows = tuple(Row(case=r["case"], measures=r["measures"]) for r in run["rows"])
    return Run(**(run | {"rows": rows, "remarks": tuple(run["remarks"])}))
