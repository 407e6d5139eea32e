"""Checks of health on each kind of server: due, taken once, given back."""

import concurrent.futures
import dataclasses
import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import bindings, cluster_state, health_checks
from senlin_like.db.models import Action, Binding, Policy
from senlin_like.db.work_models import HealthCheck
from senlin_like.operations import clusters, policies
from senlin_like.policies import health, registry

HELD = {"hold_s": 60.0, "limit": 100}


@pytest.fixture
def parts(deps):
    return dataclasses.replace(deps, policies=registry.load())


@pytest.fixture
def watch(parts, ctx, a_profile):
    """Make clusters with checks; give their ids."""
    a_profile()
    mode = {"type": "NODE_STATUS_POLLING"}
    properties = {"detection": {"detection_modes": [mode]}, "recovery": {}}
    spec = {"type": "senlin.policy.health", "version": "1.3"}
    policy = policies.create(
        parts, ctx, name="heal", spec=spec | {"properties": properties}
    )

    def make(count):
        made = []
        for number in range(count):
            body = {"name": f"web-{number}", "profile_id": "pro"}
            cluster = clusters.create(parts, ctx, body).record["id"]
            parts.db.transact(lambda one, id_=cluster: bind(one, id_, policy["id"]))
            made.append(cluster)
        return made

    yield make
    with parts.db.engine.begin() as connection:
        for model in (HealthCheck, Action, Binding, Policy):
            connection.execute(sa.delete(model))


def bind(session, cluster, policy, **changes):
    row = {
        "id": str(uuid.uuid4()),
        "cluster_id": cluster,
        "policy_id": policy,
        "enabled": True,
        "priority": 600,
        "is_attached": True,
        "sealed_data": None,
        "last_op": None,
    } | changes
    bindings.insert(session, row)
    health_checks.follow(session, cluster, health.Health.name)


def take(parts, token, **changes):
    asked = HELD | changes
    return parts.db.transact(lambda one: health_checks.take(one, token, **asked))


def rows(parts):
    with parts.db.reader() as one:
        return one.execute(sa.select(HealthCheck.__table__)).all()


def test_a_check_follows_its_binding(parts, watch):
    (cluster,) = watch(1)
    (row,) = rows(parts)
    name = health.Health.name

    def switch(session, *, enabled):
        bindings.change(session, row.binding_id, {"enabled": enabled})
        health_checks.follow(session, cluster, name)

    parts.db.transact(lambda one: switch(one, enabled=False))
    assert rows(parts) == []
    parts.db.transact(lambda one: switch(one, enabled=True))
    assert [one.binding_id for one in rows(parts)] == [row.binding_id]
    parts.db.transact(lambda one: cluster_state.remove(one, cluster))
    assert rows(parts) == []


def test_a_due_check_is_taken_and_held(parts, watch):
    (cluster,) = watch(1)

    (due,) = take(parts, "a")

    assert (due.row.cluster_id, due.row.seen) == (cluster, {})
    assert due.row.is_full
    assert 0 <= due.late_s < 60
    assert take(parts, "b") == []
    with parts.db.reader() as one:
        assert 50 < health_checks.seconds_to_next(one) <= 60


def test_many_engines_take_each_check_once(parts, watch):
    watch(12)

    def engine(number):
        taken = []
        while found := take(parts, f"round-{number}", limit=2):
            taken += [one.row.binding_id for one in found]
        return taken

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        taken = [one for part in pool.map(engine, range(4)) for one in part]

    assert len(taken) == len(set(taken)) == 12


def test_what_was_lost_is_taken_by_another_and_the_first_writes_nothing(parts, watch):
    watch(1)
    (first,) = take(parts, "a", hold_s=-1.0)
    (second,) = take(parts, "b")
    then = health_checks.Next(after_s=5.0, pace_s=60.0, seen={"halt": "x"})

    def finish(token):
        id_ = first.row.binding_id
        return parts.db.transact(
            lambda one: health_checks.finish(one, token, id_, then)
        )

    assert first.row.binding_id == second.row.binding_id
    assert not finish("a")
    assert finish("b")
    assert not finish("b")
    (row,) = rows(parts)
    assert (row.seen, row.pace, row.token) == ({"halt": "x"}, 60.0, None)


def test_checks_are_given_back_after_their_pace(parts, watch):
    watch(2)
    then = health_checks.Next(after_s=-1.0, pace_s=30.0, seen={}, full_in_s=20.0)
    for due in take(parts, "a"):
        id_ = due.row.binding_id
        parts.db.transact(
            lambda one, id_=id_: health_checks.finish(one, "a", id_, then)
        )

    again = take(parts, "b")

    assert not any(one.row.is_full for one in again)
    assert all(15 < one.row.full_in_s <= 20 for one in again)
    ids = [one.row.binding_id for one in again]
    parts.db.transact(lambda one: health_checks.put_back(one, "b", ids))
    with parts.db.reader() as one:
        assert 25 < health_checks.seconds_to_next(one) <= 30
    parts.db.transact(lambda one: health_checks.put_back(one, "b", ids, after_s=1.0))
    with parts.db.reader() as one:
        assert health_checks.seconds_to_next(one) > 20


def test_members_and_their_work_are_read(parts, watch):
    made = watch(2)

    with parts.db.reader() as one:
        work = health_checks.work(one, made)
        members = health_checks.members(one, made)
        profiles = health_checks.profiles(one, {"nothing"})

    assert sorted(row.cluster_id for row in work) == sorted(made)
    assert {row.action for row in work} == {"CLUSTER_CREATE"}
    assert (members, profiles) == ([], [])
