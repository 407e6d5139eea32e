"""What policies decide: bounds are kept, whatever the specs and the facts."""

import dataclasses
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from senlin_like.domain import plan, spreading
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.domain.selection import Criterion
from tests.unit.policies.strategies import (
    EVENTS,
    PLACES,
    SPECS,
    advisers,
    ask_of,
    cluster_facts,
)


@settings(max_examples=300)
@given(
    adviser=advisers("scaling"),
    facts=cluster_facts(),
    kind=EVENTS,
    count=st.none() | st.integers(-3, 40),
)
def test_scaling_keeps_the_bounds_or_refuses(adviser, facts, kind, count) -> None:
    answer = adviser.decide(adviser.policy, facts, ask_of(kind, count=count))

    if isinstance(answer, Refusal):
        assert answer.reason
        return
    if kind != adviser.policy.properties["event"]:
        assert answer == plan.Decision()
        return
    assert answer.count is not None
    assert answer.count >= 0
    assert count is None or answer.count <= count
    number, sizes = len(facts.members), facts.sizes
    if answer.count == 0:
        return
    if kind == Kind.CLUSTER_SCALE_OUT:
        most = facts.max_nodes if sizes.max_size < 0 else sizes.max_size
        assert number + answer.count <= min(most, facts.max_nodes)
    else:
        assert number - answer.count >= sizes.min_size


@given(
    several=st.lists(advisers("scaling"), min_size=2, max_size=4),
    facts=cluster_facts(),
    kind=EVENTS,
    seed=st.randoms(use_true_random=False),
)
def test_of_several_the_one_counts_that_leaves_most(several, facts, kind, seed) -> None:
    alone = [plan.decide([one], facts, ask_of(kind)) for one in several]
    together = plan.decide(several, facts, ask_of(kind))
    ids = [one.policy.id for one in several]
    seed.shuffle(ids)
    renamed = [
        dataclasses.replace(one, policy=dataclasses.replace(one.policy, id=name))
        for one, name in zip(several, ids, strict=True)
    ]

    assert isinstance(together, Refusal) == any(
        isinstance(one, Refusal) for one in alone
    )
    if isinstance(together, Refusal):
        return
    counts = [one.decision.count for one in alone if one.decision.count is not None]
    best = max if kind == Kind.CLUSTER_SCALE_OUT else min
    assert together.decision.count == (best(counts) if counts else None)
    again = plan.decide(renamed, facts, ask_of(kind))
    assert again.decision.count == together.decision.count


@given(adviser=advisers("scaling"), facts=cluster_facts(), kind=EVENTS)
def test_a_cooldown_refuses_its_own_event_only(adviser, facts, kind) -> None:
    policy = adviser.policy
    rests = policy.properties["adjustment"]["cooldown"] > 50
    is_mine = policy.properties["event"] == kind

    answer = adviser.decide(policy, facts, ask_of(kind, count=1))

    is_cold = isinstance(answer, Refusal) and "cooldown" in answer.reason
    assert is_cold == (policy.last_op is not None and rests and is_mine)


@settings(max_examples=1000)
@given(
    advisers=st.lists(
        advisers("deletion", "zone_placement", "region_placement"), max_size=4
    ),
    facts=cluster_facts(),
    delete=st.integers(0, 15),
    seed=st.integers(0, 9),
)
def test_never_more_nodes_go_than_asked(advisers, facts, delete, seed) -> None:
    delete = min(delete, len(facts.members))
    ask = ask_of(Kind.CLUSTER_SCALE_IN, seed, delete=delete)

    outcome = plan.decide(advisers, facts, ask)

    assert isinstance(outcome, plan.Outcome)
    decided = outcome.decision
    chosen = decided.candidates
    if chosen is None:
        chosen = plan.victims(
            facts.members, delete, Criterion.RANDOM, decided, random.Random(seed)
        )
    ids = [choice.id for choice in chosen]
    assert len(ids) == len(set(ids)) == delete
    assert set(ids) <= {node.id for node in facts.members}


@given(adviser=advisers("deletion"), facts=cluster_facts(), delete=st.integers(1, 12))
def test_nodes_in_trouble_go_first(adviser, facts, delete) -> None:
    ask = ask_of(Kind.CLUSTER_RESIZE, delete=delete)

    chosen = adviser.decide(adviser.policy, facts, ask).candidates

    bad = {
        node.id
        for node in facts.members
        if node.tainted or node.status in ("ERROR", "WARNING")
    }
    picked = {choice.id for choice in chosen}
    assert picked <= bad or bad <= picked


