"""The facts that cases hold, and every change of them: the tables, read and written as rows.

A decision reads and writes a dozen of them, so none becomes an object of the ORM on the way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.append_only import append_only
from model.cases import typed
from model.columns import Instant, RowNumber, instant_in
from model.database import Base, Reader, connection_of, table_of
from model.prepared import Prepared
from model.sql_json import ArrayOfRows, ObjectOfPairs
from model.texts import LONGEST_NAME
from rules.values import Value
from rules.vocabulary import Vocabulary


class CaseFact(Base):
    """A fact that a case holds now: always what its last taken `FactChange` says.

    `true_at`: the latest instant at which it was said to be so; `None`: when it was supplied.
    """

    __tablename__ = "case_facts"
    # What the catalogue lacks is told by these three facts of all cases. An index for each: SQLite
    # takes one only where the statement has its condition word for word.
    __table_args__ = tuple(
        Index(
            f"ix_case_facts_{name}",
            "supplied_at",
            sqlite_where=text(f"name = '{name}'"),
            postgresql_where=text(f"name = '{name}'"),
        )
        for name in ("existing_service_fits", "fitting_service", "viable")
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    supplied_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    supplied_at: Mapped[datetime] = mapped_column(Instant)
    true_at: Mapped[datetime | None] = mapped_column(Instant)


@append_only
class FactChange(Base):
    """A fact that was supplied, changed or (without a value) forgotten; or its value erased.

    `true_at`: when it was so, if not when it was supplied (`at`). `newer_at`: the case knew
    something from this later instant; the change is not `taken` then, unless it was to be.
    """

    __tablename__ = "fact_changes"
    __table_args__ = (Index(None, "case_id", "case_version"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    case_version: Mapped[int] = mapped_column(RowNumber)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    value: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)
    true_at: Mapped[datetime | None] = mapped_column(Instant)
    newer_at: Mapped[datetime | None] = mapped_column(Instant)
    taken: Mapped[bool] = mapped_column(default=True, server_default=true())
    erasure_id: Mapped[int | None] = mapped_column(RowNumber)


@dataclass(frozen=True, slots=True)
class Held:
    """A fact as a case holds it; `value` is JSON text."""

    value: str
    supplied_by: str
    supplied_at: datetime
    true_at: datetime | None

    @property
    def known_at(self) -> datetime:
        """The latest instant at which it was said to be so."""
        return self.true_at or self.supplied_at


class HeldFacts(Mapping[str, Held]):
    """The facts that a case holds, by name, as one column has them.

    A decision needs the values of all of them and what else is held of a few, so that is read
    when it is asked for.
    """

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = {row[0]: row for row in sorted(rows, key=itemgetter(0))}

    def __getitem__(self, name: str) -> Held:
        _, value, by, at, true_at = self._rows[name]
        return Held(value, by, instant_in(at), None if true_at is None else instant_in(true_at))

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def values_in_json(self) -> dict[str, str]:
        """Return their values: JSON texts, by name."""
        return {name: row[1] for name, row in self._rows.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a fact that is about to be stored; its members are those of `FactChange`."""

    case_id: int
    case_version: int
    name: str
    value: str | None
    by: str
    at: datetime
    true_at: datetime | None
    newer_at: datetime | None = None
    taken: bool = True


FACTS, _CHANGES = table_of(CaseFact), table_of(FactChange)
HELD = ("name", "value", "supplied_by", "supplied_at", "true_at")
_THIS = (FACTS.c.case_id == bindparam("of_case"), FACTS.c.name == bindparam("of_name"))
_OF_CASE = (
    select(*(FACTS.c[name] for name in HELD))
    .where(FACTS.c.case_id == bindparam("of_case"))
    .order_by(FACTS.c.name)
)
# Inline: nobody asks for the number that a row is given.
_MEMBERS = tuple(each.name for each in fields(Change))
_ADD = Prepared(insert(_CHANGES).inline(), _MEMBERS)


