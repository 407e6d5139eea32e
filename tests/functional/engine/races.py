"""Cases of clients that scale a cluster in at the same time, and what is right."""

import dataclasses
import math
import random
import threading
from collections.abc import Sequence

from senlin_like import exceptions
from senlin_like.db import models
from senlin_like.operations import cluster_actions, clusters
from senlin_like.simulated_cloud import tables
from tests.torture import checks, scenarios

CLIENTS = 8
SIZES = (3, 5, 8, 12)
EVENT = "CLUSTER_SCALE_IN"
POOL = {"subnet": "private-subnet"}


@dataclasses.dataclass
class Tally:
    """What has happened in all cases."""

    cases: int = 0
    requests: int = 0
    refusals: int = 0
    actions: int = 0
    failures: int = 0
    deletions: int = 0
    looks: int = 0

    def __str__(self):
        told = dataclasses.asdict(self).items()
        return ", ".join(f"{number} {name}" for name, number in told)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """A cluster, its policies, and the counts that each wave of clients asks for.

    ``pauses``: how many steps the engine does after each wave.
    """

    size: int
    low: int
    high: int
    is_balanced: bool
    scaling: dict | None
    deletion: dict | None
    batch: dict | None
    waves: tuple[tuple[int | None, ...], ...]
    pauses: tuple[int, ...]

    def keeps_desired(self):
        return not (self.deletion or {}).get("reduce_desired_capacity", True)

    def leaving(self, count, left, has_scaled):
        """Tell how many of ``left`` nodes have to go, None if it is refused.

        ``count`` is what the request names.
        """
        rule = self.scaling
        if rule is None:
            gone = min(1 if count is None else count, left)
            return gone if left - gone >= self.low else None
        if has_scaled and rule["cooldown"]:
            return None
        gone = _own(rule, left) if count is None else count
        if gone <= 0:
            return None
        if rule["best_effort"]:
            return min(gone, max(0, left - self.low))
        return gone if left - gone >= self.low else None


def _own(rule, left):
    if rule["type"] == "EXACT_CAPACITY":
        return left - rule["number"]
    if rule["type"] == "CHANGE_IN_PERCENTAGE":
        return max(math.floor(left * rule["number"] / 100), rule["min_step"])
    return rule["number"]


def a_case(seed):
    dice = random.Random(seed)
    size = dice.choice(SIZES)
    waves = dice.randint(2, 4)
    rule = {
        "type": dice.choice(
            ["CHANGE_IN_CAPACITY", "CHANGE_IN_PERCENTAGE", "EXACT_CAPACITY"]
        ),
        "best_effort": dice.choice([True, False]),
        "cooldown": dice.choice([0, 0, 0, 100_000]),
        "min_step": dice.randint(1, 3),
    }
    most = 60 if rule["type"] == "CHANGE_IN_PERCENTAGE" else 4
    rule["number"] = dice.randint(1, most)
    criteria = ["OLDEST_FIRST", "OLDEST_PROFILE_FIRST", "YOUNGEST_FIRST", "RANDOM"]
    deletion = {
        "criteria": dice.choice(criteria),
        "grace_period": dice.choice([0, 0, 2]),
        "destroy_after_deletion": dice.random() < 0.8,
        "reduce_desired_capacity": dice.random() < 0.8,
    }
    batch = {
        "min_in_service": dice.randint(0, 3),
        "max_batch_size": dice.choice([-1, 1, 2]),
        "pause_time": dice.choice([0, 2]),
    }
    counts = [None, None, 1, 1, 2, 3, size]
    return Case(
        size=size,
        low=dice.randint(0, size - 1),
        high=size + dice.randint(0, 2),
        is_balanced=dice.random() < 0.25,
        scaling=rule if dice.random() < 0.7 else None,
        deletion=deletion if dice.random() < 0.7 else None,
        batch=batch if dice.random() < 0.3 else None,
        waves=tuple(
            tuple(dice.choice(counts) for _ in range(CLIENTS)) for _ in range(waves)
        ),
        pauses=tuple(dice.choice([0, 1, 2, 4, 50]) for _ in range(waves)),
    )


def make_ground(directory, size, is_balanced):
    """Make a cluster, with a load balancer if one is wanted."""
    stage = scenarios.open_stage(directory)
    stage.make_tables()
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": size}
    clusters.create(stage.deps, stage.ctx, body | {"min_size": 0, "timeout": 100_000})
    stage.drain()
    if is_balanced:
        Race(stage).attach("lb", "loadbalance", pool=POOL, vip=POOL)
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    stage.close()


def send_at_once(stage, counts: Sequence[int | None], meanwhile=lambda: None):
    """Send requests at the same time; give the ids of the actions taken.

    ``meanwhile`` is called before the answers have come.
    """
    barrier = threading.Barrier(len(counts))
    taken, refused = [], []

    def send(count):
        params = {} if count is None else {"count": count}
        barrier.wait()
        try:
            taken.append(
                cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", params)
            )
        except exceptions.Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=send, args=(count,)) for count in counts]
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join()
    assert len(taken) + len(refused) == len(counts)
    return taken


class Race:
    """One case on a stage, and what was seen at its moments."""

    def __init__(self, stage):
        self.stage = stage
        (row,) = stage.rows(models.Cluster)
        self.cluster = row.id
        self.wrong = []
        self.looks = 0
        self._written = -1

    def ask(self, name, **params):
        stage = self.stage
        asked = cluster_actions.ask(stage.deps, stage.ctx, "web", name, params)
        stage.drain()
        ended = stage.action(asked)
        assert ended.status == "SUCCEEDED", ended.status_reason

    def attach(self, name, kind, **properties):
        policy = self.stage.a_policy(name, kind, **properties)
        self.ask("policy_attach", policy_id=policy)

    def now(self):
        """Give node → server of the members."""
        return {node.id: node.physical_id for node in self.stage.nodes(self.cluster)}

    def prepare(self, case):
        self.ask("resize", min_size=case.low, max_size=case.high)
        if case.scaling is not None:
            self.attach("in", "scaling", event=EVENT, adjustment=case.scaling)
        if case.deletion is not None:
            self.attach("del", "deletion", **case.deletion)
        if case.batch is not None:
            self.attach("some", "batch", **case.batch)

    def run(self, case):
        """Let all waves come, and the engine work; give the ids of the actions."""

        def look(label):
            self.look(case, label)
            return False

        stage, taken = self.stage, []
        stage.moments.dice = look
        stage.moments.is_watching = True
        for counts, pause in zip(case.waves, case.pauses, strict=True):
            taken += send_at_once(stage, counts, lambda: stage.step(1))
            for _ in range(pause):
                if not stage.step(1):
                    stage.advance(1.0)
        stage.drain()
        stage.moments.is_watching = False
        return taken

    def look(self, case, label):
        """See that the bounds are kept now: by nodes, servers and by what is wanted."""
        if self._written == self.stage.moments.writes:
            return
        self._written = self.stage.moments.writes
        self.looks += 1
        row, members = self.stage.cluster(self.cluster), self.now()
        live = {one.id for one in checks.live_servers(self.stage.driver.world)}
        seen = {
            "nodes": len(members),
            "servers": len(live & set(members.values())),
            "wanted": row.desired_capacity,
        }
        self.wrong += [
            f"{number} {name} at {label}"
            for name, number in seen.items()
            if not case.low <= number <= case.high
        ]

    def pool(self):
        """Give the ids of all members of pools."""
        rows = checks.cloud_rows(self.stage.driver.world, tables.MEMBERS)
        return {row.id for row in rows}
