"""The catalogue: parts of services, what services rest on, and the words they are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("search_groups", "search_texts", "dependencies", "parts")


def upgrade() -> None:
    """Make the tables. What is there already, housekeeping indexes."""
    _make_parts()
    _make_search()


def downgrade() -> None:
    """Take them away again."""
    for table in TABLES:
        op.drop_table(table)


def _make_parts() -> None:
    op.create_table(
        "parts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_parts"),
        sa.UniqueConstraint("service_id", "key", name="uq_parts_service_id_key"),
        _refers("parts", "service_id", "services.id"),
    )
    op.create_table(
        "dependencies",
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("rests_on_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("service_id", "rests_on_id", name="pk_dependencies"),
        _refers("dependencies", "service_id", "services.id"),
        _refers("dependencies", "rests_on_id", "services.id"),
    )
    op.create_index("ix_dependencies_rests_on_id", "dependencies", ["rests_on_id"])


def _make_search() -> None:
    op.create_table(
        "search_texts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("part", sa.String(100)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_texts"),
        _refers("search_texts", "service_id", "services.id"),
    )
    op.create_index("ix_search_texts_service_id", "search_texts", ["service_id"])
    op.create_table(
        "search_groups",
        sa.Column("letters", sa.String(3), nullable=False),
        sa.Column("text_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("letters", "text_id", name="pk_search_groups"),
        _refers("search_groups", "text_id", "search_texts.id"),
    )
    op.create_index("ix_search_groups_text_id", "search_groups", ["text_id"])


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
