"""The catalogue in full: packages are found, too; value, technologies, and what parts cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_SERVICES = ("value", "technologies")


def upgrade() -> None:
    """Add the columns. The packages that there are, housekeeping indexes."""
    for column in OF_SERVICES:
        op.add_column("services", sa.Column(column, sa.Text()))
    op.add_column("parts", sa.Column("cost", sa.Text()))
    with op.batch_alter_table("search_texts") as table:
        table.alter_column("service_id", existing_type=NUMBER, nullable=True)
        table.add_column(sa.Column("package_id", NUMBER))
        table.create_foreign_key("fk_search_texts_package_id", "packages", ["package_id"], ["id"])
        table.create_index("ix_search_texts_package_id", ["package_id"])


def downgrade() -> None:
    """Take them away again; what packages were found by goes with them."""
    op.execute(
        "DELETE FROM search_groups WHERE text_id IN"
        " (SELECT id FROM search_texts WHERE package_id IS NOT NULL)"
    )
    op.execute("DELETE FROM search_texts WHERE package_id IS NOT NULL")
    with op.batch_alter_table("search_texts") as table:
        table.drop_index("ix_search_texts_package_id")
        table.drop_constraint("fk_search_texts_package_id", type_="foreignkey")
        table.drop_column("package_id")
        table.alter_column("service_id", existing_type=NUMBER, nullable=False)
    op.drop_column("parts", "cost")
    for column in OF_SERVICES:
        op.drop_column("services", column)
