"""Which failed nodes are repaired, and when none is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import health
from senlin_like.domain.health import Breaker, Finding, Halt, Member, Mode, Round, Seen

FINDINGS = st.sampled_from(list(Finding))
MODES = st.dictionaries(
    st.sampled_from(list(Mode)), FINDINGS.map(lambda one: Seen(finding=one)), max_size=3
)
WORK = st.sampled_from(["none", "none", "none", "repair", "other"])
BREAKERS = st.builds(
    Breaker,
    max_unhealthy_percent=st.integers(0, 100),
    max_repairs_in_flight=st.integers(0, 12),
)


@st.composite
def rounds(draw, **fixed):
    members = [
        Member(
            id=f"n{number:02}",
            seen=draw(MODES),
            is_at_work=work != "none",
            is_in_repair=work == "repair",
            is_fresh=draw(st.booleans()),
        )
        for number, work in enumerate(draw(st.lists(WORK, max_size=15)))
    ]
    fields = {
        "needs_all": draw(st.booleans()),
        "is_late": draw(st.booleans()),
        "cloud_error": draw(st.sampled_from(["", "no"])),
        "is_changing": draw(st.booleans()),
    }
    return Round(members=members, **{**fields, **fixed})


def in_repair(facts):
    return sum(one.is_in_repair for one in facts.members)


@given(rounds(), BREAKERS)
def test_no_more_is_repaired_than_the_breaker_allows(facts, breaker):
    decision = health.decide(facts, breaker)

    if decision.repairs:
        together = len(decision.repairs) + in_repair(facts)
        assert together <= breaker.max_repairs_in_flight
        assert together <= breaker.allowance(len(facts.members))


@given(rounds(), BREAKERS)
def test_nothing_is_repaired_when_the_looking_is_in_doubt(facts, breaker):
    if facts.cloud_error or facts.is_late or facts.is_changing:
        assert health.decide(facts, breaker).repairs == ()


@given(rounds(), BREAKERS)
def test_only_failed_nodes_that_are_left_alone_by_others_are_repaired(facts, breaker):
    members = {one.id: one for one in facts.members}

    for id_ in health.decide(facts, breaker).repairs:
        one = members[id_]
        assert not any((one.is_at_work, one.is_in_repair, one.is_fresh))
        verdict = health.verdict(one.seen, needs_all=facts.needs_all)
        assert verdict is Finding.BAD


@given(rounds(), BREAKERS, st.integers(0, 100))
def test_the_order_of_the_nodes_does_not_matter(facts, breaker, seed):
    mixed = list(facts.members)
    random.Random(seed).shuffle(mixed)
    fields = {name: getattr(facts, name) for name in facts.__dataclass_fields__}

    other = Round(**{**fields, "members": mixed})

    assert health.decide(other, breaker) == health.decide(facts, breaker)


@given(rounds(), BREAKERS)
def test_a_halt_has_a_reason_and_no_repairs(facts, breaker):
    decision = health.decide(facts, breaker)

    assert (decision.halt is None) == (decision.reason == "")
    if decision.halt is not None:
        assert decision.repairs == ()


@given(MODES)
def test_all_that_fails_by_all_modes_fails_by_any(seen):
    if health.verdict(seen, needs_all=True) is Finding.BAD:
        assert health.verdict(seen, needs_all=False) is Finding.BAD


@given(MODES)
def test_who_was_not_seen_is_not_a_failed_one(seen):
    unseen = dict.fromkeys(seen, health.UNKNOWN)

    for needs_all in (True, False):
        verdict = health.verdict(unseen, needs_all=needs_all)
        assert verdict in (Finding.GOOD, Finding.UNKNOWN)


def cluster(size, bad, **fields):
    members = [
        Member(
            id=f"n{number:02}",
            seen={
                Mode.STATUS: Seen(finding=Finding.BAD) if number < bad else health.GOOD
            },
        )
        for number in range(size)
    ]
    return Round(members=members, **fields)


@pytest.mark.parametrize(
    ("size", "bad", "repaired"),
    [(1, 1, 1), (2, 1, 1), (2, 2, 0), (10, 4, 4), (10, 5, 0), (100, 40, 10)],
)
def test_a_share_of_the_cluster_is_repaired(size, bad, repaired):
    decision = health.decide(cluster(size, bad), Breaker())

    assert len(decision.failed) == bad
    assert len(decision.repairs) == repaired
    assert (decision.halt is Halt.TOO_MANY) == (repaired == 0)


def test_a_breaker_of_zero_percent_forbids_all_repairs():
    breaker = Breaker(max_unhealthy_percent=0)

    assert health.decide(cluster(3, 1), breaker).halt is Halt.TOO_MANY


def test_doubt_counts_for_the_breaker_but_is_not_repaired():
    doubtful = {Mode.URL: Seen(finding=Finding.DOUBTFUL)}
    members = [
        *cluster(6, 1).members,
        *(Member(id=f"x{number}", seen=doubtful) for number in range(4)),
    ]

    decision = health.decide(Round(members=members), Breaker())

    assert decision.failed == ("n00",)
    assert decision.halt is Halt.TOO_MANY


def test_that_the_cloud_errs_is_told_when_nothing_looks_bad():
    decision = health.decide(cluster(3, 0, cloud_error="503"), Breaker())

    assert (decision.halt, decision.reason) == (
        Halt.CLOUD,
        "The cloud can't be asked: 503",
    )
