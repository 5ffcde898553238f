"""Reviews: what is looked at again and again, and every time that it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; what was held is never changed."""
    _make_reviews()
    op.create_table(
        "held_reviews",
        sa.Column("review_id", sa.String(36), nullable=False),
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(200), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("review_id", "number", name="pk_held_reviews"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_held_reviews_review_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER held_reviews_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON held_reviews FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER held_reviews_refuse_{event.lower()} BEFORE {event} ON held_reviews "
            "BEGIN SELECT RAISE(ABORT, 'rows of held_reviews are never changed'); END"
        )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("held_reviews")
    op.drop_table("reviews")


def _make_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("escalate_to", sa.String(200)),
        sa.Column("anchor", sa.Date(), nullable=False),
        sa.Column("every", sa.String(20), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("kind", "subject", name="uq_reviews_kind_subject"),
    )
    goes_on = sa.text("ended_at IS NULL")
    for column in ("due_on", "remind_on"):
        op.create_index(
            f"ix_reviews_{column}", "reviews", [column],
            sqlite_where=goes_on, postgresql_where=goes_on,
        )  # fmt: skip
