"""When a case is looked at again: told with each decision, and anew when its facts change."""

from __future__ import annotations

from datetime import date

from model.cases import Case, find_case
from model.database import Database
from model.looking_again import UNTOLD
from model.revisions import live_revision
from tests.model.lives import Lives


def case_in(database: Database, ref: str) -> Case:
    """Return a case as it stands."""
    with database.reading() as session:
        case = find_case(session, ref)
        assert case is not None
        return case


def test_a_decision_tells_when_to_look_again(lives: Lives) -> None:
    """By the rules that it was made with; a final one, that it is over."""
    lives.decide("A", in_catalog=False, unit_price=1, needed_by="2027-03-20")
    case = case_in(lives.database, "A")
    with lives.database.reading() as session:
        live = live_revision(session)
    assert (case.look_again_on, case.told_under) == (date(2026, 12, 20), live)
    lives.decide("A", in_catalog=True)
    case = case_in(lives.database, "A")
    assert (case.look_again_on, case.told_under) == (None, None)


def test_facts_without_a_decision_make_the_day_doubtful(lives: Lives) -> None:
    """Unless the case has ended: then there is nothing to look for."""
    lives.decide("A", in_catalog=False)
    lives.patch("A", unit_price=1)
    assert case_in(lives.database, "A").told_under == UNTOLD
    lives.decide("B", in_catalog=True)
    lives.patch("B", unit_price=1)
    assert case_in(lives.database, "B").told_under is None
