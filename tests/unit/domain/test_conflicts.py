"""Which actions stand in each other's way, and what comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import actions
from senlin_like.domain.actions import Active
from senlin_like.domain.enums import Kind

TARGETS = st.sampled_from(["red", "blue", "red-1", "red-2", "blue-1", "alone"])
CLUSTERS = {"red": "red", "blue": "blue", "red-1": "red", "red-2": "red"}
CLUSTERS |= {"blue-1": "blue", "alone": ""}


def an_action(target, kind=None, **facts) -> Active:
    usual = Kind.CLUSTER_RESIZE if target in ("red", "blue") else Kind.NODE_CHECK
    given_facts = {"id": f"at {target}", "is_root": True, "has_started": True}
    return Active(
        kind=kind or usual,
        target=target,
        cluster_id=CLUSTERS[target],
        **given_facts | facts,
    )


def verdict(kind, target, *unfinished) -> actions.Verdict:
    return actions.judge(kind, target, CLUSTERS[target], unfinished)


def test_where_nothing_is_at_work_anything_goes():
    for kind in Kind:
        assert verdict(kind, "red-1") == actions.Verdict()


def test_a_cluster_at_work_refuses_another_change():
    assert verdict(Kind.CLUSTER_RESIZE, "red", an_action("red")).locked_by


def test_one_that_was_never_begun_is_told_apart():
    waiting = an_action("red", has_started=False)

    assert verdict(Kind.CLUSTER_RESIZE, "red", waiting).conflicts == ("at red",)


def test_a_node_of_a_busy_cluster_stands_in_line():
    assert verdict(Kind.NODE_CHECK, "red-1", an_action("red")).after == ("at red",)


def test_a_cluster_is_refused_while_one_of_its_nodes_is_at_work():
    assert verdict(Kind.CLUSTER_RESIZE, "red", an_action("red-1")).locked_by


@pytest.mark.parametrize("other", ["blue", "blue-1", "alone"])
def test_what_goes_on_elsewhere_is_no_matter(other):
    assert verdict(Kind.CLUSTER_RESIZE, "red", an_action(other)) == actions.Verdict()
    assert verdict(Kind.NODE_CHECK, "red-1", an_action(other)) == actions.Verdict()


def test_two_nodes_of_a_cluster_are_no_rivals():
    assert verdict(Kind.NODE_CHECK, "red-2", an_action("red-1")) == actions.Verdict()


def test_a_child_holds_its_node_and_nothing_else():
    child = an_action("red-1", is_root=False)

    assert verdict(Kind.NODE_CHECK, "red-1", child).locked_by == ("at red-1",)
    assert verdict(Kind.CLUSTER_RESIZE, "red", child) == actions.Verdict()


ACTIVE = st.builds(
    an_action,
    TARGETS,
    st.sampled_from(list(Kind)),
    id=st.uuids().map(str),
    is_root=st.booleans(),
    has_started=st.booleans(),
)


@given(st.sampled_from(list(Kind)), TARGETS, st.lists(ACTIVE, max_size=6))
def test_an_answer_is_one_of_three_and_names_who_is_in_the_way(kind, target, others):
    found = verdict(kind, target, *others)

    named = [found.locked_by, found.conflicts, found.after]
    assert sum(bool(one) for one in named) <= 1
    assert {one for some in named for one in some} <= {one.id for one in others}
    if kind in actions.QUEUED:
        assert not found.locked_by
        assert not found.conflicts


@given(st.sampled_from(list(Kind)), TARGETS, ACTIVE)
def test_two_actions_on_one_target_are_never_at_work_together(kind, target, other):
    found = verdict(kind, other.target, other)

    assert found != actions.Verdict()


@given(st.sampled_from(list(Kind)), TARGETS, ACTIVE)
def test_only_a_deletion_supersedes_and_never_another_one(kind, target, other):
    if other.kind in actions.DELETING or kind not in actions.DELETING:
        assert not actions.supersedes(kind, target, other)


def test_the_deletion_of_a_cluster_supersedes_all_in_it():
    assert actions.supersedes(Kind.CLUSTER_DELETE, "red", an_action("red-1"))


def test_the_deletion_of_a_node_supersedes_what_is_done_to_that_node():
    assert actions.supersedes(Kind.NODE_DELETE, "red-1", an_action("red-1"))
    assert not actions.supersedes(Kind.NODE_DELETE, "red-1", an_action("red"))


def test_each_kind_works_on_a_cluster_or_a_node():
    for kind in Kind:
        assert str(kind).startswith(actions.target_type(kind).upper())
