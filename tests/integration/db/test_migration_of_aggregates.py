"""The step that brings host aggregates to a database in use, also when cut off."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from senlin_like.db import models, session
from senlin_like.db.migrations import migrate

_MADE = ("aggregate", "aggregate_host", "image_task", "zone_notice")


@pytest.fixture
def engine(url):
    made = session.make_engine(url)
    yield made
    with made.begin() as connection:
        models.Base.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    made.dispose()


@pytest.fixture
def used(url, engine):
    """Bring a database to the step before, and let somebody use it."""
    migrate.sync(url, "003")
    with engine.begin() as connection:
        assert not set(_MADE) & set(sa.inspect(connection).get_table_names())
        connection.exec_driver_sql("INSERT INTO project_lock VALUES ('p', 7)")
    return engine


def differences(engine):
    with engine.connect() as connection:
        seen = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(seen, models.Base.metadata)


def test_what_is_there_stays(url, used):
    migrate.sync(url)

    assert differences(used) == []
    with used.connect() as connection:
        rows = connection.exec_driver_sql("SELECT project, turns FROM project_lock")
        assert [tuple(row) for row in rows] == [("p", 7)]


@pytest.mark.parametrize("made", range(1, len(_MADE) + 1))
def test_a_step_that_was_cut_off_is_done_again(url, used, made):
    migrate.sync(url)
    with used.begin() as connection:
        for table in reversed(_MADE[made:]):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        if _MADE[made - 1] == "image_task":
            on = " ON image_task" if connection.dialect.name == "mysql" else ""
            name = "ix_image_task_action_id_status"
            connection.exec_driver_sql(f"DROP INDEX {name}{on}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '003'")

    migrate.sync(url)

    assert migrate.is_current(url)
    assert differences(used) == []
