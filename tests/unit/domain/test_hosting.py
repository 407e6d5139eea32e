"""Which node something is put on."""

import random

import hypothesis
from hypothesis import strategies

from senlin_like.domain import hosting, naming, selection

CANDIDATES = strategies.lists(
    strategies.builds(
        hosting.Candidate,
        id=strategies.text("abc", min_size=1, max_size=3),
        index=strategies.integers(-1, 5),
        load=strategies.integers(0, 5),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)


@hypothesis.given(CANDIDATES)
def test_the_order_is_by_load_and_nobody_is_lost(candidates):
    known = {one.id: one for one in candidates}

    ranked = hosting.rank(candidates)

    assert sorted(ranked) == sorted(known)
    loads = [known[one].load for one in ranked]
    assert loads == sorted(loads)


@hypothesis.given(CANDIDATES, strategies.randoms(use_true_random=False))
def test_the_order_given_does_not_matter(candidates, chance):
    shuffled = list(candidates)
    chance.shuffle(shuffled)

    assert hosting.rank(shuffled) == hosting.rank(candidates)


@hypothesis.given(strategies.integers(1, 5), strategies.integers(0, 30))
def test_what_is_put_one_by_one_is_spread_evenly(hosts, count):
    loads = dict.fromkeys(range(hosts), 0)
    for _ in range(count):
        candidates = [
            hosting.Candidate(id=str(index), index=index, load=load)
            for index, load in loads.items()
        ]
        loads[int(hosting.rank(candidates)[0])] += 1

    assert max(loads.values()) - min(loads.values()) <= 1


@hypothesis.given(
    strategies.lists(
        strategies.tuples(
            strategies.booleans(), strategies.sampled_from(["ACTIVE", "ERROR", "INIT"])
        ),
        max_size=8,
    ),
    strategies.integers(0, 9),
)
def test_who_is_needed_goes_last(nodes, count):
    candidates = [
        selection.Candidate(id=str(place), status=status, index=place, is_needed=needed)
        for place, (needed, status) in enumerate(nodes)
    ]

    chosen = selection.choose(
        candidates, count, selection.Criterion.RANDOM, random.Random(0)
    )

    needed = [candidates[int(choice.id)].is_needed for choice in chosen]
    assert needed == sorted(needed)
    assert len(chosen) == min(count, len(candidates))
    assert len({choice.id for choice in chosen}) == len(chosen)


@hypothesis.given(strategies.text(min_size=1, max_size=naming.LONGEST))
def test_clouds_take_the_names_that_are_made_of_any(name):
    made = naming.for_object(name, "12345678")

    assert made.isascii()
    assert made[0].isalpha()
    assert len(made) <= naming.LONGEST
    assert made.endswith("-12345678")


def test_a_name_that_is_fit_stays_as_it_is():
    assert naming.for_object("web-1.a_b", "x") == "web-1.a_b-x"
