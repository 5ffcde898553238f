"""Cases: the table, how a ref leads to a case, and locking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant, RowNumber
from model.database import Base, Reader, connection_of, table_of
from model.prepared import Prepared
from model.subjects import kind_and_name
from model.texts import LONGEST_NAME
from rules.errors import CaseMovedOn, DatabaseAway, UnknownRecord
from rules.values import Value, ValueRefused
from rules.vocabulary import Vocabulary

_PATIENCE = 16


class Case(Base):
    """A case of the ticketing system; `version` grows with everything stored about it.

    Two kinds of rows are no cases of their own. A signpost (`renamed_to_id`) keeps a ref that
    a case had before; nothing else refers to it. A double (`merged_into_id`) keeps its
    decisions and its history; what comes under its ref is the other case's.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            None,
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        *(
            Index(
                None,
                column,
                sqlite_where=text(f"{column} IS NOT NULL"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("look_again_on", "told_under")
        ),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    ref: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    title: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(RowNumber)
    # The hash of its latest decision: the next one is chained to it.
    record_head: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
    # The next day on which time alone may change its answer, told by the rules of a revision.
    look_again_on: Mapped[date | None]
    told_under: Mapped[str | None] = mapped_column(String(80))
    renamed_to_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


_REF = ("ref", "version", "created_at", "updated_at", "renamed_to_id")
_INSERT_REF = {
    "sqlite": Prepared(sqlite.insert(table_of(Case)).on_conflict_do_nothing(), _REF),
    "postgresql": Prepared(
        postgresql.insert(table_of(Case)).on_conflict_do_nothing().inline(), _REF
    ),
}
_NAMED = select(Case).where(Case.ref == bindparam("ref"))
_LOCKING = (
    select(Case).order_by(Case.id).with_for_update().execution_options(populate_existing=True)
)
_LOCKING_NAMED = _LOCKING.where(
    Case.ref == bindparam("ref"), Case.renamed_to_id.is_(None), Case.merged_into_id.is_(None)
)


def find_case(session: Session, ref: str) -> Case | None:
    """Return the case that `ref` leads to, if there is one: its name, or one merged into it."""
    case = find_named(session, ref)
    if case is None or case.merged_into_id is None:
        return case
    return session.get(Case, _last_merged_into(session, case.id))


def find_named(session: Session, ref: str) -> Case | None:
    """Return the case that has or had this name, be it merged with another or not."""
    case = session.scalar(_NAMED, {"ref": ref})
    if case is not None and case.renamed_to_id is not None:
        return session.get(Case, case.renamed_to_id)
    return case


def lock_case(session: Session, ref: str) -> Case:
    """Return the case that `ref` leads to, which nobody else may change until the end.

    Raises:
        UnknownRecord: there is no such case.
        DatabaseAway: it was merged with another each time it was looked at.
    """
    if (named := _lock_named(session, ref)) is not None:
        return named
    # Only the case itself is locked, never what leads to it: who renames or merges holds the
    # case and wants those. While we waited it may have been merged with another.
    for _ in range(_PATIENCE):
        case_id = case_id_of(session, ref)
        if case_id is None:
            raise no_such_case(ref)
        (case,) = _locked(session, Case.id == case_id)
        if case.merged_into_id is None:
            return case
    raise DatabaseAway("the case is being merged again and again: try again shortly")


def lock_both(session: Session, one: Case, other: Case) -> None:
    """Lock two cases, in an order that everybody keeps to."""
    _locked(session, Case.id.in_((one.id, other.id)))


def lock_or_open_case(session: Session, ref: str, now: datetime) -> Case:
    """Return the case that `ref` leads to, locked; on first sight it is made, at version 0."""
    if (named := _lock_named(session, ref)) is not None:
        return named
    insert_ref(session, ref, now)
    return lock_case(session, ref)


def insert_ref(session: Session, ref: str, now: datetime, renamed_to: Case | None = None) -> None:
    """Make a case, or a signpost, unless there is one of that name already.

    Of two callers who do so at once, one inserts; the other waits here for that one's end.
    """
    leads_to = None if renamed_to is None else renamed_to.id
    row = {"ref": ref, "version": 0, "created_at": now, "updated_at": now}
    # What an object of the session was called before is free only once that is written.
    session.flush()
    insert = _INSERT_REF[connection_of(session).dialect.name]
    insert.run(session, {**row, "renamed_to_id": leads_to})


def doubles_of(session: Session, case: Case) -> Sequence[Case]:
    """Return the cases that were merged into this one, or into one that was, oldest first."""
    doubles = select(Case.id).where(Case.merged_into_id == case.id).cte(recursive=True)
    further = select(Case.id).join(doubles, Case.merged_into_id == doubles.c.id)
    ids = select(doubles.union(further).c.id)
    return session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all()


def case_id_of(reader: Reader, ref: str) -> int | None:
    """Return the id of the case that `ref` leads to. It locks nothing."""
    columns = (Case.id, Case.renamed_to_id, Case.merged_into_id)
    row = reader.execute(select(*columns).where(Case.ref == ref)).first()
    if row is not None and row.renamed_to_id is not None:
        row = reader.execute(select(*columns).where(Case.id == row.renamed_to_id)).first()
    if row is None:
        return None
    return row.id if row.merged_into_id is None else _last_merged_into(reader, row.id)


def _last_merged_into(reader: Reader, case_id: int) -> int | None:
    # However many merges led here, it is one statement.
    columns = (Case.id, Case.merged_into_id)
    way = select(*columns).where(Case.id == case_id).cte(recursive=True)
    way = way.union(select(*columns).join(way, Case.id == way.c.merged_into_id))
    return reader.scalar(select(way.c.id).where(way.c.merged_into_id.is_(None)))


def _lock_named(session: Session, ref: str) -> Case | None:
    return session.scalar(_LOCKING_NAMED, {"ref": ref})


def _locked(session: Session, *where: ColumnElement[bool]) -> Sequence[Case]:
    return session.scalars(_LOCKING.where(*where)).all()


def require_version(version: int, expected: int | None) -> None:
    """Refuse when the caller saw another version than this one (`None`: says none).

    Raises:
        CaseMovedOn: it did.
    """
    if expected is not None and expected != version:
        raise CaseMovedOn(f"the case is at version {version}, not {expected}")


def no_such_case(ref: str) -> UnknownRecord:
    """Return the error for a case, or a service, that nobody has heard of."""
    kind, name = kind_and_name(ref)
    return UnknownRecord(f"there is no {kind} `{name}`")


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
