"""Aggregates change, hosts fail and engines die at random, and nothing is wrong then.

The torture does the same with real processes; here it can be seen that its judge
finds what is wrong.
"""

import contextlib
import random
import threading

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db.aggregate_models import Aggregate, AggregateHost, ImageTask
from senlin_like.db.models import Action
from senlin_like.operations import cluster_actions, clusters
from tests.torture import aggregate_checks, checks, keepers, meddlers
from tests.torture.meddlers import Meddler
from tests.torture.stage import Stage, opened

ROUNDS = 120


@pytest.fixture
def racks(tmp_path):
    """Give a stage with the hosts and aggregates of the torture."""
    stage = Stage(
        f"sqlite:///{tmp_path}/s.db",
        f"sqlite:///{tmp_path}/c.db",
        image_cache_parallelism=2,
        image_cache_attempts=2,
        image_cache_host_timeout=5,
    )
    stage.make_tables()
    stage.controls.put_settings({"journal": True, "cache_seconds": 3.0})
    meddlers.make_hosts(stage.controls)
    keepers.prepare(stage.deps, stage.ctx, stage.controls)
    yield from opened(stage)


@pytest.fixture
def meddler(racks):
    world = racks.driver.world
    return Meddler(racks.controls, world, 1, threading.Event())


def wrong(stage, meddler):
    return aggregate_checks.problems(stage.deps.db, meddler)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_or_counted_wrong(racks, meddler, seed):
    dice = random.Random(seed)
    keeper = keepers.Keeper(racks.deps, racks.ctx, dice)
    racks.a_profile("web")
    body = {"name": "web", "profile_id": "web", "desired_capacity": 1, "max_size": 99}
    clusters.create(racks.deps, racks.ctx, body)

    def grow(_name):
        asked = {"count": 1, "precache_aggregate": keeper.some()}
        cluster_actions.ask(racks.deps, racks.ctx, "web", "scale_out", asked)

    moves, weights = zip(*keeper.moves(), (grow, 2), strict=True)
    racks.moments.dice = lambda _label: dice.random() < 0.03

    for _ in range(ROUNDS):
        racks.moments.is_watching = False
        with contextlib.suppress(exceptions.Error):
            dice.choices(moves, weights)[0]("")
        if dice.random() < 0.3:
            meddler.meddle()
        racks.moments.is_watching = True
        racks.step(2)
        if dice.random() < 0.5:
            racks.advance(dice.uniform(0.5, 2.0))
    racks.drain()

    assert wrong(racks, meddler) == []
    assert checks.problems(racks.deps.db, racks.driver.world) == []
    assert aggregate_checks.left_in_line(racks.deps.db) == set()
    assert racks.crashes > 5
    ends = {row.status for row in aggregate_checks.cachings(racks.deps.db)}
    assert {"SUCCEEDED", "CANCELLED"} <= ends
    assert keeper.promised.total() > len(keeper.promised)
    grown = [row.status for row in aggregate_checks.warm(racks.deps.db)]
    assert "SUCCEEDED" in grown


def change(model, **values):
    """Change a row of a table behind everybody's back."""

    def act(stage):
        table = model.__table__
        with stage.deps.db.reader() as one:
            key = one.execute(sa.select(*table.primary_key).limit(1)).one()
        same = [
            column == value
            for column, value in zip(table.primary_key, key, strict=True)
        ]
        update = sa.update(table).where(*same).values(**values)
        stage.deps.db.transact(lambda one: one.execute(update))

    return act


def ask_again(stage):
    host, image = stage.rows(ImageTask)[0][1:3]
    stage.driver.hosts.cache_image(host, image)


def add_to_two(stage):
    def work(session):
        for number, zone in enumerate(("east", "west"), 1):
            row = {"aggregate_id": number, "host": "lost", "position": 99}
            session.execute(sa.insert(AggregateHost).values(row))
            mine = sa.update(Aggregate).where(Aggregate.id == number)
            session.execute(mine.values(zone=zone))

    stage.deps.db.transact(work)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda stage: stage.controls.clear_image_caches(), "isn't on host"),
        (change(ImageTask, status="failed"), "Healthy host"),
        (change(ImageTask, status="skipped"), "tells"),
        (change(ImageTask, status="underway"), "still waits"),
        (change(Action, status="FAILED"), "failed, but no host"),
        (ask_again, "was asked for 2 times instead of 1"),
        (add_to_two, "Host lost is in two zones."),
    ],
)
def test_the_judge_sees_what_is_wrong(racks, meddler, harm, told):
    keeper = keepers.Keeper(racks.deps, racks.ctx, random.Random(1))
    keeper.ask_images("")
    racks.drain()
    assert wrong(racks, meddler) == []

    harm(racks)

    assert any(told in one for one in wrong(racks, meddler))
