"""Services are found by their keys and categories, too: what is indexed says what of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"


def upgrade() -> None:
    """Add the column. What there is, housekeeping indexes anew; until then it is found as it was."""
    op.add_column(
        "search_texts", sa.Column("edition", sa.Integer(), nullable=False, server_default="1")
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("search_texts", "edition")
