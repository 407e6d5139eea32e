"""What the cloud has told of nodes on each kind of server: kept, and checks woken."""

import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import health_checks, notices
from senlin_like.db.work_models import HealthCheck, NodeNotice

HOUR_S = 3600.0


@pytest.fixture
def checked(deps):
    """A check that is due in an hour; gives its binding's id, and its cluster's."""
    binding, cluster = str(uuid.uuid4()), str(uuid.uuid4())

    def make(session):
        row = {"binding_id": binding, "cluster_id": cluster, "seen": {}}
        times = {"due_at": health_checks.db_now() + HOUR_S, "pace": HOUR_S}
        session.execute(sa.insert(HealthCheck.__table__).values(**row, **times))

    deps.db.transact(make)
    yield binding, cluster
    with deps.db.engine.begin() as connection:
        for model in (HealthCheck, NodeNotice):
            connection.execute(sa.delete(model))


def told(cluster, number, **changes):
    given = {"event": "instance.delete.end", "object_id": "o"} | changes
    node_id = str(uuid.UUID(int=number))
    return notices.Told(node_id=node_id, cluster_id=cluster, **given)


def times(deps):
    """Give the seconds to the next look and to the next full one, and the token."""
    table = HealthCheck.__table__
    now = health_checks.db_now()
    query = sa.select(table.c.due_at - now, table.c.full_at - now, table.c.token)
    with deps.db.reader() as session:
        due_s, full_s, token = session.execute(query).one()
    return round(due_s, -2), full_s and round(full_s, -2), token


def wake(deps, binding):
    deps.db.transact(lambda session: health_checks.wake(session, {binding}))


def grab(deps, binding, token="t"):
    """Hold a check as a round does that took it."""
    values = {"token": token, "told_at": None}
    change = sa.update(HealthCheck).where(HealthCheck.binding_id == binding)
    deps.db.transact(lambda session: session.execute(change.values(**values)))


def test_what_was_told_last_of_a_node_is_kept(deps, checked):
    _binding, cluster = checked

    for event in ("instance.pause.end", "instance.delete.end"):
        several = [told(cluster, number, event=event) for number in (3, 1, 2)]
        deps.db.transact(lambda one, several=several: notices.keep(one, several))

    with deps.db.reader() as session:
        rows = notices.of_clusters(session, [cluster, "other"])
        assert notices.of_clusters(session, ["other"]) == []
    assert [row.event for row in rows] == ["instance.delete.end"] * 3
    newest = max(row.at for row in rows)
    deps.db.transact(lambda one: notices.forget(one, cluster, newest - 1))
    deps.db.transact(lambda one: notices.forget(one, "other", newest))
    assert deps.db.transact(lambda one: notices.forget_old(one, HOUR_S)) == 0
    deps.db.transact(lambda one: notices.forget(one, cluster, newest))
    with deps.db.reader() as session:
        assert notices.of_clusters(session, [cluster]) == []


def test_a_check_that_is_woken_keeps_its_time_for_all_nodes(deps, checked):
    binding, _cluster = checked
    assert times(deps) == (HOUR_S, None, None)

    wake(deps, binding)
    assert times(deps) == (0, HOUR_S, None)
    wake(deps, binding)
    assert times(deps) == (0, HOUR_S, None)


@pytest.mark.parametrize("way", ["finish", "put_back"])
def test_one_in_hand_is_due_again_when_it_is_given_back(deps, checked, way):
    binding, _cluster = checked
    grab(deps, binding)
    wake(deps, binding)
    assert times(deps) == (HOUR_S, None, "t")

    def give_back(session):
        if way == "put_back":
            health_checks.put_back(session, "t", [binding])
            return True
        then = health_checks.Next(after_s=HOUR_S, pace_s=HOUR_S, seen={})
        return health_checks.finish(session, "t", binding, then)

    assert deps.db.transact(give_back)
    assert times(deps) == (0, HOUR_S, None)

    grab(deps, binding)
    assert deps.db.transact(give_back)
    due_s, _full_s, token = times(deps)
    assert (due_s, token) == (HOUR_S, None)


def test_nodes_without_checks_are_nobodys(deps, checked):
    with deps.db.reader() as session:
        assert notices.checked(session, [str(uuid.uuid4())]) == []
