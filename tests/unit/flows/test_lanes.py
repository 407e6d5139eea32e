"""Who finds room on the way to a slow place."""

import contextlib

from senlin_like.flows.lanes import Lanes


def test_one_place_has_a_part_of_all_lanes():
    lanes = Lanes(in_all=3, each=2)

    with contextlib.ExitStack() as held:
        rooms = [held.enter_context(lanes.enter(place)) for place in "aaabc"]

    assert rooms == [True, True, False, True, False]


def test_a_lane_is_free_again_after_its_use():
    lanes = Lanes(in_all=1, each=1)

    for place in ("a", "a", "b"):
        with lanes.enter(place) as has_room:
            assert has_room


def test_a_lane_is_free_again_after_a_failure():
    lanes = Lanes(in_all=1, each=1)
    try:
        with lanes.enter("a"):
            raise ValueError
    except ValueError:
        with lanes.enter("a") as has_room:
            assert has_room
