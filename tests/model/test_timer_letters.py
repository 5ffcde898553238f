"""A timer that nears its end or runs out is told to whoever has its case, in time and once."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from model.access import Caller
from model.database import Database
from model.moment import Moment
from model.promises import Promise
from model.publishing import publish
from model.scanning_timers import ToldMark
from model.settings import HOME
from model.telling_timers import tell_timers
from model.timer_letters import in_words
from rules.rule_book import read_files
from tests.model.agreed import agreed
from tests.model.clocked import MONDAY, Clocked, event, on
from tests.model.lives import Lives
from tests.model.teams import LEVELS, PROVIDER, ROLES, STRATEGIST, letters, staff, texts

NEARS = "CRM-1: the fulfilment timer has used 50 percent of its time, due at 2026-11-23 17:00 UTC"
LEFT = "CRM-1: the fulfilment timer has 1 h left, due at 2026-11-23 17:00 UTC"
RAN_OUT = "CRM-1: the fulfilment timer ran out at 2026-11-23 17:00 UTC"


@pytest.fixture
def desk(bundled: Database, caller: Caller) -> Lives:
    """A ticketing system that decides cases before Monday, by the bundled rules."""
    return Lives(bundled, caller, Moment(MONDAY - timedelta(days=1), MONDAY.date()))


@pytest.fixture
def clocked(bundled: Database, caller: Caller) -> Clocked:
    """Timers beside those cases, by the hours of an office."""
    made = Clocked(bundled, caller)
    made.calendar()
    return made


def timed(clocked: Clocked, ref: str = "CRM-1") -> None:
    """Open a timer of eight hours that begins on Monday at nine."""
    clocked.open(event("start", on(0, "09:00")), ref=ref)


def told(database: Database, day: int, time: str) -> list[tuple[str, str]]:
    """Tell what timers have passed by then, twice; return the letters about timers."""
    for _ in range(2):
        with database.transaction() as session:
            tell_timers(session, Moment(on(day, time), on(day, time).date()))
    return [(title, to) for title, to in letters(database) if "timer" in title]


def test_the_team_hears_of_each_mark_and_others_of_the_breach(
    desk: Lives, clocked: Clocked
) -> None:
    """Each once, with what is to be done; the team is the one that has the case by then."""
    staff(desk.database)
    desk.decide("CRM-1", None, origin="agency")
    timed(clocked)
    assert told(desk.database, 0, "12:59") == []
    assert told(desk.database, 0, "13:00") == [(NEARS, STRATEGIST)]
    assert told(desk.database, 0, "16:00") == [(NEARS, STRATEGIST), (LEFT, STRATEGIST)]
    desk.decide("CRM-1", None, in_catalog=True)
    assert told(desk.database, 0, "17:01")[2:] == [(RAN_OUT, PROVIDER), (RAN_OUT, LEVELS)]
    assert (
        "What is to be done: fulfil from catalog.\nIt is for: Service Provider."
        in texts(desk.database)[-1]
    )


def test_an_agencys_own_holders_are_told(desk: Lives, clocked: Clocked) -> None:
    """Where the case says by a fact which agency it is for."""
    own = "provider@health.example"
    staff(desk.database, health={"Service Provider": own})
    desk.decide("CRM-1", None, in_catalog=True, agency="Health")
    timed(clocked)
    assert told(desk.database, 3, "09:00") == [(RAN_OUT, own), (RAN_OUT, LEVELS)]


def test_found_late_the_breach_alone_is_told(desk: Lives, clocked: Clocked) -> None:
    """A service that was away for days."""
    staff(desk.database)
    desk.decide("CRM-1", None, in_catalog=True)
    timed(clocked)
    assert told(desk.database, 3, "09:00") == [(RAN_OUT, PROVIDER), (RAN_OUT, LEVELS)]


def test_a_case_without_a_team_is_told_to_others(desk: Lives, clocked: Clocked) -> None:
    """It was never decided, or nobody is in the team: then the manager hears before the breach."""
    staff(desk.database)
    clocked.case()
    timed(clocked)
    assert told(desk.database, 0, "13:00") == [(NEARS, LEVELS)]
    assert "has not been decided" in texts(desk.database)[0]
    staff(desk.database, {"Service Level Manager": LEVELS})
    desk.decide("CRM-2", None, in_catalog=True)
    timed(clocked, "CRM-2")
    assert told(desk.database, 0, "13:00")[1:] == [(NEARS.replace("1:", "2:", 1), LEVELS)]
    assert "The roster names nobody for Service Provider" in texts(desk.database)[1]


def test_a_double_has_the_team_of_the_case_that_it_was_merged_into(
    desk: Lives, clocked: Clocked
) -> None:
    """Its timer goes on."""
    staff(desk.database)
    desk.decide("CRM-1", None, origin="agency")
    desk.decide("CRM-2", None, in_catalog=True)
    timed(clocked)
    before = len(letters(desk.database))
    desk.merge("CRM-2", "CRM-1")
    assert told(desk.database, 0, "13:00") == [(NEARS, PROVIDER)]
    assert len(letters(desk.database)) == before + 1


def test_who_reviews_the_agreement_hears_of_its_breach(desk: Lives, clocked: Clocked) -> None:
    """And of an agency's holders, those of the agency that it was promised to."""
    own = {"Service Provider": "provider@health.example"}
    staff(desk.database, {**ROLES, "Head of Mail": "mail@x.example"}, health=own)
    desk.decide("CRM-1", None, in_catalog=True)
    agreement = agreed(desk.database, calendar="office", role="Head of Mail", agency="Health")
    promise = Promise(agreement.id, "fulfilment")
    clocked.open(event("start", on(0, "09:00")), target=promise, calendar=None)
    found = told(desk.database, 1, "09:00")
    assert found == [(RAN_OUT, own["Service Provider"]), (RAN_OUT, "mail@x.example")]


def test_without_a_roster_or_with_letters_off_nobody_is_told(desk: Lives, clocked: Clocked) -> None:
    """The mark is noted all the same."""
    desk.decide("CRM-1", None, in_catalog=True)
    timed(clocked)
    assert told(desk.database, 0, "13:00") == []
    files = read_files(HOME / "rules")
    quiet = {**files, "routing.yaml": f"letters: false\n{files['routing.yaml']}"}
    with desk.database.transaction() as session:
        publish(session, quiet, "Pat", MONDAY)
    staff(desk.database)
    assert told(desk.database, 1, "09:00") == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(1_800, "30 min"), (5_400, "1 h 30 min"), (90_001, "25 h 1 s")]
)
def test_what_is_left_is_said_in_hours(seconds: int, words: str) -> None:
    """In hours, minutes and seconds, whichever there are; a timer's own name is said too."""
    mark = ToldMark(
        "t", 1, "A", None, "first answer", "response", 1, f"lead:{seconds}", MONDAY, MONDAY, None
    )
    assert in_words(mark, UTC) == f"The response timer “first answer” has {words} left"
