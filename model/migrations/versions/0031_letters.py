"""Sleeping letters: what waits for the end of the quiet hours, before it is said to whom it goes.

What waits already has its addresses, and goes out as it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

NAME = "sleeping_letters"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        NAME,
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_sleeping_letters"),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["outbox_events.id"],
            name="fk_sleeping_letters_event_id",
            # Processes of before forget events, and know of no letters that sleep.
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_sleeping_letters_due_at", NAME, ["due_at"])


def downgrade() -> None:
    """Remove it; letters that sleep go out no more."""
    op.drop_table(NAME)
