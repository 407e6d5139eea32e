"""Actions on nodes of a cluster that end at the same moment, on every database."""

import threading

import pytest

from senlin_like.engine.worker import Engine
from senlin_like.operations import clusters, nodes
from tests.torture.stage import Stage

SIZE = 6
LEAVING = 4


@pytest.fixture
def stages(any_url, tmp_path):
    """Give stages of one service, each with connections of its own."""
    cloud = f"sqlite:///{tmp_path}/c.db"
    first = Stage(any_url, cloud)
    first.make_tables()
    made = [first, *(Stage(any_url, cloud, key=first.key) for _ in range(LEAVING - 1))]
    yield made
    for stage in made:
        stage.close()


def work_at_once(stages, moment):
    """Let an engine of each stage claim an action, and pass a moment together."""
    gate = threading.Barrier(len(stages))

    def probe(reached):
        if reached == moment:
            gate.wait(30)

    engines = [Engine(one.deps, one.options, probe=probe) for one in stages]
    held = [(engine, engine.claim(1)[0]) for engine in engines]
    threads = [threading.Thread(target=one.work, args=(run,)) for one, run in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("trial", range(3))
def test_as_many_are_wanted_as_stay(stages, trial) -> None:
    stage = stages[0]
    profile = stage.a_profile()
    body = {"name": "web", "profile_id": profile, "desired_capacity": SIZE}
    cluster = clusters.create(stage.deps, stage.ctx, body | {"min_size": 0}).record
    stage.drain()
    for node in stage.nodes()[:LEAVING]:
        nodes.delete(stage.deps, stage.ctx, node.id, force=False)
    while any(row.wait_kind != "cloud" for row in stage.unfinished()):
        stage.step(1)
    stage.advance(5.0)
    stage.engine.watcher.look_once()

    work_at_once(stages, "before:finish")

    row = stage.cluster(cluster["id"])
    assert stage.unfinished() == []
    assert len(stage.nodes()) == SIZE - LEAVING
    assert (row.desired_capacity, row.status) == (SIZE - LEAVING, "ACTIVE")
