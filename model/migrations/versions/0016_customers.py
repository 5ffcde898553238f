"""Who uses a service, when it is worked on, and how satisfied people are with cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0016"
down_revision = "0015"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _make_customers()
    _make_maintenance()
    _make_satisfaction()
    refuse_change("satisfaction_answers")


def downgrade() -> None:
    """Take them away again."""
    for table in (
        "satisfaction_words",
        "satisfaction_answers",
        "maintenance",
        "service_customers",
    ):
        op.drop_table(table)


def _make_customers() -> None:
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
        refers("service_customers", "service_id", "services.id"),
    )
    there = sa.text("until IS NULL")
    op.create_index(
        "ix_service_customers_service_id_name", "service_customers", ["service_id", "name"],
        unique=True, sqlite_where=there, postgresql_where=there,
    )  # fmt: skip
    op.create_index("ix_service_customers_service_id", "service_customers", ["service_id"])


def _make_maintenance() -> None:
    op.create_table(
        "maintenance",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.String(200), nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("called_off_by", sa.String(200)),
        sa.Column("called_off_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance"),
        refers("maintenance", "service_id", "services.id"),
    )
    op.create_index("ix_maintenance_service_id", "maintenance", ["service_id"])


def _make_satisfaction() -> None:
    op.create_table(
        "satisfaction_answers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("score", NUMBER, nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("api_key_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_satisfaction_answers"),
        refers("satisfaction_answers", "case_id", "cases.id"),
        refers("satisfaction_answers", "api_key_id", "api_keys.id"),
    )
    op.create_index("ix_satisfaction_answers_case_id", "satisfaction_answers", ["case_id"])
    op.create_table(
        "satisfaction_words",
        sa.Column("answer_id", NUMBER, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", name="pk_satisfaction_words"),
        refers("satisfaction_words", "answer_id", "satisfaction_answers.id"),
    )
