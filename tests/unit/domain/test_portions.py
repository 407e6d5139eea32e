"""How nodes are portioned into batches: each once, those in trouble first."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import plan, selection
from senlin_like.domain.selection import Candidate

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            id=f"n{index}",
            status=draw(st.sampled_from(["ACTIVE", "ACTIVE", "ERROR", "INIT"])),
            index=index,
            tainted=draw(st.booleans()),
            created_at=draw(st.sampled_from([None, NOW])),
        )
        for index in range(draw(st.integers(0, 12)))
    )


def rank(node: Candidate | None) -> int:
    """Tell how early a node has its turn; who isn't a member comes last."""
    if node is None:
        return 3
    if selection.is_bad(node):
        return 0
    return 1 if node.created_at is None else 2


@given(members=candidates(), size=st.integers(1, 5), data=st.data())
def test_nodes_in_trouble_are_in_the_first_batches(members, size, data) -> None:
    ids = data.draw(st.permutations([*(node.id for node in members), "stranger"]))
    known = {node.id: node for node in members}

    portions = plan.portions(members, [*ids, *ids], size)

    flat = [one for part in portions for one in part]
    assert sorted(flat) == sorted(ids)
    assert [len(part) for part in portions[:-1]] == [size] * (len(portions) - 1)
    ranks = [rank(known.get(one)) for one in flat]
    assert ranks == sorted(ranks)
    for of_rank in range(4):
        asked = [one for one in ids if rank(known.get(one)) == of_rank]
        assert [one for one in flat if rank(known.get(one)) == of_rank] == asked
