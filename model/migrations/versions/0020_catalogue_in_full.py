"""The catalogue in full: packages are found, too; value, technologies, plans, what parts cost.

And who answered how satisfied they are can be erased, as their words can.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from model.migrations.steps import refuse_change

revision = "0020"
down_revision = "0019"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_SERVICES = ("value", "technologies")
PLANNED = ("planned_live_on", "planned_end_on")
ANSWERS = "satisfaction_answers"
KEPT = ("id", "case_id", "score", "resolved", "at", "api_key_id")


def upgrade() -> None:
    """Add the columns. The packages that there are, housekeeping indexes."""
    for column in OF_SERVICES:
        op.add_column("services", sa.Column(column, sa.Text()))
    for column in PLANNED:
        op.add_column("services", sa.Column(column, sa.Date()))
        op.create_index(f"ix_services_{column}", "services", [column])
    op.add_column("parts", sa.Column("cost", sa.Text()))
    with op.batch_alter_table("search_texts") as table:
        table.alter_column("service_id", existing_type=NUMBER, nullable=True)
        table.add_column(sa.Column("package_id", NUMBER))
        table.create_foreign_key("fk_search_texts_package_id", "packages", ["package_id"], ["id"])
        table.create_index("ix_search_texts_package_id", ["package_id"])
    if op.get_bind().dialect.name == "sqlite":
        _allow_erasing_on_sqlite()
    else:
        _allow_erasing_on_postgresql()


def downgrade() -> None:
    """Take them away again; what packages were found by goes with them."""
    op.execute(
        "DELETE FROM search_groups WHERE text_id IN"
        " (SELECT id FROM search_texts WHERE package_id IS NOT NULL)"
    )
    op.execute("DELETE FROM search_texts WHERE package_id IS NOT NULL")
    with op.batch_alter_table("search_texts") as table:
        table.drop_index("ix_search_texts_package_id")
        table.drop_constraint("fk_search_texts_package_id", type_="foreignkey")
        table.drop_column("package_id")
        table.alter_column("service_id", existing_type=NUMBER, nullable=False)
    op.drop_column("parts", "cost")
    for column in PLANNED:
        op.drop_index(f"ix_services_{column}", "services")
        op.drop_column("services", column)
    for column in OF_SERVICES:
        op.drop_column("services", column)
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {ANSWERS}_refuse_{event}")
    else:
        op.execute(f"DROP TRIGGER {ANSWERS}_allow_erasure ON {ANSWERS}")
        op.execute(f"DROP TRIGGER {ANSWERS}_refuse_change ON {ANSWERS}")
        op.execute("DROP FUNCTION refuse_all_but_erasing_people()")
    refuse_change(ANSWERS)


def _allow_erasing_on_sqlite() -> None:
    op.execute(f"DROP TRIGGER {ANSWERS}_refuse_update")
    unchanged = [f'NEW."{column}" IS OLD."{column}"' for column in KEPT]
    nameless = ["NEW.by LIKE 'erased #%'", "OLD.by NOT LIKE 'erased #%'"]
    recorded = "EXISTS (SELECT 1 FROM erasures WHERE erasures.case_id = OLD.case_id)"
    erasure = " AND ".join([*unchanged, *nameless, recorded])
    op.execute(
        f"CREATE TRIGGER {ANSWERS}_refuse_update BEFORE UPDATE ON {ANSWERS} WHEN NOT ({erasure}) "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {ANSWERS} are never changed'); END"
    )


def _allow_erasing_on_postgresql() -> None:
    op.execute(f"DROP TRIGGER {ANSWERS}_refuse_change ON {ANSWERS}")
    op.execute(
        f"CREATE TRIGGER {ANSWERS}_refuse_change BEFORE DELETE OR TRUNCATE ON {ANSWERS} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_all_but_erasing_people() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF to_jsonb(NEW) ->> 'by' LIKE 'erased #%' "
        "AND to_jsonb(OLD) ->> 'by' NOT LIKE 'erased #%' "
        "AND to_jsonb(NEW) - 'by' = to_jsonb(OLD) - 'by' "
        "AND EXISTS (SELECT 1 FROM erasures WHERE erasures.case_id = OLD.case_id) "
        "THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {ANSWERS}_allow_erasure BEFORE UPDATE ON {ANSWERS} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasing_people()"
    )
