"""What was changed of services: rows that stay; of customers and maintenance what is known yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0021"
down_revision = "0020"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
AT_ONCE = 500
# A customer's row says who changed it last, and not who brought it.
UNKNOWN = "unknown"


def upgrade() -> None:
    """Make the table, and note what customers and maintenance say of themselves."""
    op.create_table(
        "service_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("service_version", NUMBER, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200)),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_events"),
        refers("service_events", "service_id", "services.id"),
    )
    op.create_index("ix_service_events_service_id_at", "service_events", ["service_id", "at"])
    _note_what_is_known()
    refuse_change("service_events")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("service_events")


def _note_what_is_known() -> None:
    bind = op.get_bind()
    events = sa.Table("service_events", sa.MetaData(), autoload_with=bind)
    rows = sorted([*_customers(), *_maintenance()], key=lambda row: (row["at"], row["what"]))
    for start in range(0, len(rows), AT_ONCE):
        bind.execute(events.insert(), rows[start : start + AT_ONCE])


def _customers() -> Iterator[dict[str, Any]]:
    """Yield who came and who left."""
    for row in _rows("service_customers"):
        yield _event(row, "customer_came", row["name"], row["since"], UNKNOWN)
        if row["until"] is not None:
            by = row["ended_by"] or UNKNOWN
            yield _event(row, "customer_left", row["name"], row["until"], by)


def _maintenance() -> Iterator[dict[str, Any]]:
    """Yield what was planned and what was called off."""
    for row in _rows("maintenance"):
        begins, ends = (
            _in_utc(row[name]).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            for name in ("begins_at", "ends_at")
        )
        plan = json.dumps({"begins_at": begins, "ends_at": ends, "what": row["what"]})
        number, by = str(row["id"]), row["planned_by"]
        yield _event(row, "maintenance_planned", number, row["planned_at"], by, plan)
        if row["called_off_at"] is not None:
            off = row["called_off_by"] or UNKNOWN
            yield _event(row, "maintenance_called_off", number, row["called_off_at"], off)


def _rows(table: str) -> Iterator[sa.RowMapping]:
    """Yield the rows of a table, with the version that their service has now."""
    bind = op.get_bind()
    found = sa.Table(table, sa.MetaData(), autoload_with=bind)
    services = sa.table("services", sa.column("id"), sa.column("subject_id"))
    cases = sa.table("cases", sa.column("id"), sa.column("version"))
    query = (
        sa.select(found, cases.c.version)
        .join(services, services.c.id == found.c.service_id)
        .join(cases, cases.c.id == services.c.subject_id)
    )
    yield from bind.execute(query.order_by(found.c.id)).mappings().all()


def _in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC; SQLite keeps it so, without a zone."""
    return instant.astimezone(UTC) if instant.tzinfo else instant


def _event(
    row: sa.RowMapping, what: str, subject: str, at: Any, by: str, after: str = "{}"
) -> dict[str, Any]:
    return {
        "service_id": row["service_id"],
        "service_version": row["version"],
        "what": what,
        "subject": subject,
        "before": "{}",
        "after": after,
        "by": by,
        "at": at,
    }
