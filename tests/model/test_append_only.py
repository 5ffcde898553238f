"""Records are written once: neither the product nor anyone at the database changes them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.decisions import DecisionRecord
from model.held_facts import FactChange
from model.revisions import Publication, Revision
from rules.errors import Refused

RECORDS = (DecisionRecord, FactChange, Publication, Revision)
CHANGES = (
    "UPDATE decisions SET stage = 'x'",
    "UPDATE fact_changes SET name = 'x'",
    "UPDATE publications SET published_by = 'x'",
    "UPDATE revisions SET files = 'x'",
    "DELETE FROM decisions",
    "DELETE FROM fact_changes",
    "DELETE FROM publications",
    "DELETE FROM revisions",
)


@pytest.fixture
def recorded(published: Database, caller: Caller, moment: Moment) -> Database:
    """A database with a row in every table that is only ever added to."""
    with published.transaction() as session:
        request = DecisionRequest("CRM-1", None, None, None, {"in_catalog": True})
        decide(session, request, caller, moment, "d1")
    return published


def execute(database: Database, statement: str) -> None:
    """Execute plain SQL, in a transaction of its own."""
    with database.transaction() as session:
        session.execute(text(statement))


def test_the_database_refuses_to_change_a_record(recorded: Database) -> None:
    """Plain SQL cannot change or remove a record, on either database."""
    for change in CHANGES:
        with pytest.raises(IntegrityError, match="never changed"):
            execute(recorded, change)
    with recorded.reading() as session:
        assert [session.query(record).count() for record in RECORDS] == [1, 1, 1, 1]


def test_a_record_is_not_replaced_either(recorded: Database) -> None:
    """SQLite's way of deleting while inserting, and PostgreSQL's of emptying, are refused."""
    statement = "TRUNCATE decisions CASCADE"
    if recorded.is_sqlite:
        statement = "INSERT OR REPLACE INTO decisions SELECT * FROM decisions"
    with pytest.raises(IntegrityError, match="never changed"):
        execute(recorded, statement)


def test_the_product_refuses_to_change_a_record(recorded: Database) -> None:
    """A record that was read cannot be deleted through the models."""
    for record in RECORDS:
        with pytest.raises(Refused, match="never changed"), recorded.transaction() as session:
            session.delete(session.scalars(select(record)).one())


def test_a_changed_decision_is_not_stored(recorded: Database) -> None:
    """A record that was read and altered cannot be written back."""
    with pytest.raises(Refused, match="`decisions` are never"), recorded.transaction() as session:
        session.query(DecisionRecord).one().answer = "{}"
