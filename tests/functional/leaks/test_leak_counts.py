"""What a look at a large cloud costs: statements and calls by the page.

A change that raises one of these figures has to say why.
"""

import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import models
from senlin_like.operations import leaks
from senlin_like.simulated_cloud import tables

#: Statements for a page of 500 things, and for one of 500 nodes.
THINGS, NODES = 5, 1
#: Permissions and profiles, and the page of the one port that there is.
STATEMENTS = 4 + THINGS
#: All but those that list servers and look at them.
CALLS = 8


def grow(stage, count):
    """Let there be so many nodes, each with a server of its own."""
    [node] = stage.nodes()
    world = stage.driver.world
    ids = [(str(uuid.uuid4()), str(uuid.uuid4())) for _ in range(count - 1)]
    table = models.Node.__table__

    def servers(connection):
        row = dict(connection.execute(sa.select(tables.SERVERS)).one()._mapping)
        copies = [row | {"id": server, "node_mark": mark} for mark, server in ids]
        connection.execute(tables.SERVERS.insert(), copies)

    def nodes(session):
        row = dict(session.execute(sa.select(table)).one()._mapping)
        copies = [row | {"id": mark, "physical_id": server} for mark, server in ids]
        session.execute(sa.insert(table), copies)

    if ids:
        world.store.transact(servers)
        stage.deps.db.transact(nodes)
    return node


def measured(stage):
    """Give the report, the number of statements, and the calls by method."""
    texts = []

    def note(_connection, _cursor, text, *_rest):
        if not text.startswith(("BEGIN", "PRAGMA")):
            texts.append(text)

    stage.controls.reset_counters()
    engine = stage.deps.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    found = leaks.report(stage.deps, leaks.Choice())
    sa.event.remove(engine, "before_cursor_execute", note)
    calls = {
        method: sum(outcomes.values())
        for method, outcomes in stage.controls.counters().items()
    }
    return found, len(texts), calls


@pytest.mark.parametrize(
    ("count", "things", "nodes", "lists"), [(1, 1, 1, 1), (5000, 10, 11, 6)]
)
def test_a_report_costs_by_the_page(stage, late, count, things, nodes, lists):
    late.cluster(1)
    grow(stage, count)
    late.age()

    found, statements, calls = measured(stage)

    assert found.is_clean()
    assert found.is_whole()
    assert calls["ledger.list_marked.server"] == lists
    assert calls["look.server"] == things
    assert sum(calls.values()) == CALLS + lists + things
    assert statements == STATEMENTS + THINGS * things + NODES * nodes


def test_orphans_of_a_large_cloud_are_found_at_the_same_cost(stage, late):
    [node] = late.cluster(1)
    grow(stage, 1000)
    late.server(node)
    late.age()

    found, statements, _calls = measured(stage)

    assert len(found.leaks) == 1
    assert statements == STATEMENTS + THINGS * 3 + NODES * 3
