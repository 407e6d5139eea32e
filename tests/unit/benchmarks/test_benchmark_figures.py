"""Test the arithmetic of the benchmarks: percentiles, tallies, means, ledgers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import (
    busy_reads,
    cluster_sizes,
    load,
    measure,
    percentiles,
    results,
    waiting,
)

DURATIONS = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1)


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)]
)
def test_percentile_is_the_nearest_rank(percent: float, expected: int) -> None:
    values = range(1, 101)

    found = percentiles.percentile(values, percent)

    assert found == expected


@given(DURATIONS, st.floats(min_value=0, max_value=100))
def test_percentile_leaves_at_most_its_share_above(
    values: list[float], percent: float
) -> None:
    ordered = sorted(values)

    found = percentiles.percentile(ordered, percent)

    assert found in ordered
    above = sum(value > found for value in ordered)
    assert above <= (100 - percent) / 100 * len(ordered) + 1e-6


def test_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="No values"):
        percentiles.percentile([], 50)


def test_percentile_beyond_100_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        percentiles.percentile([1.0], 101)


@given(DURATIONS)
def test_summary_is_in_order(values: list[float]) -> None:
    found = percentiles.summary(values)

    assert found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert min(values) - 1e-6 <= found["mean_ms"] <= max(values) + 1e-6


def test_summary_of_nothing_is_empty() -> None:
    assert percentiles.summary([]) == {}


def test_tally_rates_and_times_good_answers_only() -> None:
    tally = load.Tally(expected=200, seconds=2.0)
    other = load.Tally(expected=200)
    for status, latency_ms in ((200, 10.0), (200, 30.0), (503, 1.0)):
        tally.add(status, latency_ms)
    other.add(load.NO_ANSWER, 5.0)
    other.add(404, 5.0)

    tally.merge(other)

    found = tally.measures()
    assert found["requests_per_s"] == 1.0
    assert found["mean_ms"] == 20.0
    assert (found["requests"], found["errors"]) == (5, 3)
    assert (found["status_5xx"], found["no_answer"]) == (1, 1)
    assert tally.failures() == {"no answer": 1, "404": 1, "503": 1}


@given(st.floats(min_value=0, max_value=1e5))
def test_looks_are_never_further_apart_than_a_twentieth(waited_s: float) -> None:
    pause_s = waiting.pause_s(waited_s)

    assert 0.02 <= pause_s <= 2.0
    assert pause_s <= max(0.02, waited_s / 20 + 1e-9)


def test_ratio_needs_both_figures() -> None:
    assert busy_reads.ratio(9.0, 3.0) == 3.0
    assert busy_reads.ratio(None, 3.0) is None
    assert busy_reads.ratio(9.0, 0.0) is None


@pytest.mark.parametrize(
    ("size", "expected"), [(0, 20), (1, 20), (10, 20), (100, 2), (150, 2), (1000, 1)]
)
def test_small_sizes_are_repeated(size: int, expected: int) -> None:
    assert cluster_sizes.repetitions(size, 200) == expected


def test_average_of_repetitions() -> None:
    rows: list[dict[str, results.Value]] = [
        {"seconds": 1.0, "nodes_per_s": 10.0, "peak_rss_mb": 50.0, "outcome": "A"},
        {"seconds": 3.0, "nodes_per_s": 10 / 3, "peak_rss_mb": 40.0, "outcome": "B"},
    ]

    found = cluster_sizes.average(rows, 10)

    assert found == {
        "repetitions": 2,
        "seconds": 2.0,
        "nodes_per_s": 5.0,
        "peak_rss_mb": 50.0,
        "outcome": "B",
    }


def a_reading(
    cpu_s: float, reaped_s: float = 0.0, parent: measure.Key | None = None
) -> measure.Reading:
    """Return a reading of a process in the group ``db``."""
    return measure.Reading(
        group="db", parent=parent, cpu_s=cpu_s, reaped_s=reaped_s, rss=0
    )


PARENT = measure.Key(1, 10.0)
CHILD = measure.Key(2, 20.0)
LATE = measure.Key(3, 110.0)


def test_ledger_counts_from_the_first_look() -> None:
    ledger = measure.Ledger({PARENT: a_reading(5.0)})

    ledger.add({PARENT: a_reading(7.5)})

    assert ledger.spent_s() == {"db": 2.5}


def test_ledger_counts_all_of_a_process_born_meanwhile() -> None:
    ledger = measure.Ledger({PARENT: a_reading(5.0)})

    ledger.add({PARENT: a_reading(5.0), LATE: a_reading(1.5)})

    assert ledger.spent_s() == {"db": 1.5}


def test_ledger_leaves_out_what_a_late_found_process_spent_before() -> None:
    ledger = measure.Ledger({PARENT: a_reading(5.0)}, frozenset({PARENT, CHILD}))

    ledger.add({PARENT: a_reading(5.0), CHILD: a_reading(40.0)})
    ledger.add({PARENT: a_reading(5.0), CHILD: a_reading(41.0)})

    assert ledger.spent_s() == {"db": 1.0}


def test_ledger_counts_an_ended_child_once_though_its_parent_inherits_it() -> None:
    first = {PARENT: a_reading(5.0), CHILD: a_reading(40.0, parent=PARENT)}
    ledger = measure.Ledger(first)

    ledger.add({PARENT: a_reading(5.0), CHILD: a_reading(42.0, parent=PARENT)})
    ledger.add({PARENT: a_reading(5.0, reaped_s=43.0)})

    assert ledger.spent_s() == {"db": pytest.approx(3.0)}


def test_ledger_keeps_an_ended_child_that_nobody_inherits() -> None:
    first = {PARENT: a_reading(5.0), CHILD: a_reading(40.0, parent=PARENT)}
    ledger = measure.Ledger(first)

    ledger.add({PARENT: a_reading(5.0), CHILD: a_reading(42.0, parent=PARENT)})
    ledger.add({PARENT: a_reading(6.0)})

    assert ledger.spent_s() == {"db": pytest.approx(3.0)}


def test_ledger_keeps_what_was_spent_when_everything_has_ended() -> None:
    ledger = measure.Ledger({PARENT: a_reading(5.0)})

    ledger.add({PARENT: a_reading(6.0)})
    ledger.add({})

    assert ledger.spent_s() == {"db": 1.0}


def test_ledger_takes_a_child_that_ends_with_its_parent_and_spent_nothing() -> None:
    first = {PARENT: a_reading(5.0), CHILD: a_reading(0.0, parent=PARENT)}
    ledger = measure.Ledger(first)

    ledger.add({})

    assert ledger.spent_s() == {"db": 0.0}


def test_usage_is_divided_by_what_was_done() -> None:
    usage = measure.Usage(
        seconds=1.0,
        own_cpu_s=0.1,
        cpu_s={"api": 1.0, "db": 3.0},
        peak_rss_mb={"api": 10.0, "db": 30.0},
        peak_processes=4,
        peak_connections=7,
    )

    found = usage.measures("node", 100)

    assert found["cpu_ms_per_node"] == 40.0
    assert found["db_cpu_ms_per_node"] == 30.0
    assert found["peak_rss_mb"] == 40.0
    assert found["peak_database_connections"] == 7
    assert "cpu_ms_per_node" not in usage.measures("node", 0)


def test_group_is_read_from_a_pattern_or_from_ids() -> None:
    by_pattern = measure.parse_group("api=uwsgi.*api$")
    by_ids = measure.parse_group("db=pid:12,34")

    assert by_pattern.pattern == re.compile("uwsgi.*api$")
    assert by_ids.pids == {12, 34}
    assert measure.match([by_pattern, by_ids], 34, "postgres") == "db"
    assert measure.match([by_pattern, by_ids], 5, "uwsgi --module api") == "api"
    assert measure.match([by_pattern, by_ids], 5, "cron") is None


@pytest.mark.parametrize("text", ["", "api", "api=", "=x", "a b=x", "api=(", "a=pid:x"])
def test_other_groups_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        measure.parse_group(text)
