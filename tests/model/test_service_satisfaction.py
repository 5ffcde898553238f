"""How satisfied a service leaves people: over the cases that it met or came from."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from model.access import Caller
from model.case_facts import change_facts
from model.cases import lock_or_open_case
from model.catalogue_standing import Standing
from model.database import Database
from model.moment import Moment
from model.parts import PartChange, put_part
from model.satisfaction import Said, say
from model.service_satisfaction import Satisfaction, satisfaction_with
from rules.errors import BadFields, UnknownRecord
from tests.model.lives import Lives
from tests.model.offered import offer

DAY = date(2026, 11, 22)
NOTHING = Satisfaction(0, None, None)
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
def of(bundled: Database, caller: Caller, moment: Moment) -> Lives:
    """Cases that mail met or was born of, one that fax met, and one without a service."""
    lives = Lives(bundled, caller, moment)
    with bundled.transaction() as session:
        born_of = lock_or_open_case(session, "BORN", moment.now)
        offer(session, "mail", "Mail").born_of = born_of
        offer(session, "fax", "Fax")
        for ref in ("M-1", "M-2", "F-1", "NONE"):
            lock_or_open_case(session, ref, moment.now)
    for ref, service in (("M-1", "mail"), ("M-2", "mail"), ("F-1", "fax")):
        with bundled.transaction() as session:
            facts = {"fitting_service": service}
            change_facts(session, ref, facts, None, 0, caller, moment)
    return lives


def answer(
    of: Lives, ref: str, score: int, resolved: bool = True, by: str = "Ann", days: float = 0
) -> None:
    """Say something of a case, so many days later."""
    now = of.moment.now + timedelta(days=days)
    with of.database.transaction() as session:
        say(session, ref, Said(score, resolved, by), of.caller, now)


def found(of: Lives, key: str = "mail", first: date = DAY, last: date = DAY) -> Satisfaction:
    """Return how satisfied people were."""
    with of.database.reading() as session:
        return satisfaction_with(session, key, first, last, VIENNA)


def test_the_cases_that_it_met_and_the_one_it_came_from_count(of: Lives) -> None:
    """Each person once for each case, by the latest answer; those of other services not at all."""
    assert found(of) == NOTHING
    for ref, score in (("M-1", 1), ("M-1", 4), ("M-2", 5), ("BORN", 2), ("F-1", 1), ("NONE", 1)):
        answer(of, ref, score, resolved=score > 2)
    answer(of, "M-1", 5, by="Eve")
    assert found(of) == Satisfaction(4, Decimal("4.00"), Decimal("0.750"))
    assert found(of, "fax") == Satisfaction(1, Decimal("1.00"), Decimal("0.000"))


def test_a_case_of_which_a_part_was_born_counts_for_the_service(of: Lives) -> None:
    """Once, whatever else it says; and so does the case that it was merged into meanwhile."""
    with of.database.transaction() as session:
        change_facts(session, "NONE", {"viable": True}, None, 0, of.caller, of.moment)
    with of.database.transaction() as session:
        change = PartChange("Shared mailbox", None, Standing.RETIRED, "NONE")
        put_part(session, "mail", "shared", change, "Sam", of.moment.now)
        lock_or_open_case(session, "INTO", of.moment.now)
    answer(of, "NONE", 2)
    answer(of, "M-1", 4)
    assert found(of) == Satisfaction(2, Decimal("3.00"), Decimal("1.000"))
    assert found(of, "fax") == NOTHING
    of.merge("INTO", "NONE")
    answer(of, "INTO", 5)
    assert found(of) == Satisfaction(2, Decimal("4.50"), Decimal("1.000"))


def test_an_answer_counts_on_its_day_and_a_double_once(of: Lives) -> None:
    """Both days are included, in the service's time zone; a merged case is one case."""
    answer(of, "M-1", 1)
    answer(of, "NONE", 3)
    answer(of, "M-2", 5, days=1)
    of.merge("M-1", "NONE")
    later = DAY + timedelta(days=1)
    assert found(of).count == 1
    assert found(of, first=later, last=later) == Satisfaction(1, Decimal("5.00"), Decimal("1.000"))
    assert found(of, first=DAY, last=later) == Satisfaction(2, Decimal("4.00"), Decimal("1.000"))
    # At 23:30 in London it is the day after in Vienna.
    answer(of, "M-1", 2, days=14 / 24)
    assert found(of).count == 0
    of.rename("M-2", "M-3")
    assert found(of, first=date.min, last=date.max).count == 2


def test_a_service_outlives_the_case_it_was_born_of(of: Lives) -> None:
    """Merged into another case, what is said of that one counts."""
    of.merge("NONE", "BORN")
    answer(of, "NONE", 5)
    assert found(of).count == 1


def test_what_cannot_be_asked_is_refused(of: Lives) -> None:
    """A period that ends before it begins, or a service that there is not."""
    with pytest.raises(BadFields):
        found(of, first=DAY, last=DAY - timedelta(days=1))
    with pytest.raises(UnknownRecord):
        found(of, "none")
