"""Other systems that were asked to add a service; the forum that a toll-gate was held in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0027"
down_revision = "0026"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them; of the sessions so far, nobody said in which forum they were held."""
    op.create_table(
        "system_requests",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("system", sa.String(200)),
        sa.Column("sent_on", sa.Date()),
        sa.Column("reference", sa.String(200)),
        sa.Column("reason", sa.Text()),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_system_requests"),
        refers("system_requests", "service_id", "services.id"),
    )
    op.create_index("ix_system_requests_service_id", "system_requests", ["service_id"])
    refuse_change("system_requests")
    op.add_column("gate_sessions", sa.Column("forum", sa.String(100)))
    op.create_index("ix_gate_sessions_forum", "gate_sessions", ["forum"])


def downgrade() -> None:
    """Take them away again, with what was said of other systems, and where sessions were held."""
    op.drop_index("ix_gate_sessions_forum", "gate_sessions")
    op.drop_column("gate_sessions", "forum")
    op.drop_table("system_requests")
