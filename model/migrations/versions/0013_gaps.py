"""What the catalogue lacks: how much a service can take, and finding cases by when facts came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"

TOLD = ("existing_service_fits", "fitting_service")


def upgrade() -> None:
    """Add the column, and an index for each of two facts."""
    op.add_column("services", sa.Column("capacity", sa.Text()))
    for name in TOLD:
        where = sa.text(f"name = '{name}'")
        op.create_index(
            f"ix_case_facts_{name}", "case_facts", ["supplied_at"],
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip


def downgrade() -> None:
    """Take them away again."""
    for name in TOLD:
        op.drop_index(f"ix_case_facts_{name}", "case_facts")
    op.drop_column("services", "capacity")
