"""Who asks at the same moment for the same images gets the same action."""

import datetime
import uuid

import pytest

from senlin_like.db import aggregates, image_tasks
from senlin_like.db.models import Action
from senlin_like.domain.image_caching import Counts, TaskStatus
from senlin_like.operations import image_caching
from tests.integration.db.together import AT_ONCE, at_once

ONE, OTHER = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
HOSTS = ["one", "two", "Two"]


@pytest.fixture
def aggregate(deps) -> str:
    """Store an aggregate; give its UUID."""
    row = {
        "uuid": str(uuid.uuid4()),
        "name": uuid.uuid4().hex,
        "zone": None,
        "meta_data": {},
        "created_at": datetime.datetime.now(datetime.UTC),
    }

    def work(session) -> None:
        made = aggregates.insert(session, row)
        for host in HOSTS:
            aggregates.add_host(session, made, host)

    deps.db.transact(work)
    return row["uuid"]


@pytest.mark.parametrize("trial", range(3))
def test_there_is_one_action_for_the_same_images(deps, ctx, aggregate, trial) -> None:
    taken = at_once(
        *[lambda: image_caching.ask(deps, ctx, aggregate, [ONE])] * AT_ONCE,
    )

    assert len(set(taken)) == 1
    with deps.db.reader() as session:
        assert session.query(Action).filter_by(target=aggregate).count() == 1
        assert len(image_tasks.list_open(session, taken[0])) == len(HOSTS)


def test_other_images_are_in_line_whoever_comes_first(deps, ctx, aggregate) -> None:
    taken = at_once(
        *[
            lambda image=image: image_caching.ask(deps, ctx, aggregate, [image])
            for image in [ONE, OTHER] * 3
        ]
    )

    assert len(set(taken)) == 2
    with deps.db.reader() as session:
        rows = session.query(Action).filter_by(target=aggregate).all()
        assert sorted(row.status for row in rows) == ["READY", "WAITING"]


def test_tasks_are_changed_counted_and_deleted_in_bulk(deps, ctx, aggregate) -> None:
    action_id = image_caching.ask(deps, ctx, aggregate, [ONE, OTHER])

    def change(session) -> Counts:
        tasks = image_tasks.list_open(session, action_id)
        ended = [
            tasks[0].ended(TaskStatus.CACHED),
            tasks[1].ended(TaskStatus.CACHED),
            tasks[2].ended(TaskStatus.FAILED, "No."),
            tasks[4].ended(TaskStatus.SKIPPED, "Down."),
            tasks[5].ended(TaskStatus.UNDERWAY),
        ]
        image_tasks.put(session, action_id, ended)
        return image_tasks.count(session, action_id)

    assert deps.db.transact(change) == Counts(done=1, failed=1, left=1)
    with deps.db.reader() as session:
        poor = image_tasks.list_poor(session, action_id, most=9)
        assert [one.host for one in poor] == ["two", "Two"]
        assert image_tasks.count_poor(session, action_id) == 2

    def forget(session) -> list[int]:
        return [image_tasks.delete_some(session, [action_id], 4) for _ in range(3)]

    assert deps.db.transact(forget) == [4, 2, 0]
