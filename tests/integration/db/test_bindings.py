"""Bindings on each kind of server: found, and kept while policies are deleted."""

import concurrent.futures
import dataclasses
import datetime
import threading
import uuid

import pytest
import sqlalchemy as sa
from oslo_db import exception as oslo_errors

from senlin_like import exceptions
from senlin_like.db import bindings, cluster_state
from senlin_like.db import clusters as rows
from senlin_like.db import policies as policy_rows
from senlin_like.db.models import Action, Binding, Policy
from senlin_like.operations import clusters, policies
from senlin_like.policies import registry

NOW = datetime.datetime(2026, 11, 21, 6, 7, 8, 9, tzinfo=datetime.UTC)


@pytest.fixture
def parts(deps):
    return dataclasses.replace(deps, policies=registry.load())


@pytest.fixture
def cluster(parts, ctx, a_profile):
    a_profile()
    made = clusters.create(parts, ctx, {"name": "web", "profile_id": "pro"})
    yield made.record
    with parts.db.engine.begin() as connection:
        for model in (Action, Binding, Policy):
            connection.execute(sa.delete(model))


@pytest.fixture
def a_policy(parts, ctx):
    def make(name):
        spec = {"type": "senlin.policy.batch", "version": "1.0", "properties": {}}
        return policies.create(parts, ctx, name=name, spec=spec)["id"]

    return make


def a_row(cluster, policy_id, **changes):
    return {
        "id": str(uuid.uuid4()),
        "cluster_id": cluster["id"],
        "policy_id": policy_id,
        "enabled": True,
        "priority": 100,
        "is_attached": True,
        "sealed_data": None,
        "last_op": None,
    } | changes


def test_bindings_are_found_in_order(parts, ctx, cluster, a_policy):
    made = [
        a_row(cluster, a_policy("b"), priority=300, enabled=False),
        a_row(cluster, a_policy("a"), priority=200, last_op=NOW),
        a_row(cluster, a_policy("c"), priority=100, sealed_data="x" * 100_000),
        a_row(cluster, a_policy("d"), is_attached=False),
    ]
    parts.db.transact(lambda one: [bindings.insert(one, row) for row in made])
    b, a, c, d = (row["id"] for row in made)

    with parts.db.reader() as session:
        found = bindings.list_of(session, cluster["id"], {}, (("enabled", "desc"),))
        assert {one["id"] for one in found[:2]} == {a, c}
        assert found[2]["id"] == b
        named = bindings.list_of(session, cluster["id"], {"policy_name": "a"})
        assert (named[0]["last_op"], named[0]["cluster_name"]) == (NOW, "web")
        off = bindings.list_of(session, cluster["id"], {"enabled": False})
        assert [one["id"] for one in off] == [b]
        assert [row.id for row in bindings.asked(session, cluster["id"])] == [c, a]
        assert [row.id for row in bindings.resting(session, cluster["id"])] == [a]
        assert len(bindings.all_of(session, cluster["id"])) == 4
        assert rows.get(session, ctx, "web")["policies"] == [c, a, b]
        assert bindings.ids_of(session, [cluster["id"], "x"]) == {
            cluster["id"]: [c, a, b]
        }
    assert d not in (a, b, c)
    parts.db.transact(lambda one: bindings.mark_scaled(one, [c], NOW))
    parts.db.transact(lambda one: cluster_state.remove(one, cluster["id"]))
    with parts.db.reader() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Binding)) == 0


def test_a_policy_is_attached_once(parts, cluster, a_policy):
    policy_id = a_policy("a")
    parts.db.transact(lambda one: bindings.insert(one, a_row(cluster, policy_id)))

    with pytest.raises(oslo_errors.DBDuplicateEntry):
        parts.db.transact(lambda one: bindings.insert(one, a_row(cluster, policy_id)))


@pytest.mark.parametrize("round_number", range(5))
def test_a_policy_is_either_attached_or_deleted(
    parts, ctx, cluster, a_policy, round_number
):
    policy_id = a_policy(f"p{round_number}")
    gate = threading.Barrier(2)

    def attach():
        gate.wait(30)

        def work(session):
            if policy_rows.load_hold(session, policy_id) is None:
                return "gone"
            bindings.insert(session, a_row(cluster, policy_id))
            return "attached"

        return parts.db.transact(work)

    def delete():
        gate.wait(30)
        try:
            policies.delete(parts, ctx, policy_id)
        except exceptions.ResourceInUse:
            return "in use"
        return "deleted"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ends = tuple(
            one.result(60) for one in (pool.submit(attach), pool.submit(delete))
        )

    assert ends in {("gone", "deleted"), ("attached", "in use")}
