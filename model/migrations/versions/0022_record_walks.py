"""Record walks: how far the record has been verified; when a review last changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, which gets one row; of older reviews nobody knows when they changed."""
    op.add_column("reviews", sa.Column("changed_at", sa.DateTime(timezone=True)))
    op.create_table(
        "record_walks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("checkpoint", NUMBER, nullable=False),
        sa.Column("newest", NUMBER, nullable=False),
        sa.Column("decisions", NUMBER, nullable=False),
        sa.Column("findings", NUMBER, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_walks"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("record_walks")
    op.drop_column("reviews", "changed_at")
