"""Clusters, policies and questions, made up at random."""

import datetime
import random
from typing import Any

from hypothesis import strategies as st

from senlin_like.domain import plan
from senlin_like.domain.capacity import Sizes
from senlin_like.domain.enums import AdjustmentType, Kind
from senlin_like.domain.selection import Candidate, Criterion
from senlin_like.policies import registry

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
