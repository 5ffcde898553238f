"""When a case that waits is to be looked at again: the day on which its answer may be another.

The answer is the routing's, which says where the case goes. What another policy says of it in
between changes nothing of that; it counts only for a case that no routing has been asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.case_in_hand import Locked
from model.decisions import DecisionRecord
from rules.decision import Decision
from rules.rule_book import RuleBook
from rules.values import Value

UNTOLD = "untold"
"""Under no revision: the facts have changed since the day was told."""


def look_again(
    case: Locked, book: RuleBook, decision: str, held: Mapping[str, Value], day: date
) -> None:
    """Note the first day after `day` on which the facts held may be decided otherwise."""
    case.look_again_on = book.next_turning_day(decision, held, day)
    case.told_under = book.revision


def look_no_more(case: Locked) -> None:
    """Note that no day changes anything: the case has ended."""
    case.look_again_on = case.told_under = None


def leads(session: Session, case: Locked, decision: str, book: RuleBook) -> bool:
    """Whether a decision that is being made says where its case goes."""
    if decision in book.routings or case.version == 0:
        return True
    last = last_leading(session, case, book)
    return last is None or last.decision not in book.routings


def last_leading(session: Session, case: Locked, book: RuleBook) -> DecisionRecord | None:
    """Return the last decision that said where the case goes, if any did."""
    ours = select(DecisionRecord).where(DecisionRecord.case_id == case.id)
    newest = ours.order_by(DecisionRecord.case_version.desc()).limit(1)
    routed = newest.where(DecisionRecord.decision.in_(book.routings))
    return session.scalar(routed) or session.scalar(newest)


def is_final(decision: Decision) -> bool:
    """Whether a case ends with it."""
    return decision.outcome.get("final") is True


def facts_changed(case: Locked) -> None:
    """Note that the day is to be told anew, if the case is looked at again at all."""
    if case.told_under is not None:
        case.told_under = UNTOLD
