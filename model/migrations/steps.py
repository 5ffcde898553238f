"""Steps that several migrations take. They stay as they are: databases have taken them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def refuse_change(table: str) -> None:
    """Have the database refuse whatever would change or remove rows of a table."""
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


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """Return the constraint that a column refers to a row of another table."""
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
