"""The roster: every version of who holds which role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table; its rows are never changed."""
    op.create_table(
        "rosters",
        sa.Column("version", NUMBER, autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_rosters"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER rosters_refuse_{event.lower()} BEFORE {event} ON rosters "
                "BEGIN SELECT RAISE(ABORT, 'rows of rosters are never changed'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER rosters_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON rosters "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("rosters")
