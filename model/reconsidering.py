"""Time moves cases: what a new day decides otherwise is decided again on that day.

A case that waits has a day on which it is looked at again (`model/looking_again.py`). If its
answer is then another, it is decided, recorded and told like any other; if not, the next such
day is noted. Any number of processes may do this at once: the case is locked, and whoever comes
second finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from model import json_text
from model.answers import decided
from model.cases import Case, lock_case
from model.database import Database
from model.deciding import decide
from model.decisions import DecisionRecord
from model.held_facts import facts_of, typed_facts, values_of
from model.looking_again import last_leading, look_again, look_no_more
from model.moment import Moment
from model.own_caller import OWN_NAME, own_caller
from model.requests import DecisionRequest
from model.revisions import live_book, live_revision
from rules.errors import TollgateError

AT_ONCE = 200
_COMPARED = ("stage", "status", "outcome", "needs")


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What came of it: cases looked at, those decided again, those that could not be (why)."""

    looked_at: int
    decided: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def reconsider_due(database: Database, moment: Moment, new_id: Callable[[], str]) -> Reconsidered:
    """Look at every case whose day has come, or whose facts or rules have changed meanwhile.

    Each is a transaction of its own. One that cannot be decided stays due, and stops no other.

    Raises:
        DatabaseAway: the rest is for the next time.
    """
    looked_at, again, failed = 0, [], []
    for ref in _due(database, moment):
        looked_at += 1
        try:
            if database.write(lambda session, ref=ref: _look(session, ref, moment, new_id())):  # type: ignore[misc]  # bound at once
                again.append(ref)
        except TollgateError as error:
            failed.append((ref, error.code))
    return Reconsidered(looked_at, tuple(again), tuple(failed))


def _due(database: Database, moment: Moment) -> Iterator[str]:
    """Yield the refs of due cases, a few hundred at a time, each once."""
    after = 0
    while True:
        with database.reading() as session:
            live = live_revision(session)
            if live is None:
                return
            due = or_(Case.look_again_on <= moment.today, Case.told_under != live)
            rows = session.execute(
                select(Case.id, Case.ref).where(Case.id > after, due).order_by(Case.id)
                .limit(AT_ONCE)
            ).all()  # fmt: skip
        if not rows:
            return
        after = rows[-1].id
        yield from (row.ref for row in rows)


def _look(session: Session, ref: str, moment: Moment, new_id: str) -> bool:
    """Look at a case, if it is still due; say whether it was decided again."""
    book = live_book(session)
    case = lock_case(session, ref)
    if case.told_under is None:
        return False
    last = last_leading(session, case, book)
    if last is None:
        look_no_more(case)
        return False
    held = typed_facts(values_of(facts_of(session, case.id)), book.vocabulary)
    if case.told_under != book.revision:
        # A day that has come since the last decision is found to be due. Other rules alone
        # move no case: it takes them up when it is decided next.
        look_again(case, book, last.decision, held, last.as_of)
    if case.look_again_on is None or case.look_again_on > moment.today:
        return False
    fresh = decided(book.decide(last.decision, held, moment.today))
    if _said(fresh) == _said(_recorded(last)):
        look_again(case, book, last.decision, held, moment.today)
        return False
    request = DecisionRequest(case.ref, None, OWN_NAME, case.version, {}, last.decision)
    decide(session, request, own_caller(session, moment.now), moment, new_id)
    return True


def _recorded(last: DecisionRecord) -> dict[str, object]:
    answer = json_text.loads(last.answer)
    assert isinstance(answer, dict)
    return answer


def _said(answer: dict[str, object]) -> list[object]:
    return [answer[name] for name in _COMPARED]
