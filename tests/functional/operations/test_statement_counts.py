"""How many SQL statements a request takes, whatever there is of everything."""

import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import actions, clusters, events, nodes, profiles
from senlin_like.db.models import Cluster, Event
from senlin_like.db.paging import Page
from senlin_like.operations import clusters as cluster_operations
from senlin_like.operations import nodes as node_operations


@pytest.fixture
def stock(deps, ctx, a_cluster, a_node):
    """Store clusters with two nodes each, and an event for each."""

    def store(count):
        first = a_cluster("web-0", desired_capacity=2)
        with deps.db.reader() as one:
            table = Cluster.__table__
            row = dict(one.execute(sa.select(table)).one()._mapping)
        more = [
            row | {"id": str(uuid.uuid4()), "init_at": deps.clock(), "name": f"web-{i}"}
            for i in range(1, count)
        ]
        members = []
        for cluster in [first, *more]:
            for index in (1, 2):
                node = node_operations.new_row(deps, ctx, {"name": "n"})
                node |= {"cluster_id": cluster["id"], "index": index}
                members.append(node | {"profile_id": first["profile_id"]})
        happened = [
            {
                "id": str(uuid.uuid4()),
                "timestamp": deps.clock(),
                "oid": cluster["id"],
                "oname": cluster["name"],
                "otype": "CLUSTER",
                "cluster_id": cluster["id"],
                "level": 20,
                "user": "alice",
                "project": "red",
                "action": "CLUSTER_CREATE",
                "status": "start",
                "status_reason": "",
                "meta_data": {},
            }
            for cluster in [first, *more]
        ]

        def work(one):
            for row in more:
                clusters.insert(one, row)
            nodes.insert_many(one, members)
            one.execute(sa.insert(Event), happened)

        deps.db.transact(work)
        return first["id"]

    return store


def listed(deps, ctx, page):
    with deps.db.reader() as one:
        return {
            module.__name__.rpartition(".")[2]: len(
                module.list_page(one, ctx, page, {})
            )
            for module in (profiles, clusters, nodes, actions, events)
        }


@pytest.mark.parametrize("count", [1, 10, 100])
def test_lists_take_as_many_statements_for_any_number(
    deps, ctx, stock, statements, count
):
    stock(count)
    statements.clear()

    found = listed(deps, ctx, Page())

    assert found == {
        "profiles": 1,
        "clusters": count,
        "nodes": 2 * count,
        "actions": 1,
        "events": count,
    }
    # One each; node ids of clusters; lines and families of actions.
    assert len(statements) == 5 + 1 + 3


@pytest.mark.parametrize("count", [1, 10, 100])
def test_clusters_take_three_statements(deps, ctx, stock, statements, count):
    stock(count)
    statements.clear()

    with deps.db.reader() as one:
        records = clusters.list_page(one, ctx, Page(limit=100), {})

    assert len(statements) == 3
    assert all(len(record["nodes"]) == 2 for record in records)


def test_a_marker_takes_one_more(deps, ctx, stock, statements):
    marker = stock(10)
    statements.clear()

    with deps.db.reader() as one:
        records = clusters.list_page(one, ctx, Page(marker=marker), {})

    assert (len(statements), len(records)) == (4, 9)


@pytest.mark.parametrize("count", [1, 100])
def test_a_cluster_takes_three_statements(deps, ctx, stock, statements, count):
    cluster_id = stock(count)
    statements.clear()

    with deps.db.reader() as one:
        clusters.get(one, ctx, cluster_id)

    assert len(statements) == 3


@pytest.mark.parametrize("count", [1, 100])
def test_a_page_beyond_the_last_takes_no_more(deps, ctx, stock, statements, count):
    stock(count)
    statements.clear()

    with deps.db.reader() as one:
        assert clusters.list_page(one, ctx, Page(), {"name": ["none"]}) == []

    assert len(statements) == 1


def test_asking_takes_a_bounded_number_of_statements(
    deps, ctx, stock, statements, a_profile
):
    stock(10)
    profile = a_profile("pro")
    statements.clear()

    cluster_operations.create(deps, ctx, {"name": "w", "profile_id": profile["id"]})
    created = len(statements)
    statements.clear()
    node_operations.create(deps, ctx, {"name": "n", "profile_id": profile["id"]})

    assert created <= 12
    assert len(statements) <= 12
