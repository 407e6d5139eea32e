"""Test what the benchmarks write and show: files, tables, comparisons, plots."""

import json
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import cells, compare, errors, report, results, series


def a_run(
    *rows: results.Row, benchmark: str = "cluster_sizes", label: str = "ours"
) -> results.Run:
    """Return a run with these rows."""
    return results.Run(
        benchmark=benchmark,
        label=label,
        started_at="2026-01-01T00:00:00Z",
        endpoint="http://127.0.0.1:8777/v1",
        machine={"cpus": 2},
        options={"sizes": "10 100"},
        rows=rows,
        remarks=("Nothing odd.",),
    )


def a_row(
    nodes: int = 10, phase: str = "create", **measures: results.Value
) -> results.Row:
    """Return a row about a cluster of this size."""
    return results.Row(
        case={"phase": phase, "nodes": nodes, "build_s": 0}, measures=measures
    )


def test_file_gives_back_what_was_added(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "results.json"
    first, second = a_run(a_row(seconds=1.5)), a_run(label="theirs")

    results.add(path, first)
    results.add(path, second)

    assert results.load(path) == [first, second]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2, "runs": []}', '{"format": 1, "runs": [{}]}']
)
def test_other_files_are_refused(tmp_path: pathlib.Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)

    with pytest.raises(errors.BenchmarkError, match=r"results\.json"):
        results.load(path)


def test_a_broken_file_is_not_overwritten(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("precious")

    with pytest.raises(errors.BenchmarkError):
        results.add(path, a_run())

    assert path.read_text() == "precious"


def test_latest_row_of_a_case_counts() -> None:
    runs = [
        a_run(a_row(seconds=1.0), a_row(100, seconds=9.0)),
        a_run(a_row(seconds=2.0)),
    ]

    found = results.latest(runs)["cluster_sizes"]

    assert {row.measures["seconds"] for row in found.values()} == {2.0, 9.0}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "-"),
        ("ACTIVE", "ACTIVE"),
        (1000, "1000"),
        (1234.5, "1234"),
        (0.0, "0"),
        (12.34, "12.3"),
        (1.234, "1.23"),
        (0.01234, "0.0123"),
        (10.0, "10"),
    ],
)
def test_cell_shows_three_digits(value: results.Value, expected: str) -> None:
    assert cells.cell(value) == expected


@given(st.lists(st.tuples(st.text("ab|"), st.integers()), max_size=5))
def test_table_has_lines_of_one_length(pairs: list[tuple[str, int]]) -> None:
    lines = [[word, str(number)] for word, number in pairs]

    text = report.table(["word", "number"], lines)

    assert len({len(line) for line in text.splitlines()}) == 1
    assert len(text.splitlines()) == len(lines) + 2


def test_markdown_shows_cases_measures_and_remarks() -> None:
    run = a_run(
        a_row(seconds=1.5, cpu_ms_per_node=2.0, api_cpu_ms_per_node=1.0),
        a_row(100, seconds=None, outcome="TIMEOUT"),
    )

    text = report.markdown([run])

    assert text.splitlines() == [
        "## cluster_sizes: ours",
        "",
        "2026-01-01T00:00:00Z; cpus 2",
        "",
        "| phase  | nodes | build_s | seconds | cpu_ms_per_node | outcome |",
        "| ------ | ----: | ------: | ------: | --------------: | ------- |",
        "| create |    10 |       0 |    1.50 |               2 | -       |",
        "| create |   100 |       0 |       - |               - | TIMEOUT |",
        "",
        "- Nothing odd.",
    ]


def test_details_are_shown_on_demand() -> None:
    run = a_run(a_row(api_cpu_ms_per_node=1.0))

    assert "api_cpu_ms_per_node" in report.markdown([run], details=True)


