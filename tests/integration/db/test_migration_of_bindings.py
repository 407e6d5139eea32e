"""Policies that were attached before there were looks at members get one each."""

import datetime

import sqlalchemy as sa

from senlin_like.db import models, session, types
from senlin_like.db.migrations import migrate
from senlin_like.db.work_models import BindingWatch, MemberCheck

VALUES = {
    sa.String: "x",
    sa.Text: "x",
    types.LongText: "x",
    sa.Boolean: True,
    sa.Integer: 1,
    sa.Double: 1.0,
    types.UtcTime: datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    types.Json: {},
}


def a_row(table, **given):
    """Fill what has to be there with anything of the right type."""
    needed = {
        column.name: VALUES[type(column.type)]
        for column in table.columns
        if not column.nullable and column.name not in given
    }
    return {**needed, **given}


def _attached(name, type_name, **binding):
    tables = {one: one.__table__ for one in (models.Policy, models.Binding)}
    policy = tables[models.Policy]
    return [
        (policy, a_row(policy, id=f"p-{name}", type=type_name)),
        (
            tables[models.Binding],
            a_row(
                tables[models.Binding],
                id=f"b-{name}",
                cluster_id="c",
                policy_id=f"p-{name}",
                **{"enabled": True, "is_attached": True, **binding},
            ),
        ),
    ]


def test_enabled_load_balancers_are_looked_at(url):
    migrate.sync(url)
    engine = session.make_engine(url)
    profile, cluster = models.Profile.__table__, models.Cluster.__table__
    rows = [
        (profile, a_row(profile, id="p")),
        (cluster, a_row(cluster, id="c", profile_id="p")),
        *_attached("lb", "senlin.policy.loadbalance-1.1"),
        *_attached("off", "senlin.policy.loadbalance-1.3", enabled=False),
        *_attached("half", "senlin.policy.loadbalance-1.3", is_attached=False),
        *_attached("other", "senlin.policy.deletion-1.0"),
    ]
    with engine.begin() as connection:
        for table in (MemberCheck.__table__, BindingWatch.__table__):
            table.drop(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '002'")
        for table, row in rows:
            connection.execute(table.insert(), row)

    migrate.sync(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '002'")
    migrate.sync(url)

    with engine.connect() as connection:
        found = connection.execute(sa.select(MemberCheck.__table__)).all()
    engine.dispose()
    assert [(row.binding_id, row.cluster_id, row.tries) for row in found] == [
        ("b-lb", "c", 0)
    ]
