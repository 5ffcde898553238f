"""The life of cases: late facts, and cases reopened, renamed or merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
LEADS = ("renamed_to_id", "merged_into_id")
OF_CHANGES = ("true_at", "newer_at", "taken")


def upgrade() -> None:
    """Add what cases and their facts need, and the events of a case's life."""
    op.add_column("case_facts", sa.Column("true_at", INSTANT))
    op.add_column("fact_changes", sa.Column("true_at", INSTANT))
    op.add_column("fact_changes", sa.Column("newer_at", INSTANT))
    op.add_column(
        "fact_changes",
        sa.Column("taken", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column("cases", sa.Column("reopened_at", INSTANT))
    for column in LEADS:
        _lead_to_a_case(column)
    # Few rows lead elsewhere: the index holds those, and costs the others nothing.
    somewhere = sa.text("merged_into_id IS NOT NULL")
    op.create_index(
        "ix_cases_merged_into_id", "cases", ["merged_into_id"],
        sqlite_where=somewhere, postgresql_where=somewhere,
    )  # fmt: skip
    _make_events()
    _guard()


def downgrade() -> None:
    """Take it away again. Refs that cases had before lead nowhere from then on."""
    op.drop_table("case_events")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER fact_changes_keep_instants")
    op.drop_index("ix_cases_merged_into_id", "cases")
    op.execute("DELETE FROM cases WHERE renamed_to_id IS NOT NULL")
    for column in LEADS:
        if op.get_bind().dialect.name == "postgresql":
            op.drop_constraint(f"fk_cases_{column}", "cases")
        op.drop_column("cases", column)
    op.drop_column("cases", "reopened_at")
    for column in OF_CHANGES:
        op.drop_column("fact_changes", column)
    op.drop_column("case_facts", "true_at")


def _lead_to_a_case(column: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # By any other way SQLite would copy the whole table.
        op.execute(f"ALTER TABLE cases ADD COLUMN {column} INTEGER REFERENCES cases (id)")
        return
    op.add_column("cases", sa.Column(column, NUMBER))
    op.create_foreign_key(f"fk_cases_{column}", "cases", "cases", [column], ["id"])


def _make_events() -> None:
    op.create_table(
        "case_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("case_version", NUMBER, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("api_key_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
        sa.UniqueConstraint("case_id", "case_version", name="uq_case_events_case_id_case_version"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_events_case_id"),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_case_events_api_key_id"),
    )


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER case_events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON case_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER case_events_refuse_{event.lower()} BEFORE {event} ON case_events "
            "BEGIN SELECT RAISE(ABORT, 'rows of case_events are never changed'); END"
        )
    # An erasure may take a value away, and nothing else.
    kept = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in OF_CHANGES)
    op.execute(
        f"CREATE TRIGGER fact_changes_keep_instants BEFORE UPDATE ON fact_changes "
        f"WHEN NOT ({kept}) "
        "BEGIN SELECT RAISE(ABORT, 'rows of fact_changes are never changed'); END"
    )
