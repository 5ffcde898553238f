"""Cases and their facts, decisions, revisions, API keys and kept answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("decisions", "fact_changes", "publications", "revisions")
TABLES = ("kept_answers", "decisions", "fact_changes", "case_facts", "cases", "publications")


def upgrade() -> None:
    """Make every table, and the triggers that keep records as they were written."""
    _make_api_keys()
    _make_revisions()
    _make_cases()
    _make_decisions()
    _make_kept_answers()
    _make_triggers()


def downgrade() -> None:
    """Remove everything."""
    for table in (*TABLES, "revisions", "api_keys"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _make_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("last_used_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )


def _make_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
    )
    op.create_table(
        "publications",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("revision_id", sa.String(80), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_publications"),
        _refers("publications", "revision_id", "revisions.id"),
    )


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("ref", name="uq_cases_ref"),
    )
    op.create_table(
        "case_facts",
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("supplied_by", sa.String(200), nullable=False),
        sa.Column("supplied_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "name", name="pk_case_facts"),
        _refers("case_facts", "case_id", "cases.id"),
    )
    op.create_table(
        "fact_changes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("case_version", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fact_changes"),
        _refers("fact_changes", "case_id", "cases.id"),
    )
    by_version = ["case_id", "case_version"]
    op.create_index("ix_fact_changes_case_id_case_version", "fact_changes", by_version)


def _make_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("case_id", NUMBER),
        sa.Column("case_ref", sa.String(200), nullable=False),
        sa.Column("case_version", NUMBER, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(200), nullable=False),
        sa.Column("stage", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("assumptions", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("revision", sa.String(80), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("case_id", "case_version", name="uq_decisions_case_id_case_version"),
        _refers("decisions", "case_id", "cases.id"),
        _refers("decisions", "revision", "revisions.id"),
        _refers("decisions", "decided_by", "api_keys.id"),
    )


def _make_kept_answers() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("api_key_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("api_key_id", "key", name="pk_kept_answers"),
        _refers("kept_answers", "api_key_id", "api_keys.id"),
    )
    op.create_index("ix_kept_answers_created_at", "kept_answers", ["created_at"])


def _make_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for event in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