def test_comparison_names_ratio_and_winner() -> None:
    first = [a_run(a_row(cpu_ms_per_node=20.0, nodes_per_s=7.0))]
    second = [a_run(a_row(cpu_ms_per_node=2.0, nodes_per_s=70.0))]

    found = compare.compare(first, second)

    cpu, rate = found.pairs
    assert cpu.ratio == pytest.approx(0.1)
    assert cpu.verdict == "second better 10 times"
    assert rate.ratio == pytest.approx(10)
    assert rate.verdict == "second better 10 times"


def test_comparison_survives_zeros_and_equals() -> None:
    row, other = a_row(seconds=0.0, p99_ms=1.0), a_row(seconds=2.0, p99_ms=1.0)

    found = compare.compare([a_run(row)], [a_run(other)])

    assert [(pair.ratio, pair.verdict) for pair in found.pairs] == [
        (None, "first better"),
        (1.0, ""),
    ]


def test_comparison_tells_what_only_one_file_has() -> None:
    first = [a_run(a_row(10), a_row(100))]
    second = [a_run(a_row(10), a_row(1000))]

    found = compare.compare(first, second)

    assert found.only_first == ("cluster_sizes: phase create, nodes 100, build_s 0",)
    assert found.only_second == ("cluster_sizes: phase create, nodes 1000, build_s 0",)


def test_comparison_tells_bad_ends() -> None:
    first = [a_run(a_row(outcome="TIMEOUT"), a_row(100, outcome="SUCCEEDED"))]
    second = [a_run(a_row(outcome="SUCCEEDED"), a_row(100, outcome="SUCCEEDED"))]

    found = compare.compare(first, second)

    assert found.outcomes == (
        "cluster_sizes: phase create, nodes 10, build_s 0: TIMEOUT, SUCCEEDED",
    )


def test_comparison_is_printed(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results.add(tmp_path / "a.json", a_run(a_row(seconds=4.0, bad_polls=0)))
    results.add(
        tmp_path / "b.json", a_run(a_row(seconds=1.0, bad_polls=0), label="old")
    )

    status = compare.main(
        [str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--measures", "seconds"]
    )

    printed = capsys.readouterr().out
    assert status == 0
    assert "second better 4 times" in printed
    assert "bad_polls" not in printed


def test_report_of_a_missing_file_ends_with_1(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = report.main([str(tmp_path / "none.json")])

    assert status == 1
    assert "none.json" in capsys.readouterr().err


def test_series_are_lines_by_label_and_rest_of_the_case() -> None:
    panel = series.Panel(
        benchmark="cluster_sizes",
        over="nodes",
        measure="nodes_per_s",
        title="made",
        only={"phase": "create"},
    )
    runs = [
        a_run(a_row(10, nodes_per_s=1.0), a_row(100, nodes_per_s=2.0)),
        a_run(a_row(10, nodes_per_s=3.0)),
        a_run(a_row(10, nodes_per_s=9.0), label="theirs"),
        a_run(a_row(10, "delete", nodes_per_s=5.0), a_row(1000, outcome="TIMEOUT")),
        a_run(a_row(10, nodes_per_s=7.0), benchmark="other"),
    ]

    found = series.of_panel(panel, runs)

    assert found == {
        "ours, build_s 0": [(10, 3.0), (100, 2.0)],
        "theirs, build_s 0": [(10, 9.0)],
    }


def test_plot_is_drawn(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("matplotlib")
    results.add(tmp_path / "a.json", a_run(a_row(nodes_per_s=1.0)))
    picture = tmp_path / "a.svg"

    status = report.main([str(tmp_path / "a.json"), "--plot", str(picture)])

    assert status == 0
    assert "<svg" in picture.read_text()


def test_plot_of_nothing_is_refused(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "a.json").write_text(json.dumps({"format": 1, "runs": []}))

    status = report.main([str(tmp_path / "a.json"), "--plot", str(tmp_path / "a.svg")])

    assert status == 1
    assert "nothing to plot" in capsys.readouterr().err
