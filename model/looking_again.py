"""When a case that waits is to be looked at again: the day on which its answer may be another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from model.cases import Case
from rules.decision import Decision
from rules.rule_book import RuleBook
from rules.values import Value

UNTOLD = "untold"
"""Under no revision: the facts have changed since the day was told."""


def look_again(
    case: Case, book: RuleBook, decision: str, held: Mapping[str, Value], day: date
) -> None:
    """Note the first day after `day` on which the facts held may be decided otherwise."""
    case.look_again_on = book.next_turning_day(decision, held, day)
    case.told_under = book.revision


def look_no_more(case: Case) -> None:
    """Note that no day changes anything: the case has ended."""
    case.look_again_on = case.told_under = None


def is_final(decision: Decision) -> bool:
    """Whether a case ends with it."""
    return decision.outcome.get("final") is True


def facts_changed(case: Case) -> None:
    """Note that the day is to be told anew, if the case is looked at again at all."""
    if case.told_under is not None:
        case.told_under = UNTOLD
