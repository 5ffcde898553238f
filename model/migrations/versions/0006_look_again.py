"""The day on which a case that waits is to be looked at again, and by which rules that was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COLUMNS = ("look_again_on", "told_under")


def upgrade() -> None:
    """Add them; a case that was decided before gets a day with its next decision."""
    op.add_column("cases", sa.Column("look_again_on", sa.Date()))
    op.add_column("cases", sa.Column("told_under", sa.String(80)))
    for column in COLUMNS:
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_cases_{column}", "cases", [column], sqlite_where=there, postgresql_where=there
        )


def downgrade() -> None:
    """Take them away again."""
    for column in COLUMNS:
        op.drop_index(f"ix_cases_{column}", "cases")
    for column in reversed(COLUMNS):
        op.drop_column("cases", column)
