"""Services, the versions of their artifacts, and the sessions of their toll-gates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refers, refuse_change

revision = "0007"
down_revision = "0006"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("artifact_versions", "gate_sessions")


def upgrade() -> None:
    """Make the tables, and the triggers that keep records as they were written."""
    _make_services()
    _make_artifacts()
    _make_sessions()
    for table in APPEND_ONLY:
        refuse_change(table)


def downgrade() -> None:
    """Remove them. What was decided of services stays in the record."""
    for table in (*APPEND_ONLY, "services"):
        op.drop_table(table)


def _make_services() -> None:
    op.create_table(
        "services",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("category", sa.String(200)),
        sa.Column("portfolio_manager", sa.String(200)),
        sa.Column("product_manager", sa.String(200)),
        sa.Column("line_manager", sa.String(200)),
        sa.Column("review_every", sa.String(20)),
        sa.Column("phase", sa.String(20)),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("born_of_id", NUMBER),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_services"),
        sa.UniqueConstraint("key", name="uq_services_key"),
        sa.UniqueConstraint("subject_id", name="uq_services_subject_id"),
        refers("services", "subject_id", "cases.id"),
        refers("services", "born_of_id", "cases.id"),
    )
    for column in ("category", "phase", "born_of_id"):
        op.create_index(f"ix_services_{column}", "services", [column])


def _make_artifacts() -> None:
    op.create_table(
        "artifact_versions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("supplied_by", sa.String(200), nullable=False),
        sa.Column("supplied_at", INSTANT, nullable=False),
        sa.Column("service_version", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artifact_versions"),
        sa.UniqueConstraint(
            "service_id", "name", "version", name="uq_artifact_versions_service_id_name_version"
        ),
        refers("artifact_versions", "service_id", "services.id"),
    )


def _make_sessions() -> None:
    op.create_table(
        "gate_sessions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("service_id", NUMBER, nullable=False),
        sa.Column("service_version", NUMBER, nullable=False),
        sa.Column("gate", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("sat", sa.Text(), nullable=False),
        sa.Column("presented", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(40)),
        sa.Column("result", sa.String(40)),
        sa.Column("phase", sa.String(20)),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gate_sessions"),
        sa.UniqueConstraint(
            "service_id", "service_version", name="uq_gate_sessions_service_id_service_version"
        ),
        sa.UniqueConstraint("decision_id", name="uq_gate_sessions_decision_id"),
        refers("gate_sessions", "service_id", "services.id"),
        refers("gate_sessions", "decision_id", "decisions.id"),
    )
