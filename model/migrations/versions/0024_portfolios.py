"""Portfolios, vendor products, forums, tests of continuity, target groups; more to be found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0024"
down_revision = "0023"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OFFERED = ("services", "packages")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make what is new. What is indexed already is found as it was, until it is indexed anew."""
    edition = sa.Column("edition", sa.Integer(), nullable=False, server_default="1")
    op.add_column("search_texts", edition)
    for table in OFFERED:
        op.add_column(table, sa.Column("audiences", sa.Text()))
    _make_continuity_tests()
    _make_portfolios()
    _make_vendor_products()
    _make_forums()


def downgrade() -> None:
    """Take it away again."""
    for table in (
        "vendor_products",
        "portfolio_services",
        "portfolios",
        "continuity_tests",
        "forums",
    ):
        op.drop_table(table)
    for table in OFFERED:
        op.drop_column(table, "audiences")
    op.drop_column("search_texts", "edition")


def _make_continuity_tests() -> None:
    op.create_table(
        "continuity_tests",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("resumed", sa.Boolean(), nullable=False),
        sa.Column("plan_version", NUMBER),
        sa.Column("findings", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_continuity_tests"),
        refers("continuity_tests", "service_id", "services.id"),
    )
    columns = ["service_id", "held_on"]
    op.create_index("ix_continuity_tests_service_id_held_on", "continuity_tests", columns)
    refuse_change("continuity_tests")


def _make_portfolios() -> None:
    op.create_table(
        "portfolios",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("strategy", sa.Text()),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portfolios"),
        sa.UniqueConstraint("key", name="uq_portfolios_key"),
    )
    op.create_table(
        "portfolio_services",
        sa.Column("portfolio_id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "service_id", name="pk_portfolio_services"),
        refers("portfolio_services", "portfolio_id", "portfolios.id"),
        refers("portfolio_services", "service_id", "services.id"),
    )
    op.create_index("ix_portfolio_services_service_id", "portfolio_services", ["service_id"])


def _make_vendor_products() -> None:
    op.create_table(
        "vendor_products",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("vendor", sa.String(200), nullable=False),
        sa.Column("meets", sa.Text(), nullable=False),
        sa.Column("strategy_version", NUMBER),
        sa.Column("agreement_id", sa.String(36)),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vendor_products"),
        sa.UniqueConstraint("service_id", "key", name="uq_vendor_products_service_id_key"),
        refers("vendor_products", "service_id", "services.id"),
        refers("vendor_products", "agreement_id", "agreements.id"),
    )
    op.create_index("ix_vendor_products_agreement_id", "vendor_products", ["agreement_id"])


def _make_forums() -> None:
    op.create_table(
        "forums",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("gates", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("meets_every", sa.String(20)),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forums"),
        sa.UniqueConstraint("key", name="uq_forums_key"),
    )
