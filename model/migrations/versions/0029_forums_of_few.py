"""A session of a toll-gate that was held in no forum leaves nothing in the index of forums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

IN_A_FORUM = sa.text("forum IS NOT NULL")
NAME = "ix_gate_sessions_forum"


def upgrade() -> None:
    """Make the index one of those that were held in some."""
    op.drop_index(NAME, "gate_sessions")
    op.create_index(
        NAME, "gate_sessions", ["forum"], sqlite_where=IN_A_FORUM, postgresql_where=IN_A_FORUM
    )


def downgrade() -> None:
    """Have every session in it again."""
    op.drop_index(NAME, "gate_sessions")
    op.create_index(NAME, "gate_sessions", ["forum"])
