"""Decisions as they were made: the whole input, the answer word for word, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.answers import Answer
from model.append_only import append_only
from model.cases import Case, find_named, no_such_case
from model.columns import Instant, JsonText, RowNumber
from model.cursors import number_in
from model.database import Base
from model.personal_values import revealed
from model.texts import LONGEST_NAME
from rules.errors import UnknownRecord

LONGEST_PAGE = 200


@append_only
class DecisionRecord(Base):
    """One decision; what is here is enough to decide it again.

    Where a fact is personal, a placeholder stands: see `model/personal_values.py`.
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("case_id", "case_version"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    case_ref: Mapped[str] = mapped_column(String(LONGEST_NAME))
    case_version: Mapped[int] = mapped_column(RowNumber)
    request: Mapped[object] = mapped_column(JsonText)
    facts: Mapped[object] = mapped_column(JsonText)
    as_of: Mapped[date]
    decision: Mapped[str] = mapped_column(String(LONGEST_NAME))
    stage: Mapped[str] = mapped_column(String(LONGEST_NAME))
    status: Mapped[str] = mapped_column(String(20))
    because: Mapped[object] = mapped_column(JsonText)
    assumptions: Mapped[object] = mapped_column(JsonText)
    answer: Mapped[str] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    decided_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(ForeignKey("api_keys.id"))
    # Both are missing from what a version without the chain recorded.
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Some decisions of a case, newest first; `next` is the cursor of those after them."""

    decisions: tuple[Answer, ...]
    next: str | None


def record_of(session: Session, decision_id: str) -> DecisionRecord:
    """Return the record of a decision.

    Raises:
        UnknownRecord: there is no such decision.
    """
    record = session.get(DecisionRecord, decision_id)
    if record is None:
        raise no_such_decision(decision_id)
    return record


def no_such_decision(decision_id: str) -> UnknownRecord:
    """Return the error for a decision that was never made."""
    return UnknownRecord(f"there is no decision `{decision_id}`")


def answer_of(session: Session, decision_id: str) -> Answer:
    """Return the answer that was given, word for word; `null` where a value was erased since.

    Raises:
        UnknownRecord: there is no such decision.
    """
    return _answers(session, [record_of(session, decision_id)])[0]


def decisions_of(session: Session, ref: str, after: str | None, limit: int) -> DecisionPage:
    """Return up to `limit` (at most 200) decisions of a case, newest first.

    `after` is the `next` of the page before, `None` for the first page. A page stays what it
    was while new decisions arrive. Those of a double stay under its own ref.

    Raises:
        UnknownRecord: there is no such case.
        BadFields: `after` is not a cursor.
    """
    case = find_named(session, ref)
    if case is None:
        raise no_such_case(ref)
    limit = max(1, min(limit, LONGEST_PAGE))
    records = _records(session, case, after, limit + 1)
    page = records[:limit]
    following = str(page[-1].case_version) if len(records) > limit else None
    return DecisionPage(_answers(session, page), following)


def latest_records(session: Session, case: Case, limit: int) -> Sequence[DecisionRecord]:
    """Return the records of a case's latest decisions, newest first."""
    return _records(session, case, None, limit)


def _answers(session: Session, records: Sequence[DecisionRecord]) -> tuple[Answer, ...]:
    texts = revealed(session, [record.answer for record in records])
    return tuple(Answer.read(text) for text in texts)


def _records(
    session: Session, case: Case, after: str | None, limit: int
) -> Sequence[DecisionRecord]:
    query = select(DecisionRecord).where(DecisionRecord.case_id == case.id)
    if after is not None:
        query = query.where(DecisionRecord.case_version < number_in(after))
    newest_first = query.order_by(DecisionRecord.case_version.desc()).limit(limit)
    return session.scalars(newest_first).all()
