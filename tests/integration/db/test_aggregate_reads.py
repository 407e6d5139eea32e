"""Aggregates are read as they were at one moment, whatever others change meanwhile."""

import datetime
import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import aggregates


@pytest.fixture
def make(database):
    """Make an aggregate with hosts; gives its id."""

    def made(zone, *hosts):
        identity = str(uuid.uuid4())
        row = {
            "uuid": identity,
            "name": identity,
            "zone": zone,
            "meta_data": {"key": "value"},
            "created_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        }

        def work(session):
            made_id = aggregates.insert(session, row)
            for host in hosts:
                aggregates.add_host(session, made_id, host)
            return made_id

        return database.transact(work)

    yield made
    with database.engine.begin() as connection:
        for table in (aggregates.HOSTS, aggregates.TABLE):
            connection.execute(sa.delete(table))


@pytest.mark.parametrize("reads", ["all", "one"])
def test_no_reader_sees_a_host_in_two_zones(database, make, reads):
    first, second = make("a", "node"), make("b")
    with database.reader() as session:
        identities = [one.uuid for one in aggregates.list_all(session)]

    def work(session):
        aggregates.update(session, second, {"zone": "a"})
        aggregates.add_host(session, second, "node")

    todo = [work]

    @sa.event.listens_for(database.engine, "after_cursor_execute")
    def meddle(connection, cursor, statement, *_rest):
        if statement.startswith("SELECT") and todo:
            database.transact(todo.pop())

    with database.reader() as session:
        if reads == "all":
            seen = aggregates.list_all(session)
        else:
            seen = [aggregates.find(session, identities[1])]
    sa.event.remove(database.engine, "after_cursor_execute", meddle)

    assert not todo
    zones = {one.zone for one in seen if "node" in one.hosts}
    assert zones == ({"a"} if reads == "all" else set())
    assert {one.id for one in seen} <= {first, second}


def test_hosts_are_in_the_order_of_addition(database, make):
    hosts = [f"node-{number}" for number in range(200, 0, -1)]
    made = make("a", *hosts)
    make(None)

    with database.reader() as session:
        seen = aggregates.list_all(session)
        found = aggregates.find(session, seen[0].uuid)

    assert [one.hosts for one in seen] == [tuple(hosts), ()]
    assert found == seen[0]
    assert (found.id, found.meta_data) == (made, {"key": "value"})
