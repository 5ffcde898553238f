"""What services offer, packages of them, and finding cases by when it was said what fits them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OFFER = ("options", "charging", "cost", "quality", "capacity")
TOLD = ("existing_service_fits", "fitting_service")


def upgrade() -> None:
    """Add the columns and the tables, and an index for each of two facts."""
    for column in OFFER:
        op.add_column("services", sa.Column(column, sa.Text()))
    _make_packages()
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
    op.drop_table("packaged_services")
    op.drop_table("packages")
    for column in OFFER:
        op.drop_column("services", column)


def _make_packages() -> None:
    op.create_table(
        "packages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_packages"),
        sa.UniqueConstraint("key", name="uq_packages_key"),
    )
    op.create_table(
        "packaged_services",
        sa.Column("package_id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("package_id", "service_id", name="pk_packaged_services"),
        _refers("package_id", "packages.id"),
        _refers("service_id", "services.id"),
    )
    op.create_index("ix_packaged_services_service_id", "packaged_services", ["service_id"])


def _refers(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_packaged_services_{column}")
