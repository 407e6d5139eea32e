"""What policies of batches decide: everybody once, and enough stay in service."""

import math

from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import plan
from senlin_like.domain.enums import Kind
from senlin_like.policies import batch
from tests.unit.policies.strategies import advisers, ask_of, cluster_facts

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
