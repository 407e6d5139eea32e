"""Rounds of checks that take long: what was seen must be new when it counts."""

import types

import pytest

from senlin_like.domain.health import Finding, Seen
from senlin_like.engine import checker, probes
from tests.torture import watched


class Slow:
    """A prober that takes all the time that it may, and then knows some bad nodes."""

    def __init__(self, known):
        self.known = known
        self.now = 0.0
        self.cloud_s = 0.0
        self.within = []
        self.orders = []

    def monotonic(self):
        return self.now

    def ask(self, wanted, *, within_s, **_rest):
        self.within.append(within_s)
        self.orders.append(tuple(wanted))
        self.now += within_s
        seen = dict.fromkeys(wanted, probes.NOT_IN_TIME)
        for key, (_probe, name) in wanted.items():
            if name in self.known:
                seen[key] = Seen(finding=Finding.BAD, reason="no answer")
        return seen

    def close(self):
        pass


@pytest.fixture
def limit():
    """Give how often a silent node is asked again."""
    return 0


@pytest.fixture
def slow(stage, monkeypatch, limit):
    mode = watched.url_mode(poll_url_retry_limit=limit)
    stage.engine.checker.prober.get = watched.Web()
    watched.a_cluster(stage, 8, watched.a_policy(stage, mode))
    watched.check(stage)
    prober = Slow({stage.nodes()[0].name})
    stage.engine.checker.prober = prober
    clock = types.SimpleNamespace(monotonic=prober.monotonic)
    monkeypatch.setattr(checker, "time", clock)
    look = checker.detection.look

    def slow_look(*args):
        prober.now += prober.cloud_s
        look(*args)

    monkeypatch.setattr(checker.detection, "look", slow_look)
    return prober


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_round_full_of_silent_nodes_repairs_what_it_knows(stage, slow, share):
    slow.cloud_s = share * stage.engine.checker.options.hold_s

    (action,) = watched.check(stage, after_s=61)

    assert stage.cluster(action.cluster_id).name == "web"
    assert not any("too late" in reason for reason in watched.told(stage))


def test_nobody_is_asked_when_the_look_is_too_old_already(stage, slow):
    slow.cloud_s = stage.engine.checker.options.hold_s + 1

    assert watched.check(stage, after_s=61) == []

    assert slow.within == [0.0]


def test_nodes_take_turns_at_being_asked_first(stage, slow):
    slow.known = {}
    for _ in range(5):
        watched.check(stage, after_s=61)

    assert len(set(slow.orders)) > 1


@pytest.mark.parametrize("limit", [0, 2])
def test_those_that_were_not_asked_do_not_vouch_for_the_others(stage, slow, limit):
    """Two of the two that were asked are bad: that isn't two of eight."""
    slow.known = {node.name for node in stage.nodes()[:2]}

    for pause_s in (61, 4, 4, 4):
        assert watched.check(stage, after_s=pause_s) == []

    assert any("2 of 2 nodes look bad" in one for one in watched.told(stage))


def test_one_known_to_be_bad_without_being_asked_counts_as_a_node(stage, slow):
    """The cloud says that it is gone: that isn't one of none."""
    slow.known = {}
    mode = watched.url_mode(poll_url_retry_limit=0)
    policy = watched.a_policy(stage, watched.STATUS, mode)
    cluster = watched.a_cluster(stage, 8, policy, "both")
    watched.check(stage)
    lost = stage.nodes(cluster)[0]
    stage.controls.kill_server(lost.physical_id)

    found = watched.check(stage, after_s=61)

    assert [row.target for row in found] == [lost.id]
