"""Reports of agreements, which are never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("agreement_reports",)


def upgrade() -> None:
    """Make the tables; what was reported stays as it was."""
    _make_reports()
    for table in APPEND_ONLY:
        _guard(table)


def downgrade() -> None:
    """Remove them; the reviews that they led to go on."""
    op.drop_table("agreement_reports")


def _make_reports() -> None:
    op.create_table(
        "agreement_reports",
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", "first_on", "last_on", name="pk_agreement_reports"),
        _refers("agreement_reports", "agreement_id", "agreements.id"),
    )


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
        )


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
