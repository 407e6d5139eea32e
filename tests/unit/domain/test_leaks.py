"""What becomes of things that carry our mark, whatever the marks say."""

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import leaks
from senlin_like.domain.leaks import Kind, Verdict

NOW = 1_800_000_000.0
LIMITS = leaks.Limits(now=NOW, grace_s=3600.0, late_s=900.0)
MADE = NOW - 7200.0
WINDOW = leaks.Window(begin=MADE - 5, end=MADE + 60)
HISTORY = leaks.History(
    projects=frozenset({"red"}),
    names=frozenset({"web-1"}),
    clusters=frozenset({"c1"}),
    windows=(WINDOW,),
    last=NOW - 5000,
)
HOLDER = leaks.Holder(project="red", keeps='{"id": "other"}', has_object=True)
NOBODY = leaks.Standing()


def at(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def a_thing(kind=Kind.SERVER, **fields):
    known = {
        "id": "s-1",
        "name": "web-1",
        "mark": "n-1",
        "project": "red",
        "created_at": at(MADE),
        "cluster_id": "c1",
    }
    return leaks.Marked(kind=kind, **{**known, **fields})


def judged(thing, standing=NOBODY, history=HISTORY, limits=LIMITS):
    return leaks.judge(thing, standing, history, limits).verdict


def changed(history=HISTORY, **fields):
    return dataclasses.replace(history, **fields)


def test_what_a_gone_node_has_left_is_an_orphan():
    found = leaks.judge(a_thing(), NOBODY, HISTORY, LIMITS)

    assert found.verdict is Verdict.ORPHAN
    assert found.reason == "The node n-1 is gone."


def test_a_second_one_of_a_node_is_an_orphan():
    standing = leaks.Standing(holder=HOLDER)

    found = leaks.judge(a_thing(), standing, HISTORY, LIMITS)

    assert found.verdict is Verdict.ORPHAN
    assert found.reason == "The node n-1 uses another one."


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (leaks.Standing(is_used=True), Verdict.USED),
        (
            leaks.Standing(holder=dataclasses.replace(HOLDER, keeps='["s-1"]')),
            Verdict.USED,
        ),
        (leaks.Standing(is_busy=True), Verdict.BUSY),
        (
            leaks.Standing(holder=dataclasses.replace(HOLDER, has_object=False)),
            Verdict.HELD,
        ),
        (
            leaks.Standing(holder=dataclasses.replace(HOLDER, project="blue")),
            Verdict.FOREIGN,
        ),
    ],
)
def test_what_stands_in_the_way_comes_first(standing, expected):
    assert judged(a_thing(), standing) is expected


def test_what_is_going_is_let_go():
    assert judged(a_thing(is_going=True)) is Verdict.GOING


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"project": "blue"}, Verdict.FOREIGN),
        ({"name": "mine"}, Verdict.UNKNOWN),
        ({"cluster_id": "c2"}, Verdict.UNKNOWN),
        ({"cluster_id": None}, Verdict.ORPHAN),
        ({"created_at": None}, Verdict.UNKNOWN),
        ({"created_at": at(WINDOW.begin - leaks.SKEW_S - 1)}, Verdict.UNKNOWN),
        ({"created_at": at(WINDOW.end + LIMITS.late_s + 1)}, Verdict.UNKNOWN),
        ({"created_at": at(WINDOW.end + LIMITS.late_s - 1)}, Verdict.ORPHAN),
        ({"created_at": at(NOW - LIMITS.grace_s + 1)}, Verdict.YOUNG),
        ({"created_at": at(NOW + 50)}, Verdict.YOUNG),
    ],
)
def test_everything_has_to_fit(fields, expected):
    assert judged(a_thing(**fields)) is expected


def test_without_grace_a_clock_that_is_ahead_doesnt_matter():
    window = leaks.Window(begin=NOW, end=NOW)
    limits = dataclasses.replace(LIMITS, grace_s=0.0)

    found = judged(
        a_thing(created_at=at(NOW + 5)),
        history=changed(windows=(window,)),
        limits=limits,
    )

    assert found is Verdict.ORPHAN


def test_a_mark_that_nobody_knows_proves_nothing():
    assert judged(a_thing(), history=leaks.History()) is Verdict.UNKNOWN


def test_a_mark_that_two_projects_have_had_is_nobodys():
    both = changed(projects=frozenset({"red", "blue"}))

    assert judged(a_thing(), history=both) is Verdict.FOREIGN


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (Kind.STACK, "web-1-0a1b2c3d", Verdict.ORPHAN),
        (Kind.STACK, "web-1", Verdict.UNKNOWN),
        (Kind.STACK, "web-1-0a1b2c3z", Verdict.UNKNOWN),
        (Kind.CONTAINER, "web-1-0a1b2c3d", Verdict.ORPHAN),
        (Kind.CONTAINER, "web-1", Verdict.ORPHAN),
        (Kind.CONTAINER, "web-2", Verdict.UNKNOWN),
        (Kind.LOAD_BALANCER, "any", Verdict.ORPHAN),
    ],
)
def test_each_kind_has_names_of_its_own(kind, name, expected):
    assert judged(a_thing(kind, name=name)) is expected


