"""Reviews: the day on which people last heard of the awaited occurrence.

When the rules for reminders change, the days are worked out anew from it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the day. Of what was told before, the latest counts as told today: not again."""
    op.add_column("reviews", sa.Column("reminded_on", sa.Date()))
    op.execute("UPDATE reviews SET reminded_on = CURRENT_DATE WHERE remind_on > CURRENT_DATE")


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("reviews", "reminded_on")
