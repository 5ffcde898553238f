"""Time moves cases: on the day that decides one otherwise it is decided again, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from model.cases import find_case
from model.database import Database
from model.decisions import latest_records
from model.moment import Moment
from model.publishing import publish
from model.reconsidering import Reconsidered, reconsider_due
from rules.rule_book import RuleFiles
from tests.model.lives import Lives

NEEDED = "2027-03-20"
WINDOW = date(2026, 12, 20)


def at(day: date) -> Moment:
    """Return the middle of a day."""
    return Moment(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day)


_NUMBERS = count()


def look(database: Database, day: date) -> Reconsidered:
    """Look at every case that is due on a day."""
    return reconsider_due(database, at(day), lambda: f"again {next(_NUMBERS)}")


def actions(database: Database, ref: str) -> list[tuple[str, str]]:
    """Return what was decided of a case and by whose key, newest first."""
    with database.reading() as session:
        case = find_case(session, ref)
        assert case is not None
        rows = latest_records(session, case, 10)
        return [(row.answer.split('"action": "')[1].split('"')[0], row.decided_by) for row in rows]


def test_a_case_is_decided_again_on_the_day_its_date_comes_within_the_window(
    lives: Lives,
) -> None:
    """Not the day before; in Tollgate's own name; and not a second time."""
    lives.decide("A", in_catalog=False, unit_price=1, needed_by=NEEDED)
    assert look(lives.database, WINDOW - timedelta(days=1)).decided == ()
    assert look(lives.database, WINDOW) == Reconsidered(1, ("A",), ())
    newest, first = actions(lives.database, "A")
    assert newest == ("hurry", "tollgate")
    assert first == ("wait", lives.caller.key_id)
    assert look(lives.database, WINDOW) == Reconsidered(0, (), ())
    entry = lives.history("A")[0]
    assert (entry.what, entry.by, entry.version) == ("decided", "Tollgate", 2)


def test_what_another_policy_says_of_a_case_does_not_lose_its_day(lives: Lives) -> None:
    """The routing says where a case goes, and is asked again on the day, be the other final."""
    lives.decide("A", in_catalog=False, unit_price=1, needed_by=NEEDED)
    lives.decide_by("A", "intake")
    lives.decide("B", in_catalog=False, unit_price=1, needed_by=NEEDED)
    lives.decide_by("B", "intake", in_catalog=True)
    lives.patch("B", in_catalog=False)
    assert look(lives.database, WINDOW - timedelta(days=1)).decided == ()
    assert look(lives.database, WINDOW).decided == ("A", "B")
    assert [actions(lives.database, ref)[0] for ref in "AB"] == [("hurry", "tollgate")] * 2


def test_a_case_that_no_routing_was_asked_about_waits_for_the_policy_that_was(
    lives: Lives,
) -> None:
    """It is that policy which is asked again."""
    lives.decide_by("A", "intake", in_catalog=False, unit_price=1, needed_by=NEEDED)
    assert look(lives.database, WINDOW).decided == ("A",)
    with lives.database.reading() as session:
        case = find_case(session, "A")
        assert case is not None
        assert [row.decision for row in latest_records(session, case, 2)] == ["intake"] * 2


def test_a_day_that_was_missed_is_made_up_for(lives: Lives) -> None:
    """A service that was away decides late what it would have decided on the day."""
    lives.decide("A", in_catalog=False, unit_price=1, needed_by=NEEDED)
    assert look(lives.database, WINDOW + timedelta(days=20)).decided == ("A",)


def test_a_case_that_has_ended_is_not_looked_at(lives: Lives) -> None:
    """However many days pass."""
    lives.decide("A", in_catalog=True, needed_by=NEEDED)
    assert look(lives.database, date(2030, 1, 1)) == Reconsidered(0, (), ())


def test_facts_that_came_without_a_decision_count(lives: Lives) -> None:
    """The day is told from what the case holds, not from what it was decided on."""
    lives.decide("A", in_catalog=False, unit_price=1, needed_by="2029-01-01")
    with lives.database.transaction() as session:
        case = find_case(session, "A")
        assert case is not None
        day = case.look_again_on
    lives.patch("A", needed_by=NEEDED)
    assert look(lives.database, WINDOW - timedelta(days=1)) == Reconsidered(1, (), ())
    with lives.database.reading() as session:
        case = find_case(session, "A")
        assert case is not None
        assert case.look_again_on == WINDOW != day
    assert look(lives.database, WINDOW).decided == ("A",)


def test_other_rules_tell_another_day(lives: Lives, rule_files: RuleFiles) -> None:
    """With a wider window the day comes sooner. The change by itself moves no case."""
    lives.decide("A", in_catalog=False, unit_price=1, needed_by=NEEDED)
    lives.decide("B", in_catalog=False, unit_price=1, needed_by="2027-06-01")
    wider = rule_files["policies/intake.yaml"].replace("value: 90", "value: 120")
    with lives.database.transaction() as session:
        publish(session, {**rule_files, "policies/intake.yaml": wider}, "Pat", lives.moment.now)
    today = WINDOW - timedelta(days=10)
    assert look(lives.database, today) == Reconsidered(2, (), ())
    assert look(lives.database, date(2027, 1, 31)) == Reconsidered(0, (), ())
    assert look(lives.database, date(2027, 2, 1)) == Reconsidered(1, ("B",), ())


def test_several_processes_decide_it_once(lives: Lives) -> None:
    """However many look at the same time."""
    refs = [f"C-{number}" for number in range(6)]
    for ref in refs:
        lives.decide(ref, in_catalog=False, unit_price=1, needed_by=NEEDED)
    with ThreadPoolExecutor(4) as pool:
        looks = list(pool.map(lambda _: look(lives.database, WINDOW), range(4)))
    assert sorted(ref for each in looks for ref in each.decided) == refs
    assert all(len(actions(lives.database, ref)) == 2 for ref in refs)


def test_one_that_cannot_be_decided_stops_no_other(lives: Lives, rule_files: RuleFiles) -> None:
    """It is named with what is wrong, and stays due."""
    for ref in "AB":
        lives.decide(ref, in_catalog=False, unit_price=1, needed_by=NEEDED)
    lives.patch("A", unit_price=5)
    narrow = rule_files["policies/intake.yaml"].replace(
        "when: days_until_needed > hurry_days", "when: days_until_needed > 1000"
    ).replace(
        "when: days_until_needed <= hurry_days or unit_price > 99.99",
        "when: days_until_needed <= hurry_days and unit_price < 4",
    )  # fmt: skip
    with lives.database.transaction() as session:
        publish(session, {**rule_files, "policies/intake.yaml": narrow}, "Pat", lives.moment.now)
    for _ in range(2):
        found = look(lives.database, WINDOW)
        assert found.failed == (("A", "no-rule-applies"),)
    assert actions(lives.database, "B")[0][0] == "hurry"


def test_cases_that_lead_elsewhere_are_left_alone(lives: Lives) -> None:
    """A double is not looked at; the case it was merged into is, with the facts it got."""
    lives.decide("A", in_catalog=False, unit_price=1)
    later = replace(lives, moment=at(date(2026, 11, 23)))
    later.decide("B", in_catalog=False, unit_price=1, needed_by=NEEDED)
    later.merge("A", "B")
    found = look(lives.database, WINDOW)
    assert found.decided == ("A",)
    assert actions(lives.database, "A")[0][0] == "hurry"
