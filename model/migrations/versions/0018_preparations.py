"""Preparations: what is laid before those who hold a review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0018"
down_revision = "0017"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; its rows are never changed."""
    op.create_table(
        "preparations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("review_id", sa.String(36), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_preparations"),
        refers("preparations", "review_id", "reviews.id"),
    )
    op.create_index("ix_preparations_review_id_number", "preparations", ["review_id", "number"])
    refuse_change("preparations")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("preparations")
