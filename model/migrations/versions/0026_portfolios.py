"""Services are found by their keys and categories, too; tests of continuity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0026"
down_revision = "0023"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make what is new. What is indexed already is found as it was, until it is indexed anew."""
    edition = sa.Column("edition", sa.Integer(), nullable=False, server_default="1")
    op.add_column("search_texts", edition)
    _make_continuity_tests()


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("continuity_tests")
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
