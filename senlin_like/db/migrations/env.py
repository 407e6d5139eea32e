"""What Alembic runs: applies steps on the connection that it is given."""

from alembic import context

from senlin_like.db import models  # noqa: F401 - all tables, those of work too
from senlin_like.db.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
