"""Cases and the facts they hold, with the history of every fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.append_only import append_only
from model.columns import Instant, RowNumber
from model.database import Base
from model.texts import LONGEST_NAME
from rules.errors import CaseMovedOn, UnknownRecord
from rules.values import Value, ValueRefused, to_json
from rules.vocabulary import Vocabulary


class Case(Base):
    """A case of the ticketing system; `version` grows with everything stored about it."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    ref: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    title: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(RowNumber)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class CaseFact(Base):
    """A fact that a case holds now: always what its last `FactChange` says."""

    __tablename__ = "case_facts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    supplied_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    supplied_at: Mapped[datetime] = mapped_column(Instant)


@append_only
class FactChange(Base):
    """A fact that was supplied, changed or (without a value) forgotten."""

    __tablename__ = "fact_changes"
    __table_args__ = (Index(None, "case_id", "case_version"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    case_version: Mapped[int] = mapped_column(RowNumber)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    value: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


def find_case(session: Session, ref: str) -> Case | None:
    """Return the case, if there is one."""
    return session.scalar(select(Case).where(Case.ref == ref))


def lock_case(session: Session, ref: str) -> Case:
    """Return the case, which nobody else may change until the transaction ends.

    Raises:
        UnknownRecord: there is no such case.
    """
    case = session.scalar(
        select(Case)
        .where(Case.ref == ref)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise no_such_case(ref)
    return case


def lock_or_open_case(session: Session, ref: str, now: datetime) -> Case:
    """Return the case, locked; on first sight it is made, at version 0."""
    if find_case(session, ref) is None:
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = {"ref": ref, "version": 0, "created_at": now, "updated_at": now}
        # Of two callers who see the case first, one inserts; the other waits for that one here.
        session.execute(insert(Case).values(row).on_conflict_do_nothing())
    return lock_case(session, ref)


def require_version(version: int, expected: int | None) -> None:
    """Refuse when the caller saw another version than this one (`None`: says none).

    Raises:
        CaseMovedOn: it did.
    """
    if expected is not None and expected != version:
        raise CaseMovedOn(f"the case is at version {version}, not {expected}")


def no_such_case(ref: str) -> UnknownRecord:
    """Return the error for a case that nobody has heard of."""
    return UnknownRecord(f"there is no case `{ref}`")


def facts_of(session: Session, case: Case) -> dict[str, CaseFact]:
    """Return the facts that the case holds, by name."""
    rows = session.scalars(
        select(CaseFact).where(CaseFact.case_id == case.id).order_by(CaseFact.name)
    )
    return {row.name: row for row in rows}


def typed(facts: Mapping[str, object], vocabulary: Vocabulary) -> dict[str, Value]:
    """Return JSON's facts as the vocabulary types them.

    One that it does not know, or whose value it does not allow, counts as missing: the
    rules have changed since it was supplied.
    """
    known: dict[str, Value] = {}
    for name, raw in facts.items():
        fact = vocabulary.facts.get(name)
        if fact is None or raw is None:
            continue
        try:
            known[name] = fact.domain.read(raw)
        except ValueRefused:
            continue
    return known


def store_changes(
    session: Session, case: Case, changes: Mapping[str, Value | None], by: str, now: datetime
) -> None:
    """Take the case to its next version, with `changes` merged into the facts it holds.

    A value that is supplied again unchanged stays with whom and when it first came: the
    history, and what a case shows of a fact, name those who changed something.
    """
    case.version += 1
    case.updated_at = now
    held = facts_of(session, case)
    for name, value in changes.items():
        text = None if value is None else json_text.dumps(to_json(value))
        if text == (held[name].value if name in held else None):
            continue
        change = FactChange(
            case_id=case.id, case_version=case.version, name=name, value=text, by=by, at=now
        )
        session.add(change)
        _apply(session, change, held.get(name))


def _apply(session: Session, change: FactChange, held: CaseFact | None) -> None:
    """Bring what the case holds now in line with the change."""
    if held is not None and change.value is None:
        session.delete(held)
    elif change.value is not None:
        now_held = held or CaseFact(case_id=change.case_id, name=change.name)
        now_held.value = change.value
        now_held.supplied_by = change.by
        now_held.supplied_at = change.at
        session.add(now_held)
