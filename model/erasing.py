"""Erasing personal values on request: the record stays whole, and says that it was done.

It is the one change of rows that are otherwise only added to. The database's triggers allow
it for the facts that a row of `erasures` names, and nothing beside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, String, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.append_only import append_only
from model.case_life import alone
from model.cases import Case, doubles_of, lock_case
from model.columns import Instant, JsonText, RowNumber
from model.database import Base, Database
from model.decisions import DecisionRecord
from model.erasing_words import forget_free_words
from model.events import OutboxEvent
from model.held_facts import CaseFact, FactChange
from model.kept_answers import ERASED_REQUEST, KeptAnswer
from model.moment import Moment
from model.personal_values import PersonalValue
from model.reviews import Review
from model.revisions import live_book
from model.satisfaction import (
    SatisfactionAnswer,
    SatisfactionWords,
    forget_people,
    forget_words,
)
from model.silence import take_time
from model.subjects import kind_and_name
from model.texts import LONGEST_NAME, require_texts
from model.timers import Timer
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean
from rules.vocabulary import Vocabulary


@append_only
class Erasure(Base):
    """That values of a case's personal facts were erased: which facts, by whom, when."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    facts: Mapped[object] = mapped_column(JsonText)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of a case.

    `still_recorded`: decisions from before a fact was marked personal. They hold its value in
    their own rows, which are never changed. `words`: answers of satisfaction that lost theirs;
    `people`: those that no longer say whose they are.
    """

    facts: tuple[str, ...]
    decisions: int
    still_recorded: tuple[str, ...]
    words: int = 0
    people: int = 0


def erase(
    session: Session, ref: str, facts: Collection[str] | None, by: str, moment: Moment
) -> Erased:
    """Erase the values of some personal facts of a case (`None`: of all). Needs a `transaction()`.

    The case forgets the facts; its version grows by one. Its doubles are erased with it. Where
    all are erased, so are the words with which people said how satisfied they were and who did, the
    case's title and the names of its timers, wherever these were copied to.

    Raises:
        UnknownRecord: there is no such case.
        BadFields: a fact is unknown or not personal; unsound texts.
        NoLiveRevision: no rules are published that say what is personal.
    """
    require_texts({"/by": (by, LONGEST_NAME)})
    vocabulary = live_book(session).vocabulary
    alone(session)
    case = lock_case(session, ref)
    every = (case, *doubles_of(session, case))
    names = _named(facts, vocabulary, _once_personal(session, every))
    if session.get_bind().dialect.name == "sqlite":
        # What is erased is overwritten, not only unlinked.
        session.execute(text("PRAGMA secure_delete = ON"))
    decisions = [id for each in every for id in _erase(session, each, names, by, moment.now)]
    still = _still_recorded(session, every, names)
    if facts is not None:
        return Erased(tuple(names), len(decisions), still)
    words, people = forget_words(session, every), forget_people(session, every)
    forget_free_words(session, every)
    return Erased(tuple(names), len(decisions), still, words, people)


def clear_from_disk(database: Database) -> None:
    """Have the database give up the space in which erased values stood, as far as it can."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    facts = (PersonalValue, CaseFact, FactChange, KeptAnswer)
    satisfaction = (SatisfactionAnswer, SatisfactionWords)
    tables = (*facts, *satisfaction, Case, Timer, Review, OutboxEvent)
    names = ", ".join(table.__tablename__ for table in tables)
    with database.looking() as connection:
        take_time(connection)
        connection.execute(text(f"VACUUM {names}"))


def _named(
    facts: Collection[str] | None, vocabulary: Vocabulary, once_personal: Collection[str]
) -> list[str]:
    """Return the facts to erase: those named, and the days and dates that tell them as well."""
    personal = vocabulary.personal | set(once_personal)
    problems = [
        FieldProblem(f"/{name}", "is not a personal fact", did_you_mean(name, personal))
        for name in facts or ()
        if name not in personal
    ]
    if problems:
        raise BadFields(problems)
    if facts is None:
        return sorted(personal)
    dates = {name: fact.derived_from or name for name, fact in vocabulary.facts.items()}
    wanted = {dates.get(name, name) for name in facts}
    return sorted(wanted | {name for name, date in dates.items() if date in wanted})


