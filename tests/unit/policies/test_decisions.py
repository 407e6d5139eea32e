"""What policies decide: bounds are kept, whatever the specs and the facts."""

import dataclasses
import datetime
import math
import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from senlin_like.domain import plan, spreading
from senlin_like.domain.capacity import Refusal, Sizes
from senlin_like.domain.enums import AdjustmentType, Kind
from senlin_like.domain.selection import Candidate, Criterion
from senlin_like.policies import batch, registry

TYPES = registry.load()
NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
MAX_NODES = 30
PLACES = ("a", "b", "c", "d")

HOOKS = {"type": "zaqar", "timeout": 9, "params": {"queue": "q", "url": ""}}
STATUSES = st.sampled_from(["ACTIVE", "ACTIVE", "ACTIVE", "ERROR", "WARNING", "INIT"])
TIMES = st.none() | st.integers(0, 5).map(lambda n: NOW - datetime.timedelta(days=n))


@st.composite
def candidates(draw: st.DrawFn, most: int = 12) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            id=f"n{index}",
            status=draw(STATUSES),
            index=index,
            tainted=draw(st.booleans()) and draw(st.booleans()),
            created_at=draw(TIMES),
            profile_created_at=draw(TIMES),
            zone=draw(st.sampled_from([None, "elsewhere", *PLACES])),
            region=draw(st.sampled_from([None, "elsewhere", *PLACES])),
        )
        for index in range(draw(st.integers(0, most)))
    )


@st.composite
def cluster_facts(draw: st.DrawFn) -> plan.Facts:
    low = draw(st.integers(0, 10))
    high = draw(st.just(-1) | st.integers(low, 15))
    sizes = Sizes(
        min_size=low, max_size=high, desired_capacity=draw(st.integers(0, 15))
    )
    return plan.Facts(
        members=draw(candidates()), sizes=sizes, max_nodes=MAX_NODES, now=NOW
    )


EVENTS = st.sampled_from([Kind.CLUSTER_SCALE_IN, Kind.CLUSTER_SCALE_OUT])
NUMBERS = st.integers(1, 300) | st.floats(0.1, 300)
ADJUSTMENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from([str(one) for one in AdjustmentType]),
        "number": NUMBERS,
        "min_step": st.integers(0, 5),
        "best_effort": st.booleans(),
        "cooldown": st.integers(0, 100),
    }
)


def places_of(plural: str, *, has_cap: bool) -> st.SearchStrategy[Any]:
    item: dict[str, Any] = {
        "name": st.sampled_from(PLACES),
        "weight": st.integers(0, 5),
    }
    if has_cap:
        item["cap"] = st.integers(-1, 6)
    one = st.fixed_dictionaries(item)
    return st.fixed_dictionaries({plural: st.lists(one, min_size=1, max_size=4)})


SPECS = {
    "scaling": st.fixed_dictionaries(
        {"event": EVENTS.map(str), "adjustment": ADJUSTMENTS}
    ),
    "zone_placement": places_of("zones", has_cap=False),
    "region_placement": places_of("regions", has_cap=True),
    "affinity": st.fixed_dictionaries(
        {"availability_zone": st.sampled_from([None, "az"])}
    ),
    "deletion": st.fixed_dictionaries(
        {
            "criteria": st.sampled_from([str(one) for one in Criterion]),
            "destroy_after_deletion": st.booleans(),
            "hooks": st.sampled_from([{}, HOOKS]),
            "grace_period": st.integers(0, 9),
            "reduce_desired_capacity": st.booleans(),
        }
    ),
    "batch": st.fixed_dictionaries(
        {
            "min_in_service": st.integers(-5, 20),
            "max_batch_size": st.integers(-5, 20),
            "pause_time": st.integers(-5, 20),
        }
    ),
}


@st.composite
def advisers(draw: st.DrawFn, *kinds: str) -> plan.Adviser:
    kind = draw(st.sampled_from(kinds))
    kind_of = TYPES.get(f"senlin.policy.{kind}-1.0")
    policy = plan.Attached(
        id=draw(st.uuids()).hex,
        policy_id="p",
        name=kind,
        type=f"{kind_of.name}-1.0",
        priority=kind_of.priority,
        properties=draw(SPECS[kind]),
        data={"servergroup_id": "group"} if kind == "affinity" else {},
        last_op=draw(st.none() | st.just(NOW - datetime.timedelta(seconds=50))),
    )
    return plan.Adviser(policy=policy, decide=kind_of.decide)


def ask_of(kind: Kind, seed: int = 0, **more: Any) -> plan.Ask:
    return plan.Ask(kind=kind, chance=random.Random(seed), **more)


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


REMOVING = st.sampled_from(
    [
        Kind.CLUSTER_SCALE_IN,
        Kind.CLUSTER_RESIZE,
        Kind.CLUSTER_DEL_NODES,
        Kind.CLUSTER_DELETE,
    ]
)


@given(
    adviser=advisers("batch"),
    facts=cluster_facts(),
    kind=REMOVING | st.just(Kind.CLUSTER_UPDATE),
    data=st.data(),
)
def test_every_node_is_in_one_batch(adviser, facts, kind, data) -> None:
    ids = [node.id for node in facts.members]
    if kind is not Kind.CLUSTER_UPDATE:
        number = data.draw(st.integers(0, len(ids)))
        ids = data.draw(st.permutations(ids))[:number]

    decided = adviser.decide(adviser.policy, facts, ask_of(kind, delete=len(ids)))

    if decided.batches is None:
        assert not ids
        return
    sets = plan.portions(facts.members, ids, decided.batches.size)
    assert sorted(one for part in sets for one in part) == sorted(ids)
    most = adviser.policy.properties["max_batch_size"]
    assert all(0 < len(part) <= (most if most > 0 else 99) for part in sets)
    assert decided.batches.pause_s >= 0
    assert str(len(sets)) in decided.reasons[0]


@given(adviser=advisers("batch"), facts=cluster_facts(), kind=REMOVING, data=st.data())
def test_enough_nodes_stay_while_others_go(adviser, facts, kind, data) -> None:
    """As many as is possible: a cluster that gets smaller than that can't keep them."""
    total = len(facts.members)
    number = data.draw(st.integers(0, total))
    ids = [node.id for node in facts.members][:number]
    kept = max(0, adviser.policy.properties["min_in_service"])

    batches = adviser.decide(adviser.policy, facts, ask_of(kind, delete=number)).batches

    sets = plan.portions(facts.members, ids, batches.size) if batches else ()
    if total > kept and sets:
        assert total - len(sets[0]) >= kept
    assert all(len(part) <= max(total - kept, math.ceil(total / 2)) for part in sets)
    left = total
    for part in sets:
        left -= len(part)
        assert left >= min(kept, total - number) or left < kept
    assert left == total - number


@given(adviser=advisers("batch"), facts=cluster_facts())
def test_a_growth_is_not_portioned(adviser, facts) -> None:
    ask = ask_of(Kind.CLUSTER_RESIZE, create=3)

    assert adviser.decide(adviser.policy, facts, ask) == plan.Decision()


@given(total=st.integers(1, 50), kept=st.integers(0, 60), most=st.integers(-1, 60))
def test_enough_nodes_stay_in_service(total, kept, most) -> None:
    size = batch.size_of({"min_in_service": kept, "max_batch_size": most}, total)

    assert 1 <= size <= total
    if total > kept:
        assert total - size >= kept