def _hold(insert: Callable[[Table], Any]) -> Prepared:
    adding = insert(FACTS)
    said = {name: adding.excluded[name] for name in HELD[1:]}
    adding = adding.on_conflict_do_update(index_elements=["case_id", "name"], set_=said)
    return Prepared(adding, ("case_id", *HELD))


_HOLD = {"sqlite": _hold(sqlite.insert), "postgresql": _hold(postgresql.insert)}
_FORGET = Prepared(delete(FACTS).where(*_THIS))
_CONFIRM = Prepared(update(FACTS).where(*_THIS).values(true_at=bindparam("said_at")))


def facts_of(reader: Reader, case_id: int) -> dict[str, Held]:
    """Return the facts that a case holds, by name."""
    rows = reader.execute(_OF_CASE, {"of_case": case_id})
    return {row[0]: Held(*row[1:]) for row in rows}


def all_held(case_id: ColumnElement[int]) -> ScalarSelect[str]:
    """Return the column that has all facts of a case, to be read by `held_in`."""
    rows = ArrayOfRows(*(FACTS.c[name] for name in HELD))
    return select(rows).where(FACTS.c.case_id == case_id).scalar_subquery()


def held_in(text: str | None) -> HeldFacts:
    """Return the facts that a column made by `all_held` has, by name."""
    return HeldFacts(json.loads(text or "[]"))


def all_values(case_id: ColumnElement[int]) -> ScalarSelect[str]:
    """Return the column that has the values of all facts of a case, to be read by `values_in`."""
    pairs = ObjectOfPairs(FACTS.c.name, FACTS.c.value)
    return select(pairs).where(FACTS.c.case_id == case_id).scalar_subquery()


def values_in(text: str | None) -> dict[str, str]:
    """Return what a column made by `all_values` has: JSON texts, by name."""
    values: dict[str, str] = json.loads(text or "{}")
    return dict(sorted(values.items()))


def values_of(held: Mapping[str, Held]) -> dict[str, str]:
    """Return what is held, JSON text by name."""
    if isinstance(held, HeldFacts):
        return held.values_in_json()
    return {name: fact.value for name, fact in held.items()}


def typed_facts(values: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, Value]:
    """Return JSON texts as the vocabulary types them; see `typed`."""
    return typed({name: json_text.scalar(text) for name, text in values.items()}, vocabulary)


def merged_facts(
    values: Mapping[str, str], changes: Mapping[str, Value | None], vocabulary: Vocabulary
) -> dict[str, Value]:
    """Return JSON texts as the vocabulary types them, with changes merged into them."""
    merged = {**typed_facts(values, vocabulary), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def store_changes(session: Session, changes: Sequence[Change]) -> None:
    """Store changes, and bring what their cases hold in line with those that are taken."""
    if changes:
        _ADD.run(session, *({name: getattr(each, name) for name in _MEMBERS} for each in changes))
    kept = [_as_held(each) for each in changes if each.taken and each.value is not None]
    if kept:
        _HOLD[connection_of(session).dialect.name].run(session, *kept)
    gone = [each for each in changes if each.taken and each.value is None]
    if gone:
        _FORGET.run(session, *({"of_case": e.case_id, "of_name": e.name} for e in gone))


def confirm(session: Session, case_id: int, names: Sequence[str], said_at: datetime) -> None:
    """Note that facts which a case holds were said to be so at a later instant."""
    if names:
        known = {"of_case": case_id, "said_at": said_at}
        _CONFIRM.run(session, *({**known, "of_name": name} for name in names))


def _as_held(change: Change) -> dict[str, object]:
    return {
        "case_id": change.case_id,
        "name": change.name,
        "value": change.value,
        "supplied_by": change.by,
        "supplied_at": change.at,
        # What was to count against something newer stands from when that was said.
        "true_at": change.true_at if change.newer_at is None else None,
    }
