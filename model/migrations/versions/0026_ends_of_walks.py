"""Ends of walks: up to where a walk over the record goes, whose notes count, and what it found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the columns; a walk that goes on already gets its end when it does."""
    op.add_column("record_walks", sa.Column("last_case", NUMBER))
    op.add_column("record_walks", sa.Column("last_checkpoint", NUMBER))
    op.add_column("record_walks", sa.Column("found", sa.Text()))
    op.add_column(
        "record_walks", sa.Column("generation", NUMBER, nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Take them away again."""
    for column in ("generation", "found", "last_checkpoint", "last_case"):
        op.drop_column("record_walks", column)
