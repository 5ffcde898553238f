"""A record to check, and an attacker who can do anything that SQL can."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import timedelta

from sqlalchemy import text

from model.access import Caller
from model.checkpoints import seal_record
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.record_chain import AS_WRITTEN, hash_of
from model.verifying import Finding, Tally, verify
from rules.rule_book import RuleFiles

SECRET = b"a secret made up for the tests"
FACTS: tuple[Mapping[str, object], ...] = (
    {"in_catalog": False},
    {"note_1": '½ 🎫 "quoted"'},
    {"days_until_needed": 80},
    {"in_catalog": True},
)


def with_personal_facts(files: RuleFiles) -> RuleFiles:
    """Return the rule files with the date, the price and a note marked as personal."""
    vocabulary = files["vocabulary.yaml"]
    for name in ("needed_by", "unit_price", "note_1"):
        vocabulary = vocabulary.replace(f"  {name}:\n", f"  {name}:\n    personal: true\n")
    return {**files, "vocabulary.yaml": vocabulary}


def decide_for(
    database: Database, caller: Caller, moment: Moment, ref: str, ids: Iterable[str]
) -> None:
    """Decide a case several times over."""
    with database.transaction() as session:
        for number, id in enumerate(ids):
            request = DecisionRequest(ref, None, None, None, FACTS[number % len(FACTS)])
            decide(session, request, caller, moment, id)


def fill(database: Database, caller: Caller, moment: Moment) -> None:
    """Record A1 to A5 and B1 to B5; three checkpoints seal all but the fifth of each."""
    for first, last in ((1, 2), (3, 3), (4, 4), (5, 5)):
        for case in "AB":
            ids = [f"{case}{number}" for number in range(first, last + 1)]
            decide_for(database, caller, moment, case, ids)
        if last < 5:
            seal(database, moment)


def seal(database: Database, moment: Moment) -> None:
    """Seal what waits."""
    with database.transaction() as session:
        assert seal_record(session, SECRET, moment.now + timedelta(minutes=1))


def attack(database: Database, *statements: str, **values: object) -> None:
    """Execute SQL in one go, with every trigger and foreign key out of the way."""
    if not database.is_sqlite:
        with database.transaction() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                session.execute(text(statement), values)
        return
    with closing(sqlite3.connect(str(database.url.database))) as connection, connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = dict(found.fetchall())
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement, values)
        # As a careful attacker would, so that nothing seems to have happened.
        for trigger in triggers.values():
            connection.execute(trigger)


def hash_anew(database: Database, ref: str) -> None:
    """Hash the whole chain of a case anew, with the right algorithm, and its head too."""
    with database.reading() as session:
        query = AS_WRITTEN.select().where(AS_WRITTEN.c.case_ref == ref)
        found = session.execute(query.order_by(AS_WRITTEN.c.case_version)).mappings()
        rows = [dict(row) for row in found]
    previous = None
    for row in rows:
        row["previous_hash"] = previous
        previous = row["hash"] = hash_of(row)
        attack(
            database,
            "UPDATE decisions SET previous_hash = :before, hash = :hash WHERE id = :id",
            before=row["previous_hash"],
            hash=previous,
            id=row["id"],
        )
    set_head(database, ref, previous)


def set_head(database: Database, ref: str, head: str | None) -> None:
    """Set the head of a case's chain."""
    attack(database, "UPDATE cases SET record_head = :head WHERE ref = :ref", head=head, ref=ref)


def findings(database: Database, secret: bytes = SECRET) -> list[Finding]:
    """Return all that a verification finds."""
    with database.reading() as session:
        return list(verify(session, secret, Tally()))


def found(database: Database, secret: bytes = SECRET) -> list[tuple[str, str]]:
    """Return the rows that a verification finds, shortened, each with what is wrong."""
    return [(each.row.split(" (")[0], str(each.wrong)) for each in findings(database, secret)]
