"""Reports of agreements, which are never changed, and improvements with all their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0015"
down_revision = "0014"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("agreement_reports", "improvement_versions")


def upgrade() -> None:
    """Make the tables; what was reported and what was planned stays as it was."""
    _make_reports()
    _make_improvements()
    for table in APPEND_ONLY:
        refuse_change(table)


def downgrade() -> None:
    """Remove them; the reviews that reports led to go on, those of improvements end."""
    # No version before this one knows their kind.
    op.execute(
        "UPDATE reviews SET ended_at = created_at WHERE kind = 'improvement' AND ended_at IS NULL"
    )
    for table in ("improvement_versions", "improvements", "agreement_reports"):
        op.drop_table(table)


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
        refers("agreement_reports", "agreement_id", "agreements.id"),
    )


def _make_improvements() -> None:
    op.create_table(
        "improvements",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("service_id", NUMBER),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("review_id", sa.String(36)),
        sa.Column("agreement_id", sa.String(36)),
        sa.Column("reason", sa.Text()),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_improvements"),
        refers("improvements", "service_id", "services.id"),
        refers("improvements", "review_id", "reviews.id"),
        refers("improvements", "agreement_id", "agreements.id"),
    )
    for column in ("service_id", "due_on"):
        op.create_index(f"ix_improvements_{column}", "improvements", [column])
    op.create_table(
        "improvement_versions",
        sa.Column("improvement_id", sa.String(36), nullable=False),
        sa.Column("version", NUMBER, autoincrement=False, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("improvement_id", "version", name="pk_improvement_versions"),
        refers("improvement_versions", "improvement_id", "improvements.id"),
    )