@pytest.mark.parametrize("kind", [Kind.PORT, Kind.SERVER_GROUP])
def test_the_age_of_what_tells_none_is_when_its_holder_was_heard_of(kind):
    thing = a_thing(kind, created_at=None, cluster_id=None)

    assert judged(thing) is Verdict.ORPHAN
    assert judged(thing, history=changed(last=NOW - 5)) is Verdict.YOUNG
    assert judged(thing, history=changed(last=None)) is Verdict.ORPHAN


@pytest.mark.parametrize("kind", [Kind.PORT, Kind.FLOATING_IP, Kind.SERVER_GROUP])
def test_what_something_needs_is_used(kind):
    assert judged(a_thing(kind, used_by="x")) is Verdict.USED


def test_a_container_is_known_by_its_own_id():
    thing = a_thing(Kind.CONTAINER, id="10.0.0.1:2375/abc")

    assert thing.object_id == "abc"


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([], []),
        ([(1.0, True), (5.0, False)], [(1.0, 5.0)]),
        ([(5.0, False), (1.0, True), (9.0, False)], [(1.0, 5.0)]),
        ([(1.0, True)], [(1.0, 101.0)]),
        ([(1.0, True), (3.0, True), (4.0, False)], [(1.0, 3.0), (3.0, 4.0)]),
        ([(1.0, True), (300.0, True), (301.0, False)], [(1.0, 101.0), (300.0, 301.0)]),
        ([(4.0, False), (4.0, True)], [(4.0, 4.0)]),
    ],
)
def test_windows_are_between_starts_and_ends(moments, expected):
    found = leaks.windows_of(moments, 100.0)

    assert [(one.begin, one.end) for one in found] == expected


def test_an_action_that_never_began_has_no_window():
    assert leaks.window(None, 5.0) == []
    [open_one] = leaks.window(1.0, None)
    assert open_one.end > NOW


names = st.sampled_from(["web-1", "web-1-0a1b2c3d", "mine", ""])
projects = st.sampled_from(["red", "blue"])
times = st.one_of(st.none(), st.floats(NOW - 1e5, NOW + 1e3).map(at), st.just(at(MADE)))
things = st.builds(
    leaks.Marked,
    kind=st.sampled_from(Kind),
    id=st.sampled_from(["s-1", "h:1/s-1"]),
    name=names,
    mark=st.just("n-1"),
    project=projects,
    created_at=times,
    cluster_id=st.sampled_from([None, "c1", "c2"]),
    used_by=st.sampled_from([None, "x"]),
    is_going=st.booleans(),
)
holders = st.builds(
    leaks.Holder,
    project=projects,
    keeps=st.sampled_from(["", "{}", '["s-1"]', '["x"]']),
    has_object=st.booleans(),
)
standings = st.builds(
    leaks.Standing,
    is_used=st.booleans(),
    is_busy=st.booleans(),
    holder=st.one_of(st.none(), holders),
)
spans = st.tuples(st.floats(NOW - 1e5, NOW), st.floats(0, 1e4)).map(
    lambda pair: leaks.Window(begin=pair[0], end=pair[0] + pair[1])
)
histories = st.builds(
    leaks.History,
    projects=st.frozensets(projects),
    names=st.frozensets(names),
    clusters=st.frozensets(st.sampled_from(["c1", "c2"])),
    windows=st.lists(st.one_of(spans, st.just(WINDOW)), max_size=3).map(tuple),
    last=st.one_of(st.none(), st.floats(NOW - 1e5, NOW)),
)


@given(things, standings, histories)
def test_an_orphan_is_nobodys_and_proven(thing, standing, history):
    if judged(thing, standing, history) is not Verdict.ORPHAN:
        return

    assert not any((standing.is_used, standing.is_busy, thing.is_going))
    assert history.projects == {thing.project}
    if standing.holder is not None:
        assert standing.holder.project == thing.project
        assert thing.object_id not in standing.holder.keeps
        assert standing.holder.has_object
    if thing.created_at is not None:
        assert NOW - thing.created_at.timestamp() >= LIMITS.grace_s
        assert history.windows
    if thing.kind is Kind.SERVER:
        assert thing.name in history.names


@given(things, standings, histories)
def test_every_thing_has_a_verdict_and_a_reason(thing, standing, history):
    found = leaks.judge(thing, standing, history, LIMITS)

    assert found.verdict in Verdict
    assert found.reason.endswith(".")


@given(things, standings, histories)
def test_work_and_use_only_ever_save_things(thing, standing, history):
    before = judged(thing, standing, history)

    busy = judged(thing, dataclasses.replace(standing, is_busy=True), history)
    used = judged(thing, dataclasses.replace(standing, is_used=True), history)

    assert Verdict.ORPHAN not in (busy, used)
    assert used in (Verdict.USED, Verdict.GOING)
    assert before in (Verdict.USED, Verdict.GOING) or busy in (
        Verdict.BUSY,
        Verdict.FOREIGN,
    )


@given(things, standings, histories)
def test_what_must_not_be_deleted_is_no_orphan(thing, standing, history):
    if leaks.obstacle(thing, standing) is not None:
        assert judged(thing, standing, history) is not Verdict.ORPHAN
