"""Who uses a service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "service_customers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(200)),
        sa.Column("email", sa.String(254)),
        sa.Column("agency", sa.String(200)),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("ended_by", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_service_customers"),
        _refers("service_customers", "service_id", "services.id"),
    )
    there = sa.text("until IS NULL")
    op.create_index(
        "ix_service_customers_service_id_name", "service_customers", ["service_id", "name"],
        unique=True, sqlite_where=there, postgresql_where=there,
    )  # fmt: skip
    op.create_index("ix_service_customers_service_id", "service_customers", ["service_id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("service_customers")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
