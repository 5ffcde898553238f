"""Breaches that were told and turned out to be none, and which time that is of a mark told again.

Processes of before tell each mark once, as the first time, and know of none that was undone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0030"
down_revision = "0029"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
ONCE = ["timer_id", "cycle", "mark"]
EACH_TIME = [*ONCE, "again"]
BREACHES = sa.text("mark = 'breach'")


def upgrade() -> None:
    """Make room for both."""
    with op.batch_alter_table("timer_marks") as table:
        again = sa.Column("again", sa.Integer(), nullable=False, server_default=sa.text("0"))
        table.add_column(again)
        table.drop_constraint(_name(ONCE), type_="unique")
        table.create_unique_constraint(_name(EACH_TIME), EACH_TIME)
    if op.get_bind().dialect.name == "sqlite":
        # It copied the table, without its triggers.
        refuse_change("timer_marks")
    op.create_index(
        "ix_timer_marks_found_at",
        "timer_marks",
        ["found_at"],
        sqlite_where=BREACHES,
        postgresql_where=BREACHES,
    )
    op.create_table(
        "undone_marks",
        sa.Column("mark_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("mark_id", name="pk_undone_marks"),
        refers("undone_marks", "mark_id", "timer_marks.id"),
    )
    refuse_change("undone_marks")


def downgrade() -> None:
    """Take it away again: what was told anew was told once, as it was the first time."""
    op.drop_table("undone_marks")
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER timer_marks_refuse_{event}")
    else:
        op.execute("DROP TRIGGER timer_marks_refuse_change ON timer_marks")
    op.drop_index("ix_timer_marks_found_at", "timer_marks")
    op.execute("DELETE FROM timer_marks WHERE again > 0")
    with op.batch_alter_table("timer_marks") as table:
        table.drop_constraint(_name(EACH_TIME), type_="unique")
        table.create_unique_constraint(_name(ONCE), ONCE)
        table.drop_column("again")
    refuse_change("timer_marks")


def _name(columns: list[str]) -> str:
    return f"uq_timer_marks_{'_'.join(columns)}"
