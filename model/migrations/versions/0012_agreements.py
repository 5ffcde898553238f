"""Agreements, what was measured of them, and what reviews and timers need to know of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0012"
down_revision = "0011"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("agreement_versions", "measurements")


def upgrade() -> None:
    """Make the tables; what was agreed and what was measured is never changed."""
    _make_agreements()
    _make_versions()
    _make_measurements()
    for table in APPEND_ONLY:
        refuse_change(table)
    op.add_column(
        "reviews", sa.Column("once", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("reviews", sa.Column("shift", NUMBER, nullable=False, server_default="0"))
    _lead_from_timers()


def downgrade() -> None:
    """Remove them; timers keep their targets, and reviews that were set up go on."""
    op.drop_index("ix_timers_agreement_id", "timers")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_timers_agreement_id", "timers")
    for column in ("metric", "agreement_id"):
        op.drop_column("timers", column)
    for column in ("shift", "once"):
        op.drop_column("reviews", column)
    for table in ("measurements", "agreement_versions", "agreement_supports", "agreements"):
        op.drop_table(table)


def _make_agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("service_id", NUMBER),
        sa.Column("provider", sa.String(200), nullable=False),
        sa.Column("customer", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("renewal_term", sa.String(20)),
        sa.Column("notice", sa.String(20)),
        sa.Column("review_every", sa.String(20), nullable=False),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("calendar_id", NUMBER),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.UniqueConstraint("name", name="uq_agreements_name"),
        refers("agreements", "service_id", "services.id"),
        refers("agreements", "calendar_id", "calendars.id"),
    )
    op.create_index("ix_agreements_service_id", "agreements", ["service_id"])
    op.create_table(
        "agreement_supports",
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("beneath_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", "beneath_id", name="pk_agreement_supports"),
        refers("agreement_supports", "agreement_id", "agreements.id"),
        refers("agreement_supports", "beneath_id", "agreements.id"),
    )
    op.create_index("ix_agreement_supports_beneath_id", "agreement_supports", ["beneath_id"])


def _make_versions() -> None:
    op.create_table(
        "agreement_versions",
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("version", NUMBER, autoincrement=False, nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", "version", name="pk_agreement_versions"),
        refers("agreement_versions", "agreement_id", "agreements.id"),
    )


def _make_measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("metric", sa.String(100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("comparison", sa.String(2), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_measurements"),
        refers("measurements", "agreement_id", "agreements.id"),
    )
    op.create_index("ix_measurements_agreement_id_day", "measurements", ["agreement_id", "day"])


def _lead_from_timers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # By any other way SQLite would copy the whole table.
        op.execute(
            "ALTER TABLE timers ADD COLUMN agreement_id VARCHAR(36) REFERENCES agreements (id)"
        )
    else:
        op.add_column("timers", sa.Column("agreement_id", sa.String(36)))
        op.create_foreign_key(
            "fk_timers_agreement_id", "timers", "agreements", ["agreement_id"], ["id"]
        )
    op.add_column("timers", sa.Column("metric", sa.String(100)))
    there = sa.text("agreement_id IS NOT NULL")
    op.create_index(
        "ix_timers_agreement_id", "timers", ["agreement_id"],
        sqlite_where=there, postgresql_where=there,
    )  # fmt: skip
