"""Business calendars, and the timers of cases that count by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0010"
down_revision = "0009"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "timer_results",
    "timer_marks",
    "timer_events",
    "timers",
    "calendar_versions",
    "calendars",
)
WRITTEN_ONCE = ("calendar_versions", "timer_events", "timer_marks")


def upgrade() -> None:
    """Make the tables."""
    _make_calendars()
    _make_timers()
    _make_what_timers_rest_on()
    for table in WRITTEN_ONCE:
        refuse_change(table)


def downgrade() -> None:
    """Take them away again."""
    for table in TABLES:
        op.drop_table(table)


def _make_calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendars"),
        sa.UniqueConstraint("name", name="uq_calendars_name"),
    )
    op.create_table(
        "calendar_versions",
        sa.Column("calendar_id", NUMBER, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("calendar_id", "version", name="pk_calendar_versions"),
        refers("calendar_versions", "calendar_id", "calendars.id"),
    )


def _make_timers() -> None:
    op.create_table(
        "timers",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("calendar_id", NUMBER),
        sa.Column("target_seconds", NUMBER, nullable=False),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("next_at", INSTANT),
        sa.Column("counted_with", NUMBER),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("api_key_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
        sa.UniqueConstraint("case_id", "name", name="uq_timers_case_id_name"),
        refers("timers", "case_id", "cases.id"),
        refers("timers", "calendar_id", "calendars.id"),
        refers("timers", "api_key_id", "api_keys.id"),
    )
    # Few timers wait for something at any time: the scan reads those, and no others.
    for name, columns, last in (
        ("ix_timers_next_at", ["next_at"], "next_at"),
        ("ix_timers_calendar_id_counted_with", ["calendar_id", "counted_with"], "counted_with"),
    ):
        there = sa.text(f"{last} IS NOT NULL")
        op.create_index(name, "timers", columns, sqlite_where=there, postgresql_where=there)


def _make_what_timers_rest_on() -> None:
    op.create_table(
        "timer_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("timer_id", sa.String(36), nullable=False),
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timer_events"),
        sa.UniqueConstraint("timer_id", "event_id", name="uq_timer_events_timer_id_event_id"),
        refers("timer_events", "timer_id", "timers.id"),
    )
    op.create_table(
        "timer_marks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("timer_id", sa.String(36), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(40), nullable=False),
        sa.Column("reached_at", INSTANT, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timer_marks"),
        sa.UniqueConstraint("timer_id", "cycle", "mark", name="uq_timer_marks_timer_id_cycle_mark"),
        refers("timer_marks", "timer_id", "timers.id"),
    )
    op.create_table(
        "timer_results",
        sa.Column("timer_id", sa.String(36), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("counted_with", NUMBER),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("frozen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("timer_id", "cycle", name="pk_timer_results"),
        refers("timer_results", "timer_id", "timers.id"),
    )
