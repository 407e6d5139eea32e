"""A check that fails by a bug harms its own cluster alone."""

import pytest

from senlin_like.engine import checker
from tests.torture import watched


@pytest.fixture
def pair(stage):
    """Two clusters of one owner; give the ids of one to be ill, and of a good one."""
    policy = watched.a_policy(stage)
    ill = watched.a_cluster(stage, 2, policy, "ill")
    good = watched.a_cluster(stage, 3, policy, "good")
    return ill, good


@pytest.fixture(params=["detection.look", "open_case"])
def bug(request, monkeypatch, pair):
    """Let looks at the first cluster fail; give what mends them."""
    ill, _ = pair
    is_there = [True]

    def fail(cluster_ids):
        if is_there and ill in cluster_ids:
            raise KeyError("what nobody has thought of")

    look, open_case = checker.detection.look, checker.open_case

    def failing_look(bench, subjects, beat):
        with bench.deps.db.reader() as session:
            rows = checker.health_checks.members(session, [ill])
        ids = {row.id for row in rows}
        hit = any(node.id in ids for one in subjects for node in one.nodes)
        fail([ill] if hit else [])
        look(bench, subjects, beat)

    def failing_open(facts, due, usual):
        fail([due.row.cluster_id])
        return open_case(facts, due, usual)

    if request.param == "open_case":
        monkeypatch.setattr(checker, "open_case", failing_open)
    else:
        monkeypatch.setattr(checker.detection, "look", failing_look)
    return is_there.clear


def kill_one(stage, cluster):
    node = stage.nodes(cluster)[0]
    stage.controls.kill_server(node.physical_id)
    return node.id


def test_others_of_the_same_owner_are_repaired(stage, pair, bug):
    _, good = pair
    watched.check(stage)
    lost = kill_one(stage, good)

    found = watched.check(stage, after_s=61)

    assert [one.target for one in found] == [lost]


def test_it_is_told_once_and_tried_again_at_a_bounded_pace(stage, pair, bug):
    ill, _ = pair
    for _ in range(3):
        watched.check(stage, after_s=61)
        (row,) = [one for one in watched.checks(stage) if one.cluster_id == ill]
        assert row.token is None

    (said,) = watched.told(stage)
    assert "The check itself failed" in said
    assert "KeyError" in said
    assert "nobody has thought" not in said
    stage.advance(30)
    assert stage.engine.checker.look_once() == 0


def test_all_is_well_when_it_is_mended(stage, pair, bug):
    ill, _ = pair
    lost = kill_one(stage, ill)
    assert watched.check(stage, after_s=61) == []
    bug()

    found = watched.check(stage, after_s=61)

    assert [one.target for one in found] == [lost]
    assert "Nothing stands in the way of repairs any more." in watched.told(stage)
