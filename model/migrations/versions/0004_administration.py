"""Administration: who did what, keys that replace others, and which code may still run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The oldest version of the code that may run on these tables, by the last migration it knows.
# Only a migration that takes something away moves it.
OLDEST = "0001"


def upgrade() -> None:
    """Add the acts of administrators, the families of keys, and the oldest code that still runs."""
    op.add_column("api_keys", sa.Column("family_id", sa.String(36)))
    _make_acts()
    support = op.create_table(
        "schema_support",
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("oldest", name="pk_schema_support"),
    )
    op.bulk_insert(support, [{"oldest": OLDEST}])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("schema_support")
    op.drop_table("administration_acts")
    op.drop_column("api_keys", "family_id")


def _make_acts() -> None:
    op.create_table(
        "administration_acts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("key_id", sa.String(36)),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("on", sa.String(200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_administration_acts"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER administration_acts_refuse_{event.lower()} BEFORE {event} "
                "ON administration_acts BEGIN "
                "SELECT RAISE(ABORT, 'rows of administration_acts are never changed'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER administration_acts_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON administration_acts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
