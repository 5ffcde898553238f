"""What is to be told is found by its subject, and a subscription's failing is counted.

A reminder is taken back by its subject. A subscription is disabled for the time in which it was
tried in vain: `missed_at` is when it was last, `missed_for` how long that was, in seconds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add both."""
    op.create_index("ix_outbox_events_subject", "outbox_events", ["subject"])
    op.add_column("subscriptions", sa.Column("missed_at", sa.DateTime(timezone=True)))
    op.add_column(
        "subscriptions", sa.Column("missed_for", NUMBER, nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("subscriptions", "missed_for")
    op.drop_column("subscriptions", "missed_at")
    op.drop_index("ix_outbox_events_subject", table_name="outbox_events")
