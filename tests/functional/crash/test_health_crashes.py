"""An engine that dies in a check: the check comes back, and repairs come once."""

import pytest

from senlin_like.operations import node_actions, repairs
from tests.torture import watched
from tests.torture.moments import Crash


class Fuse:
    """Lets the process die at the n-th end of a transaction or cloud call.

    ``is_kept``: what was being done is done, but nobody hears of it.
    """

    def __init__(self, at, *, is_kept):
        self.at = at
        self.met = 0
        self.is_kept = is_kept

    def wrap(self, call):
        def wrapped(*args, **kwargs):
            self.met += 1
            is_here = self.met == self.at
            if is_here and not self.is_kept:
                raise Crash
            result = call(*args, **kwargs)
            if is_here:
                raise Crash
            return result

        return wrapped


@pytest.fixture
def fused(stage, monkeypatch):
    """Let the engine die at a moment of its next check; tell whether it did."""

    def run(at, *, is_kept):
        fuse = Fuse(at, is_kept=is_kept)
        with monkeypatch.context() as patch:
            patch.setattr(stage.deps.db, "transact", fuse.wrap(stage.deps.db.transact))
            bench = stage.engine.bench
            cloud = bench.cloud
            patch.setattr(bench, "cloud", fuse.wrap(cloud))
            patch.setattr(
                repairs.actions, "request", fuse.wrap(repairs.actions.request)
            )
            try:
                stage.engine.checker.look_once()
            except Crash:
                stage.crash()
                return True
        return False

    return run


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("at", range(1, 6))
def test_a_crash_anywhere_in_a_check_ends_with_one_repair(stage, fused, at, is_kept):
    cluster = watched.a_cluster(stage, 3, watched.a_policy(stage))
    watched.check(stage)
    stage.advance(61)
    node = stage.nodes()[0]
    stage.controls.kill_server(node.physical_id)

    died = fused(at, is_kept=is_kept)

    assert died == (at <= 4)
    for _ in range(4):
        watched.check(stage, after_s=61)
        stage.drain()
    assert len(watched.all_recoveries(stage)) == 1
    assert {one.status for one in stage.nodes(cluster)} == {"ACTIVE"}
    assert len(stage.servers()) == 3


def test_a_round_that_was_overtaken_writes_nothing(stage, monkeypatch):
    watched.a_cluster(stage, 3, watched.a_policy(stage))
    node = stage.nodes()[0]
    stage.controls.kill_server(node.physical_id)
    settle = repairs.settle
    second = stage.new_engine()

    def slow(deps, token, outcome):
        monkeypatch.undo()
        stage.advance(61)
        second.checker.look_once()
        return settle(deps, token, outcome)

    monkeypatch.setattr(repairs, "settle", slow)
    stage.engine.checker.look_once()

    assert len(watched.all_recoveries(stage)) == 1
    assert len([text for text in watched.told(stage) if "requested" in text]) == 1


def test_a_check_that_is_at_work_is_left_alone_by_others(stage, monkeypatch):
    watched.a_cluster(stage, 3, watched.a_policy(stage))
    second = stage.new_engine()
    counts = []
    look = repairs.settle

    def meanwhile(deps, token, outcome):
        counts.append(second.checker.look_once())
        return look(deps, token, outcome)

    monkeypatch.setattr(repairs, "settle", meanwhile)
    stage.engine.checker.look_once()

    assert counts == [0]


def test_a_binding_that_ends_during_a_check_ends_its_repairs(stage, monkeypatch):
    policy = watched.a_policy(stage)
    cluster = watched.a_cluster(stage, 3, policy)
    stage.controls.kill_server(stage.nodes()[0].physical_id)
    settle = repairs.settle

    def late(deps, token, outcome):
        watched.attach(stage, cluster, policy, name="policy_update", enabled=False)
        return settle(deps, token, outcome)

    monkeypatch.setattr(repairs, "settle", late)
    stage.engine.checker.look_once()

    assert watched.all_recoveries(stage) == []
    assert watched.checks(stage) == []


def test_a_node_that_changed_during_a_check_is_left_to_the_next(stage, monkeypatch):
    watched.a_cluster(stage, 3, watched.a_policy(stage))
    node = stage.nodes()[0]
    stage.controls.kill_server(node.physical_id)
    settle = repairs.settle

    def late(deps, token, outcome):
        node_actions.ask(stage.deps, stage.ctx, node.id, "recover", {})
        stage.drain()
        return settle(deps, token, outcome)

    monkeypatch.setattr(repairs, "settle", late)
    stage.engine.checker.look_once()

    assert [row.cause for row in watched.all_recoveries(stage)] == ["RPC Request"]
