"""Containers that come and go at the same moment, and hosts that are to go."""

import types
import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import conflicts, hosts, node_state, nodes
from senlin_like.db.models import Node
from senlin_like.domain import hosting
from senlin_like.operations import clusters
from senlin_like.operations import nodes as node_operations
from tests.integration.db.together import at_once

HOSTS, AT_ONCE = 3, 9


@pytest.fixture
def a_host(deps, ctx, a_profile):
    """Make nodes that can be hosts."""
    profile = a_profile()

    def make(**columns):
        row = node_operations.new_row(deps, ctx, {"name": "host"})
        row |= {"profile_id": profile["id"], "physical_id": "s", "status": "ACTIVE"}
        deps.db.transact(lambda one: nodes.insert_many(one, [row | columns]))
        return row["id"]

    return make


@pytest.fixture
def a_cluster(deps, ctx, a_host):
    """Make a cluster of hosts; give its id and theirs."""
    body = {"name": "hosts", "profile_id": "pro", "desired_capacity": 0}
    made = clusters.create(deps, ctx, body).record["id"]
    return made, [a_host(cluster_id=made, index=place) for place in range(HOSTS)]


def dependents(deps, node_id):
    query = sa.select(Node.dependents).where(Node.id == node_id)
    with deps.db.reader() as one:
        return one.scalar(query)


def settle(deps, ctx, newcomer, /, **where):
    """Put something on one of several hosts."""

    def work(one):
        for host_id in hosting.rank(hosts.candidates(one, ctx.project_id, **where)):
            if hosts.put_on(one, host_id, newcomer):
                return host_id
        return None

    return deps.db.transact(work)


@pytest.mark.parametrize("trial", range(3))
def test_who_comes_at_once_is_spread_evenly(deps, ctx, a_cluster, trial):
    cluster_id, members = a_cluster
    ids = [str(uuid.uuid4()) for _ in range(AT_ONCE)]

    chosen = at_once(
        *[lambda one=one: settle(deps, ctx, one, cluster_id=cluster_id) for one in ids]
    )

    told = {member: dependents(deps, member)["nodes"] for member in members}
    assert sorted(map(len, told.values())) == [AT_ONCE // HOSTS] * HOSTS
    assert {one: host for host, found in told.items() for one in found} == dict(
        zip(ids, chosen, strict=True)
    )


@pytest.mark.parametrize("trial", range(3))
def test_who_comes_while_others_go_is_not_forgotten(deps, ctx, a_host, trial):
    host = a_host()
    old, new = ([str(uuid.uuid4()) for _ in range(4)] for _ in range(2))
    for one in old:
        settle(deps, ctx, one, node_id=host)

    def leave(node_id):
        gone = types.SimpleNamespace(id=node_id, data={hosts.KEY: host})
        deps.db.transact(lambda one: hosts.take_off(one, [gone]))

    at_once(
        *[lambda one=one: settle(deps, ctx, one, node_id=host) for one in new],
        *[lambda one=one: leave(one) for one in old],
    )

    assert sorted(dependents(deps, host)["nodes"]) == sorted(new)


@pytest.mark.parametrize("trial", range(6))
def test_a_host_goes_or_takes_never_both(deps, ctx, a_host, trial):
    host = a_host()

    def begin():
        def work(one):
            row = node_state.load(one, host)
            if row.dependents.get("nodes"):
                return False
            values = {"status": "DELETING"}
            return node_state.change_if_alike(one, row, "dependents", values)

        return deps.db.transact(work)

    def request():
        """Do what a request of a deletion does before it is stored."""
        deps.db.transact(lambda one: conflicts.lock_nodes(one, [host]))

    went, chosen, _ = at_once(
        begin, lambda: settle(deps, ctx, str(uuid.uuid4()), node_id=host), request
    )

    assert went is not (chosen is not None)
    assert bool(dependents(deps, host)) == (chosen is not None)
