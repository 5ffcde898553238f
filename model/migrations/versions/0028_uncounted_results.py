"""What an older process froze while it was upgraded is found at once, however much has ended.

`pending` are the results of 0025 that no newer process has counted: hardly ever any.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

UNCOUNTED = sa.text("verdict = 'pending'")
NAME = "ix_timer_results_timer_id"


def upgrade() -> None:
    """Make the index of the few."""
    op.create_index(
        NAME,
        "timer_results",
        ["timer_id"],
        sqlite_where=UNCOUNTED,
        postgresql_where=UNCOUNTED,
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index(NAME, "timer_results")
