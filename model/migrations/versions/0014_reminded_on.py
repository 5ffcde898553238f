"""Reviews: the day on which people last heard of the awaited occurrence.

When the rules for reminders change, the days are worked out anew from it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"


def upgrade() -> None:
    """Add the day; who was told before is not told again, since the outbox knows it."""
    op.add_column("reviews", sa.Column("reminded_on", sa.Date()))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("reviews", "reminded_on")
