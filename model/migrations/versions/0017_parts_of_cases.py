"""Parts: the case that one was born of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column; the parts that there are were born of none."""
    if op.get_bind().dialect.name == "sqlite":
        # So the table is not copied.
        op.execute("ALTER TABLE parts ADD COLUMN born_of_id INTEGER REFERENCES cases (id)")
    else:
        op.add_column("parts", sa.Column("born_of_id", NUMBER))
        op.create_foreign_key("fk_parts_born_of_id", "parts", "cases", ["born_of_id"], ["id"])
    op.create_index("ix_parts_born_of_id", "parts", ["born_of_id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_parts_born_of_id", "parts")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("parts") as table:
            table.drop_column("born_of_id")
    else:
        op.drop_column("parts", "born_of_id")
