"""Preparations: what is laid before those who hold a review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_preparations_review_id"),
    )
    op.create_index("ix_preparations_review_id_number", "preparations", ["review_id", "number"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER preparations_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON preparations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER preparations_refuse_{event.lower()} BEFORE {event} ON preparations "
            "BEGIN SELECT RAISE(ABORT, 'rows of preparations are never changed'); END"
        )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("preparations")
