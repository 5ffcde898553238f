"""Where Alembic meets the models; the connection comes from `model/migrating.py`."""

from __future__ import annotations

from alembic import context

from model.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a column only by copying the table.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