@given(adviser=advisers("deletion"), facts=cluster_facts())
def test_named_nodes_are_not_chosen_anew(adviser, facts) -> None:
    ask = ask_of(Kind.CLUSTER_DEL_NODES, delete=1, candidates=("n0",))

    answer = adviser.decide(adviser.policy, facts, ask)

    assert answer.candidates is None
    assert answer.removal.grace_s == adviser.policy.properties["grace_period"]
    assert (answer.removal.hook is not None) == bool(adviser.policy.properties["hooks"])


@given(adviser=advisers("deletion"), facts=cluster_facts())
def test_who_deletes_a_node_himself_calls_no_hook(adviser, facts) -> None:
    ask = ask_of(Kind.NODE_DELETE, delete=1, candidates=("n0",))

    assert adviser.decide(adviser.policy, facts, ask).removal.hook is None


@settings(max_examples=300)
@given(
    advisers=st.lists(
        advisers("zone_placement", "region_placement", "affinity"), max_size=4
    ),
    facts=cluster_facts(),
    create=st.integers(0, 15),
)
def test_every_new_node_has_a_place_within_the_caps(advisers, facts, create) -> None:
    outcome = plan.decide(
        advisers, facts, ask_of(Kind.CLUSTER_SCALE_OUT, create=create)
    )

    if isinstance(outcome, Refusal):
        assert "There is no feasible plan" in outcome.reason
        return
    decided = outcome.decision
    assert len(decided.places) in (0, create)
    regions = Counter(place.region for place in decided.places)
    have = Counter(node.region for node in facts.members)
    for adviser in advisers:
        for item in adviser.policy.properties.get("regions", ()):
            first = next(
                one
                for one in adviser.policy.properties["regions"]
                if one["name"] == item["name"]
            )
            if decided.regions and item is first and item["cap"] >= 0:
                grown = regions[item["name"]]
                is_alone = sum("regions" in a.policy.properties for a in advisers) == 1
                most = max(item["cap"], have[item["name"]])
                assert not is_alone or have[item["name"]] + grown <= most


@settings(max_examples=300)
@given(
    adviser=advisers("zone_placement", "region_placement"),
    facts=cluster_facts(),
    there=st.frozensets(st.sampled_from(PLACES)),
    create=st.integers(1, 15),
)
def test_only_places_that_can_be_used_get_nodes(adviser, facts, there, create) -> None:
    facts = dataclasses.replace(facts, zones=there, regions=there)
    given_ = adviser.policy.properties
    named = spreading.unique(
        [
            spreading.Share(
                name=one["name"],
                weight=one["weight"],
                cap=one["cap"] if one.get("cap", -1) >= 0 else None,
            )
            for one in given_.get("zones") or given_["regions"]
        ]
    )
    usable = {one.name: one for one in named if one.name in there and one.weight}

    ask = ask_of(Kind.CLUSTER_SCALE_OUT, create=create)
    answer = adviser.decide(adviser.policy, facts, ask)

    is_zone = "zones" in given_
    have = Counter(node.zone if is_zone else node.region for node in facts.members)
    room = sum(
        create if one.cap is None else max(0, one.cap - have[one.name])
        for one in usable.values()
    )
    if isinstance(answer, Refusal):
        assert room < create
        is_closed = not usable and {one.name for one in named} - there
        assert not is_closed or "None of the" in answer.reason
        return
    came = Counter(one.zone if is_zone else one.region for one in answer.places)
    assert sum(came.values()) == create
    assert set(came) <= set(usable)
    # Nobody is given a node while another is further behind its share.
    for name, number in came.items():
        for other in usable.values():
            is_full = other.cap is not None and have[other.name] + came[
                other.name
            ] >= max(other.cap, have[other.name])
            if number and other.name != name and not is_full:
                mine = have[name] + number - 1
                theirs = have[other.name] + came[other.name]
                assert mine * other.weight <= (theirs + 1) * usable[name].weight


@settings(max_examples=300)
@given(
    advisers=st.lists(advisers(*SPECS), max_size=5),
    facts=cluster_facts(),
    data=st.data(),
    kind=st.sampled_from([Kind.CLUSTER_SCALE_IN, Kind.CLUSTER_SCALE_OUT]),
    number=st.integers(0, 10),
)
def test_the_order_in_which_policies_are_found_is_of_no_matter(
    advisers, facts, data, kind, number
) -> None:
    shuffled = data.draw(st.permutations(advisers))
    is_in = kind is Kind.CLUSTER_SCALE_IN
    sizes = {"delete" if is_in else "create": number, "count": number}

    first = plan.decide(advisers, facts, ask_of(kind, 3, **sizes))
    second = plan.decide(shuffled, facts, ask_of(kind, 3, **sizes))

    assert first == second
