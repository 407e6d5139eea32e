"""Engines die while images are brought to many hosts: nothing is lost or done twice.

What the cloud was told before an engine died is seen by the next one.
"""

import dataclasses

import pytest

from senlin_like.db.models import Event
from tests.torture import hosted
from tests.torture.hosted import ONE
from tests.torture.stage import OPTIONS, Stage, opened

HOSTS, DOWN, REFUSING, UNSURE = 200, 3, 2, 20
HANGING = ["node-100", "node-101"]
#: Engines die at every eleventh moment, in each run at others.
EVERY = 11
TRIES = 3


@pytest.fixture
def racks(tmp_path):
    """Make an aggregate of hosts; some are down, or never do what they are told."""
    stage = Stage(
        f"sqlite:///{tmp_path}/s.db",
        f"sqlite:///{tmp_path}/c.db",
        options=dataclasses.replace(OPTIONS, max_attempts=10**6),
        image_cache_attempts=TRIES,
        image_cache_host_timeout=20,
        default_action_timeout=100_000,
    )
    stage.make_tables()
    hosts = hosted.make_hosts(stage, HOSTS)
    hosted.make_aggregate(stage, hosts)
    hosted.hang(stage, *HANGING)
    for host in hosts[:DOWN]:
        stage.controls.set_host(host, {"state": "down"})
    for host in hosts[-REFUSING:]:
        hosted.fault(stage, host, "error", message="No space left.")
    hosted.fault(stage, "node-05.", "done_but_timeout", count=UNSURE)
    yield from opened(stage)


@pytest.mark.parametrize("first", [0, 3, 6, 9])
def test_crashes_again_and_again_lose_nothing(racks, first):
    met = [0]

    def dice(_label):
        met[0] += 1
        return met[0] % EVERY == first

    racks.moments.dice = dice
    racks.moments.is_watching = True
    action_id = hosted.ask(racks)
    racks.drain(rounds=5000)

    ended = racks.action(action_id)
    done = HOSTS - DOWN - REFUSING - len(HANGING)
    assert racks.crashes > 40
    assert ended.outputs["hosts"] == {
        "total": HOSTS,
        "done": done,
        "failed": REFUSING + len(HANGING),
        "skipped": DOWN,
        "left": 0,
    }
    assert ended.status_reason.startswith("4 of 200 hosts failed: node-100 (image")
    assert len(hosted.cached(racks)) == done
    asked = hosted.asked(racks)
    refusing = [asked.pop(f"node-{HOSTS - 1 - n}/{ONE}") for n in range(REFUSING)]
    hanging = [asked.pop(f"{host}/{ONE}") for host in HANGING]
    assert set(asked.values()) == {1}
    assert len(asked) == done
    # The first of their tries was somebody else's.
    assert all(TRIES - 1 <= count < TRIES + racks.crashes for count in hanging)
    assert all(TRIES <= count <= TRIES + racks.crashes for count in refusing)
    assert sum(refusing) <= TRIES * REFUSING + 6
    phases = [row.status for row in racks.rows(Event)]
    assert (phases.count("start"), phases.count("error")) == (1, 1)
    assert phases.count("progress") <= 10
