"""Which hosts are asked next for images, and what came of it."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import image_caching as rules
from senlin_like.domain.image_caching import Counts, Limits, Sight, Task, TaskStatus

NOW = 1000.0
PENDING, UNDERWAY = TaskStatus.PENDING, TaskStatus.UNDERWAY


@st.composite
def some_tasks(draw):
    """Draw tasks of some hosts, one for each image."""
    hosts, images = draw(st.integers(0, 8)), draw(st.integers(1, 3))
    made = []
    for position in range(hosts * images):
        status = draw(st.sampled_from(list(TaskStatus)))
        due = None
        if status in rules.OPEN:
            due = draw(st.sampled_from([0.0, NOW, NOW + 5]))
        made.append(
            Task(
                host=f"h{position // images}",
                image_id=f"i{position % images}",
                position=position,
                status=status,
                attempts=draw(st.integers(0, 3)),
                due_at=due,
            )
        )
    return made


LIMITS = st.builds(
    Limits,
    hosts=st.integers(1, 5),
    tries=st.integers(1, 5),
    try_s=st.sampled_from([1.0, 60.0]),
)


def a_task(status=PENDING, **fields):
    return Task(host="h", image_id="i", position=0, status=status, **fields)


def flying(tasks):
    return {task.host for task in tasks if task.status is UNDERWAY}


@given(some_tasks(), LIMITS)
def test_no_more_hosts_are_at_work_than_may_be(tasks, limits):
    chosen = rules.next_asked(tasks, limits, NOW)

    after = flying(tasks) | {task.host for task in chosen}
    assert len(after) <= max(limits.hosts, len(flying(tasks)))


@given(some_tasks(), LIMITS)
def test_only_what_is_pending_and_due_is_asked(tasks, limits):
    chosen = rules.next_asked(tasks, limits, NOW)

    assert all(task.status is PENDING and task.due_at <= NOW for task in chosen)
    assert len({(task.host, task.image_id) for task in chosen}) == len(chosen)


@given(some_tasks(), LIMITS)
def test_somebody_is_asked_or_waited_for_until_all_is_settled(tasks, limits):
    is_open = any(task.is_open for task in tasks)

    asked = rules.next_asked(tasks, limits, NOW)
    look_s = rules.next_look_s(tasks, limits, NOW, 3.0)

    waits = any(task.status is UNDERWAY or task.attempts for task in tasks)
    assert bool(asked) or waits or not is_open
    assert (look_s == 0) >= bool(asked)
    assert 0 <= look_s <= 5


@given(some_tasks(), st.integers(1, 5))
def test_any_way_of_asking_comes_to_an_end(tasks, hosts):
    limits, now = Limits(hosts=hosts, tries=3, try_s=60.0), NOW
    calls = dict.fromkeys(((task.host, task.image_id) for task in tasks), 0)

    for _ in range(400):
        if not any(task.is_open for task in tasks):
            break
        tasks = [rules.sighted(task, Sight.ERROR, "", limits, now) for task in tasks]
        for task in rules.next_asked(tasks, limits, now):
            calls[task.host, task.image_id] += 1
            place = tasks.index(task)
            tasks[place] = task.begun(limits, now)
        now += max(rules.next_look_s(tasks, limits, now, 1.0), 0.01)

    assert not any(task.is_open for task in tasks)
    assert max(calls.values(), default=0) <= 3


@given(some_tasks(), LIMITS, st.sampled_from([0.3, 7.0]))
def test_hosts_that_hang_for_ever_are_given_up_in_time(tasks, limits, pace_s):
    now, calls = NOW, dict.fromkeys((task.position for task in tasks), 0)
    number = len({task.host for task in tasks if task.is_open})

    while any(task.is_open for task in tasks):
        seen = [
            rules.sighted(task, Sight.CACHING, "", limits, now)
            if task.status is UNDERWAY or calls[task.position]
            else task
            for task in tasks
        ]
        assert all(
            now >= old.due_at
            for old, new in zip(tasks, seen, strict=True)
            if new.attempts > old.attempts
        )
        tasks = seen
        for task in rules.next_asked(tasks, limits, now):
            calls[task.position] += 1
            tasks[tasks.index(task)] = task.begun(limits, now)
        now += max(rules.next_look_s(tasks, limits, now, pace_s), 0.01)

    each_s = limits.tries * (limits.try_s + pace_s) + 5
    assert now - NOW <= each_s * number + pace_s
    assert max(calls.values(), default=0) <= limits.tries


@given(LIMITS, st.sampled_from(list(Sight)), st.floats(0, 0.999))
def test_no_try_is_given_up_before_its_time(limits, sight, share):
    task = a_task().begun(limits, NOW)
    at = NOW + limits.try_s * share

    seen = rules.sighted(task, sight, "", limits, at)

    assert sight in (Sight.MISSING, Sight.ERROR) or not seen.attempts
    assert sight is not Sight.CACHING or seen == task


@given(LIMITS)
def test_a_try_that_takes_too_long_is_followed_by_another_one(limits):
    task = a_task().begun(limits, NOW)
    late = NOW + limits.try_s

    seen = rules.sighted(task, Sight.CACHING, "", limits, late)

    told = f"The host hasn't got the image within {limits.try_s:g} seconds."
    assert (seen.attempts, seen.reason) == (1, told)
    if limits.tries == 1:
        assert seen.status is TaskStatus.FAILED
    else:
        assert rules.next_asked([seen], limits, late) == [seen]


def test_a_host_that_others_have_set_to_work_gets_as_long():
    limits = Limits(hosts=1, tries=2, try_s=60.0)

    seen = rules.sighted(a_task(), Sight.CACHING, "", limits, NOW)

    assert seen == a_task(UNDERWAY, due_at=NOW + 60)


@given(st.lists(st.lists(st.sampled_from(list(TaskStatus)), min_size=1), max_size=9))
def test_each_host_counts_once(hosts):
    classes = [rules.class_of(statuses) for statuses in hosts]

    numbers = {name: classes.count(name) for name in set(classes)}
    assert Counts(**numbers).total == len(hosts)


@given(st.sampled_from(list(TaskStatus)), st.sampled_from(list(Sight)), LIMITS)
def test_what_is_settled_stays(status, sight, limits):
    task = a_task(status)
    seen = rules.sighted(task, sight, "", limits, NOW)

    if not task.is_open:
        assert seen == task
    if task.is_open and sight is Sight.CACHED:
        assert seen.status is TaskStatus.CACHED


@given(st.integers(1, 60))
def test_pauses_grow_up_to_a_minute(attempts):
    pause_s = rules.backoff_s(attempts)

    assert 2 <= pause_s <= 60
    assert pause_s <= rules.backoff_s(attempts + 1)


def test_a_failed_host_holds_its_place_until_it_is_given_up():
    waiting = a_task(attempts=1, due_at=NOW + 5)
    other = dataclasses.replace(a_task(), host="other", position=1)
    limits = Limits(hosts=1, tries=2, try_s=60.0)

    assert rules.next_asked([waiting, other], limits, NOW) == []
    given_up = rules.tried(waiting, "No.", limits, NOW)
    assert given_up.status is TaskStatus.FAILED
    assert rules.next_asked([given_up, other], limits, NOW) == [other]


def test_a_cloud_that_does_not_tell_is_believed():
    limits = Limits(hosts=1, tries=2, try_s=60.0)

    before = rules.sighted(a_task(), Sight.UNKNOWN, "", limits, NOW)
    after = rules.sighted(a_task(UNDERWAY), Sight.UNKNOWN, "", limits, NOW)

    assert (before.status, after.status) == (PENDING, TaskStatus.ASKED)


def test_looks_come_quicker_while_things_change():
    paces = {"first_s": 1.0, "longest_s": 5.0}

    assert rules.next_pace_s(4.0, has_changed=True, **paces) == 2.0
    assert rules.next_pace_s(1.0, has_changed=True, **paces) == 1.0
    assert rules.next_pace_s(2.0, has_changed=False, **paces) == 3.0
    assert rules.next_pace_s(4.5, has_changed=False, **paces) == 5.0


def test_tenths_are_of_all_hosts():
    assert Counts().tenth == 10
    assert Counts(done=1, left=10).tenth == 0
    assert Counts(done=1, failed=1, left=8).tenth == 2
