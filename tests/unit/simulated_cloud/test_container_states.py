"""What may follow what in a container's life."""

import dataclasses

import pytest

from senlin_like.simulated_cloud import container_states
from senlin_like.simulated_cloud.container_states import MOVES, Status


@dataclasses.dataclass
class Row:
    status: str = Status.CREATED
    target: str = Status.RUNNING
    reason: str = "why"
    ready_at: float = 10.0


@pytest.mark.parametrize(
    ("now", "state"), [(9.9, (Status.CREATED, "")), (10.0, (Status.RUNNING, "why"))]
)
def test_a_state_comes_when_its_time_has_come(now, state):
    assert container_states.state_of(Row(), now) == state


@pytest.mark.parametrize("name", MOVES)
def test_what_has_an_effect_is_not_idle(name):
    move = MOVES[name]

    assert move.sources
    assert not move.sources & move.idle


def test_the_dead_stay_dead():
    assert all(
        Status.DEAD not in move.sources | move.idle and move.target != Status.DEAD
        for move in MOVES.values()
    )
