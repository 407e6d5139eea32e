import pathlib
import subprocess
import sys

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from senlin_like.db import models, session
from senlin_like.db.migrations import migrate

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_steps_lead_from_nothing_to_the_models(url):
    assert migrate.version(url) is None
    assert not migrate.is_current(url)

    migrate.sync(url)
    migrate.sync(url)

    assert migrate.version(url) == migrate.newest() != ""
    assert migrate.is_current(url)
    engine = session.make_engine(url)
    with engine.connect() as connection:
        seen = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(seen, models.Base.metadata) == []
    engine.dispose()


def test_a_sync_that_was_cut_off_is_done_again(url):
    migrate.sync(url)
    engine = session.make_engine(url)
    with engine.begin() as connection:
        for table in ("node", "event"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("DELETE FROM alembic_version")
        models.Event.__table__.create(connection)
        for index in ("ix_event_oid", "ix_event_timestamp"):
            on = " ON event" if engine.dialect.name == "mysql" else ""
            connection.exec_driver_sql(f"DROP INDEX {index}{on}")

    migrate.sync(url)

    with engine.connect() as connection:
        seen = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(seen, models.Base.metadata) == []
    engine.dispose()


def test_names_and_options_are_those_of_the_models(url):
    migrate.sync(url)
    engine = session.make_engine(url)

    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        for name, table in models.Base.metadata.tables.items():
            found = {one["name"]: one for one in inspector.get_indexes(name)}
            for index in table.indexes:
                columns = [column.name for column in index.columns]
                assert found[index.name]["column_names"] == columns
            keys = inspector.get_pk_constraint(name)["constrained_columns"]
            assert keys == [column.name for column in table.primary_key]
            options = inspector.get_table_options(name)
            if engine.dialect.name == "mysql":
                assert options["mysql_engine"] == "InnoDB"
                collation = options.get("mysql_collate", options.get("mariadb_collate"))
                assert collation == "utf8mb4_bin"
    engine.dispose()


def test_two_that_come_at_once_take_turns(url):
    engine = session.make_engine(url)
    with engine.begin() as connection:
        models.Base.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()

    script = (
        "import sys; from senlin_like.db.migrations import migrate; "
        "migrate.sync(sys.argv[1])"
    )
    started = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", script, url], cwd=ROOT)
        for _ in range(2)
    ]

    assert [process.wait(60) for process in started] == [0, 0]
    assert migrate.is_current(url)