def _once_personal(session: Session, cases: Sequence[Case]) -> Collection[str]:
    ours = PersonalValue.case_id.in_([case.id for case in cases])
    return session.scalars(select(PersonalValue.name).where(ours).distinct()).all()


def _erase(session: Session, case: Case, names: list[str], by: str, now: datetime) -> list[str]:
    """Erase the values of one case; return its decisions that held any."""
    erasure = Erasure(case_id=case.id, facts=names, by=by, at=now)
    session.add(erasure)
    session.flush()
    decisions = _decisions_holding(session, case, names)
    _forget(session, case, names, by, now)
    _erase_history(session, case, names, erasure.id)
    for decision_id in decisions:
        _forget_request(session, decision_id)
    _forget_in_answers(session, case, names)
    return decisions


def _decisions_holding(session: Session, case: Case, names: list[str]) -> list[str]:
    holding = select(PersonalValue.decision_id).where(
        PersonalValue.case_id == case.id,
        PersonalValue.name.in_(names),
        PersonalValue.erasure_id.is_(None),
    )
    return list(session.scalars(holding.distinct()))


def _forget(session: Session, case: Case, names: list[str], by: str, now: datetime) -> None:
    case.version += 1
    case.updated_at = at = max(case.updated_at, now)
    ours = (CaseFact.case_id == case.id, CaseFact.name.in_(names))
    for name in session.scalars(select(CaseFact.name).where(*ours)).all():
        version = case.version
        session.add(FactChange(case_id=case.id, case_version=version, name=name, by=by, at=at))
    session.execute(delete(CaseFact).where(*ours))
    session.flush()


def _erase_history(session: Session, case: Case, names: list[str], erasure_id: int) -> None:
    for table, empty in ((PersonalValue, {"value": None, "salt": None}),
                         (FactChange, {"value": None})):  # fmt: skip
        session.execute(
            update(table)
            .where(
                table.case_id == case.id,
                table.name.in_(names),
                table.value.is_not(None),
            )
            .values(erasure_id=erasure_id, **empty)
            .execution_options(synchronize_session=False)
        )


def _forget_request(session: Session, decision_id: str) -> None:
    """Forget the hash of the request under whose key the decision's answer is kept."""
    record = session.get_one(DecisionRecord, decision_id)
    kept = select(KeptAnswer).where(
        KeptAnswer.created_at == record.decided_at,
        KeptAnswer.body.contains(f'"id": "{decision_id}"', autoescape=True),
    )
    for answer in session.scalars(kept):
        answer.request_hash = ERASED_REQUEST
    session.flush()


def _forget_in_answers(session: Session, case: Case, names: list[str]) -> None:
    """Erase the values from kept answers that show a service with its facts."""
    kind, key = kind_and_name(case.ref)
    if kind != "service":
        return
    begins = f'{{"key": {json_text.dumps(key)},'
    shown = select(KeptAnswer).where(KeptAnswer.body.startswith(begins, autoescape=True))
    for answer in session.scalars(shown.with_for_update()):
        body = cast("dict[str, dict[str, dict[str, object]]]", json_text.loads(answer.body))
        for name in body.get("facts", {}).keys() & names:
            body["facts"][name]["value"] = None
            answer.body, answer.request_hash = json_text.dumps(body), ERASED_REQUEST
    session.flush()


def _still_recorded(session: Session, cases: Sequence[Case], names: list[str]) -> tuple[str, ...]:
    rows = session.execute(
        select(DecisionRecord.id, DecisionRecord.request, DecisionRecord.facts)
        .where(DecisionRecord.case_id.in_([case.id for case in cases]))
        .order_by(DecisionRecord.case_id, DecisionRecord.case_version)
        .execution_options(yield_per=200)
    )
    return tuple(id for id, request, facts in rows if _plainly(request, facts) & set(names))


def _plainly(request: object, facts: object) -> set[str]:
    """Return the facts whose values a decision's own row holds."""
    given = cast("dict[str, dict[str, object]]", request)["facts"]
    both = (given, cast("dict[str, object]", facts))
    return {
        name
        for held in both
        for name, value in held.items()
        if not (value is None or isinstance(value, dict))
    }
