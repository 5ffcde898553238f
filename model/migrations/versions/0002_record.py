"""The record: chained decisions, the checkpoints that seal them, personal values, erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
HASH = sa.String(64)
APPEND_ONLY = ("checkpoints", "sealed_decisions", "erasures", "verifications")
TABLES = (
    "verifications", "personal_values", "erasures", "unsealed_decisions", "sealed_decisions",
    "checkpoints",
)  # fmt: skip
ERASABLE = {
    "fact_changes": (("value",), ("id", "case_id", "case_version", "name", "by", "at")),
    "personal_values": (
        ("value", "salt"),
        ("commitment", "decision_id", "case_id", "name"),
    ),
}


def upgrade() -> None:
    """Add what the record needs; every decision made so far waits to be sealed."""
    op.add_column("decisions", sa.Column("previous_hash", HASH))
    op.add_column("decisions", sa.Column("hash", HASH))
    op.add_column("cases", sa.Column("record_head", HASH))
    op.add_column("fact_changes", sa.Column("erasure_id", NUMBER))
    _make_seals()
    _make_personal_values()
    op.execute("INSERT INTO unsealed_decisions (decision_id) SELECT id FROM decisions")
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def downgrade() -> None:
    """Take it away again; the triggers are those of before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER decisions_await_seal")
        op.execute("DROP TRIGGER fact_changes_refuse_update")
        op.execute(_refusal_on_sqlite("fact_changes", "UPDATE"))
    else:
        op.execute("DROP TRIGGER decisions_await_seal ON decisions")
        op.execute("DROP TRIGGER fact_changes_allow_erasure ON fact_changes")
        op.execute("DROP TRIGGER fact_changes_refuse_change ON fact_changes")
        op.execute(_refusal_on_postgresql("fact_changes", "UPDATE OR DELETE OR TRUNCATE"))
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION await_seal()")
        op.execute("DROP FUNCTION refuse_all_but_erasure()")
    for table, column in (
        ("fact_changes", "erasure_id"),
        ("cases", "record_head"),
        ("decisions", "hash"),
        ("decisions", "previous_hash"),
    ):
        op.drop_column(table, column)


def _make_seals() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("previous", HASH),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("decisions", HASH, nullable=False),
        sa.Column("seal", HASH, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_checkpoints"),
    )
    # What is sealed refers to no row: it has to outlive one that is removed.
    op.create_table(
        "sealed_decisions",
        sa.Column("checkpoint", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("seal", HASH, nullable=False),
        sa.PrimaryKeyConstraint("checkpoint", "position", name="pk_sealed_decisions"),
        sa.UniqueConstraint("decision_id", name="uq_sealed_decisions_decision_id"),
    )
    op.create_table(
        "unsealed_decisions",
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name="pk_unsealed_decisions"),
    )
    op.create_table(
        "verifications",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("decisions", NUMBER, nullable=False),
        sa.Column("findings", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
    )


def _make_personal_values() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_erasures_case_id"),
    )
    op.create_table(
        "personal_values",
        sa.Column("commitment", HASH, nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("salt", HASH),
        sa.Column("value", sa.Text()),
        sa.Column("erasure_id", NUMBER),
        sa.PrimaryKeyConstraint("commitment", name="pk_personal_values"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name="fk_personal_values_decision_id"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_personal_values_case_id"),
    )
    op.create_index("ix_personal_values_case_id_name", "personal_values", ["case_id", "name"])


def _guard_on_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER decisions_await_seal AFTER INSERT ON decisions BEGIN "
        "INSERT INTO unsealed_decisions (decision_id) VALUES (NEW.id); END"
    )
    for table in APPEND_ONLY:
        op.execute(_refusal_on_sqlite(table, "UPDATE"))
        op.execute(_refusal_on_sqlite(table, "DELETE"))
    op.execute("DROP TRIGGER fact_changes_refuse_update")
    op.execute(_refusal_on_sqlite("personal_values", "DELETE"))
    for table, (erased, kept) in ERASABLE.items():
        unchanged = [f'NEW."{column}" IS OLD."{column}"' for column in kept]
        empty = [f'NEW."{column}" IS NULL' for column in erased]
        recorded = (
            "EXISTS (SELECT 1 FROM erasures WHERE erasures.id = NEW.erasure_id"
            " AND erasures.case_id = OLD.case_id"
            " AND instr(erasures.facts, '\"' || OLD.name || '\"') > 0)"
        )
        erasure = " AND ".join([*unchanged, *empty, "OLD.erasure_id IS NULL", recorded])
        op.execute(_refusal_on_sqlite(table, "UPDATE", f"WHEN NOT ({erasure})"))


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION await_seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO unsealed_decisions (decision_id) VALUES (NEW.id); RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER decisions_await_seal AFTER INSERT ON decisions "
        "FOR EACH ROW EXECUTE FUNCTION await_seal()"
    )
    for table in APPEND_ONLY:
        op.execute(_refusal_on_postgresql(table, "UPDATE OR DELETE OR TRUNCATE"))
    op.execute("DROP TRIGGER fact_changes_refuse_change ON fact_changes")
    op.execute(
        "CREATE FUNCTION refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.erasure_id IS NULL AND NEW.value IS NULL AND to_jsonb(NEW) ->> 'salt' IS NULL "
        "AND to_jsonb(NEW) - 'value' - 'salt' - 'erasure_id' "
        "= to_jsonb(OLD) - 'value' - 'salt' - 'erasure_id' "
        "AND EXISTS (SELECT 1 FROM erasures WHERE erasures.id = NEW.erasure_id "
        "AND erasures.case_id = OLD.case_id "
        "AND position('\"' || OLD.name || '\"' in erasures.facts) > 0) "
        "THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in ERASABLE:
        op.execute(_refusal_on_postgresql(table, "DELETE OR TRUNCATE"))
        op.execute(
            f"CREATE TRIGGER {table}_allow_erasure BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure()"
        )


def _refusal_on_sqlite(table: str, event: str, when: str = "") -> str:
    return (
        f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    )


def _refusal_on_postgresql(table: str, events: str) -> str:
    return (
        f"CREATE TRIGGER {table}_refuse_change BEFORE {events} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
