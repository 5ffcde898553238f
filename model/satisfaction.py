"""Satisfaction: what people answer once a case is over, and how satisfied a service leaves them.

A score stays as it was given. Who gave it is a person, and the words beside it may be about one:
both are gone when the personal facts of the case are erased (`model/erasing.py`). The words are
kept apart; in place of the name stands which answers were one person's, so that scores stay right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from model.access import Caller
from model.append_only import append_only
from model.cases import Case, doubles_of, find_case, lock_case, no_such_case
from model.columns import Instant, RowNumber
from model.cursors import number_in
from model.database import Base
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

SCORES = range(1, 6)
LONGEST_PAGE = 200
ERASED = "erased #"
"""With a number, it stands for somebody whose name was erased."""


@append_only
class SatisfactionAnswer(Base):
    """What somebody answered of a case; of one person, the latest counts."""

    __tablename__ = "satisfaction_answers"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    score: Mapped[int] = mapped_column(RowNumber)
    resolved: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)
    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"))


class SatisfactionWords(Base):
    """The words of an answer, unless there were none or they were erased."""

    __tablename__ = "satisfaction_words"

    answer_id: Mapped[int] = mapped_column(ForeignKey("satisfaction_answers.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: a score from 1 to 5, whether it was resolved, and why."""

    score: int
    resolved: bool
    by: str
    words: str | None = None

    def require_sound(self) -> None:
        """Refuse a score that there is not, and texts that cannot be kept.

        Raises:
            BadFields: with one problem for each.
        """
        require_texts({"/by": (self.by, LONGEST_NAME), "/words": (self.words, LONGEST_TEXT)})
        if self.by.casefold().startswith(ERASED):
            detail = f"must not begin with `{ERASED}`: that stands for names that were erased"
            raise BadFields([FieldProblem("/by", detail)])
        if self.score not in SCORES:
            raise BadFields([FieldProblem("/score", "must be between 1 and 5")])


@dataclass(frozen=True, slots=True)
class SatisfactionView:
    """An answer with its words; `counts`: the same person has not corrected it since."""

    answer: SatisfactionAnswer
    words: str | None
    counts: bool


@dataclass(frozen=True, slots=True)
class SatisfactionPage:
    """Some answers of the case of a ref, the latest first."""

    ref: str
    answers: tuple[SatisfactionView, ...]
    next: str | None


def say(session: Session, ref: str, said: Said, caller: Caller, now: datetime) -> SatisfactionView:
    """Keep what somebody says of a case; said again, it is kept once. Needs a `transaction()`.

    Capitals, and blanks around it, make no other name: they stay as they were written first.

    Raises:
        UnknownRecord: there is no such case.
        BadFields: an unsound score or text.
    """
    said = replace(said, by=said.by.strip())
    said.require_sound()
    case = lock_case(session, ref)
    ids = _ids(session, case)
    said = replace(said, by=_as_before(session, ids, said.by))
    latest = _latest(session, ids, said.by)
    if latest is not None:
        words = _words(session, [latest.id]).get(latest.id)
        if Said(latest.score, latest.resolved, latest.by, words) == said:
            return SatisfactionView(latest, words, counts=True)
    answer = SatisfactionAnswer(
        case_id=case.id,
        by=said.by,
        score=said.score,
        resolved=said.resolved,
        at=now,
        api_key_id=caller.key_id,
    )
    session.add(answer)
    session.flush()
    if said.words is not None:
        session.add(SatisfactionWords(answer_id=answer.id, words=said.words))
        session.flush()
    return SatisfactionView(answer, said.words, counts=True)


def person(by: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Return what tells people apart, of answers that were given before a double was merged."""
    return func.lower(func.trim(by))


def answers_before(session: Session, ref: str, after: str | None, limit: int) -> SatisfactionPage:
    """Return up to `limit` (at most 200) answers of a case and its doubles, the latest first.

    Raises:
        UnknownRecord: there is no such case.
        BadFields: `after` is not a cursor.
    """
    case, limit = find_case(session, ref), max(1, min(limit, LONGEST_PAGE))
    if case is None:
        raise no_such_case(ref)
    ours = SatisfactionAnswer.case_id.in_(_ids(session, case))
    counting = select(func.max(SatisfactionAnswer.id)).where(ours)
    counting = counting.group_by(person(SatisfactionAnswer.by))
    counts = set(session.scalars(counting))
    query = select(SatisfactionAnswer).where(ours).order_by(SatisfactionAnswer.id.desc())
    if after is not None:
        query = query.where(SatisfactionAnswer.id < number_in(after))
    found = session.scalars(query.limit(limit + 1)).all()
    words = _words(session, [each.id for each in found])
    views = [SatisfactionView(each, words.get(each.id), each.id in counts) for each in found]
    following = str(found[limit - 1].id) if len(found) > limit else None
    return SatisfactionPage(case.ref, tuple(views[:limit]), following)


def forget_words(session: Session, cases: Sequence[Case]) -> int:
    """Forget the words of the answers of some cases; say of how many. Needs a `transaction()`."""
    ids = SatisfactionAnswer.case_id.in_([case.id for case in cases])
    ours = select(SatisfactionAnswer.id).where(ids)
    gone = delete(SatisfactionWords).where(SatisfactionWords.answer_id.in_(ours))
    return len(session.scalars(gone.returning(SatisfactionWords.answer_id)).all())


def forget_people(session: Session, cases: Sequence[Case]) -> int:
    """Forget who gave the answers of some cases, which a row of `erasures` names; say of how many.

    Needs a `transaction()`.
    """
    ours = SatisfactionAnswer.case_id.in_([case.id for case in cases])
    named = (ours, ~SatisfactionAnswer.by.startswith(ERASED, autoescape=True))
    who = person(SatisfactionAnswer.by)
    first = select(who, func.min(SatisfactionAnswer.id)).where(*named)
    people = session.execute(first.group_by(who)).all()
    answers = 0
    for by, number in people:
        gone = update(SatisfactionAnswer).where(*named, who == by)
        gone = gone.values(by=f"{ERASED}{number}").returning(SatisfactionAnswer.id)
        found = session.scalars(gone.execution_options(synchronize_session=False))
        answers += len(found.all())
    return answers


def _ids(session: Session, case: Case) -> list[int]:
    return [case.id, *(double.id for double in doubles_of(session, case))]


def _as_before(session: Session, cases: Sequence[int], by: str) -> str:
    """Return a name as it was written first in the answers of some cases, if it was."""
    names = select(SatisfactionAnswer.by).where(SatisfactionAnswer.case_id.in_(cases))
    same = by.casefold()
    written = session.scalars(names.order_by(SatisfactionAnswer.id))
    return next((each for each in written if each.strip().casefold() == same), by)


def _latest(session: Session, cases: Sequence[int], by: str) -> SatisfactionAnswer | None:
    ours = (SatisfactionAnswer.case_id.in_(cases), SatisfactionAnswer.by == by)
    latest = select(SatisfactionAnswer).where(*ours).order_by(SatisfactionAnswer.id.desc())
    return session.scalar(latest.limit(1))


def _words(session: Session, answers: Sequence[int]) -> dict[int, str]:
    columns = (SatisfactionWords.answer_id, SatisfactionWords.words)
    rows = session.execute(select(*columns).where(SatisfactionWords.answer_id.in_(answers))).all()
    return dict(iter(rows))
