"""Viable cases: an index of the fact that says so, for those of which nothing was born."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

CONDITION = sa.text("name = 'viable'")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_case_facts_viable",
        "case_facts",
        ["supplied_at"],
        sqlite_where=CONDITION,
        postgresql_where=CONDITION,
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_case_facts_viable", "case_facts")
