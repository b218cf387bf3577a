"""What Alembic runs: revisions over the connection it is given, compared with the declared tables."""

from __future__ import annotations

from alembic import context

from licet.service import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.METADATA,
    # SQLite changes a column by making the table anew.
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
