"""The outbox: subscriptions, events and deliveries, and the heartbeats of the scheduler."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
ID = sa.String(36)


def upgrade() -> None:
    """Add the tables."""
    _make_subscriptions()
    _make_events()
    _make_deliveries()
    op.create_table(
        "heartbeats",
        sa.Column("tick", sa.String(40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tick", name="pk_heartbeats"),
    )


def downgrade() -> None:
    """Take them away again. What has not been delivered is not told any more."""
    for table in ("heartbeats", "deliveries", "outbox_events", "subscriptions"):
        op.drop_table(table)


def _make_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("url", sa.String(2_000), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("rotated_until", INSTANT),
        sa.Column("failing_since", INSTANT),
        sa.Column("disabled_at", INSTANT),
        sa.Column("disabled_because", sa.Text()),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )


def _make_events() -> None:
    op.create_table(
        "outbox_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_events"),
        sa.UniqueConstraint("key", name="uq_outbox_events_key"),
    )


def _make_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("subscription_id", ID),
        sa.Column("recipient", sa.String(320)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("claim", ID),
        sa.Column("tried_at", INSTANT),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["event_id"], ["outbox_events.id"], name="fk_deliveries_event_id"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name="fk_deliveries_subscription_id"
        ),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    for column in ("event_id", "subscription_id"):
        op.create_index(f"ix_deliveries_{column}", "deliveries", [column])
