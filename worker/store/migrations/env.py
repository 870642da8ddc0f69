"""Runs Alembic on the given connection; ``worker.store.base.migrate`` starts it."""

from alembic import context

from worker.store.base.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
