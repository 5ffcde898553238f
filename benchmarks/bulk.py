"""Many rows at once, made from rows that the product wrote: what it would hold after years."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from model.cases import Case, find_case
from model.database import Database
from model.decisions import DecisionRecord
from model.held_facts import CaseFact, FactChange

_AT_ONCE = 10_000
_CASES, _FACTS, _CHANGES, _DECISIONS = (
    cast("Table", each.__table__) for each in (Case, CaseFact, FactChange, DecisionRecord)
)
Row = dict[str, Any]


def lengthen_history(database: Database, ref: str, more: int) -> None:
    """Put so many decisions, each with a changed fact, behind the one that a case has."""
    with database.transaction() as session:
        case = _case(session, ref)
        record = row_of(session, _DECISIONS, case_id=case.id)
        change = row_of(session, _CHANGES, case_id=case.id)
        for number in range(1, more + 1):
            # What the product writes about a case before: same columns, earlier versions.
            earlier = {"case_version": case.version + number}
            session.execute(insert(_DECISIONS), record | earlier | _fresh(record))
            session.execute(insert(_CHANGES), _without_id(change) | earlier)
        session.execute(update(Case).where(Case.id == case.id).values(version=case.version + more))


def multiply_case(database: Database, ref: str, prefix: str, cases: int) -> None:
    """Make so many cases, named by number, each with the facts that one case holds."""
    with database.transaction() as session:
        case = row_of(session, _CASES, ref=ref)
        facts = session.scalars(select(CaseFact).where(CaseFact.case_id == case["id"])).all()
        fact = row_of(session, _FACTS, case_id=case["id"], name=facts[0].name)
        first = case["id"]
        new = (case | {"id": first + n, "ref": f"{prefix}{n}"} for n in range(1, cases))
        insert_rows(session, _CASES, new)
        held = (fact | {"case_id": first + n} for n in range(1, cases))
        insert_rows(session, _FACTS, held)


def insert_rows(session: Session, table: Table, rows: Iterator[Row]) -> None:
    """Insert rows, some thousands at a time."""
    while part := list(islice(rows, _AT_ONCE)):
        session.execute(insert(table), part)


def _case(session: Session, ref: str) -> Case:
    case = find_case(session, ref)
    assert case is not None
    return case


def row_of(session: Session, table: Table, **where: object) -> Row:
    """Return a row that the product wrote."""
    found = session.execute(select(table).filter_by(**where)).mappings().first()
    assert found is not None
    return dict(found)


def _fresh(record: Row) -> Row:
    return {"id": str(uuid4())} if "id" in record else {}


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}
