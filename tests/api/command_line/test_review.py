"""`flask review`: what time has moved is found and told."""

from __future__ import annotations

from datetime import UTC, date, datetime

from model.access import Role, authenticate, create_key
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.reviews import reviews_due
from tests.api.command_line.trial import NOW, SECRET, Run
from tests.model.agreed import agreed, measured

EARLIER = Moment(datetime(2026, 8, 1, 12, tzinfo=UTC), date(2026, 8, 1))
WAITING = {
    "origin": "agency", "in_catalog": False, "need_or_want": "need", "existing_service_fits": False,
    "part_addition_fits": False, "project_needed": True, "project_initiated": True,
    "research_report_complete": True, "needed_by": "2027-01-15",
}  # fmt: skip


def test_a_case_whose_date_has_come_within_the_window_is_decided_again(
    run: Run, sqlite_database: Database
) -> None:
    """By the rules that come with the product; a second look finds nothing to do."""
    run("policy", "publish", "--by", "Pat")
    with sqlite_database.transaction() as session:
        new = create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW)
        caller = authenticate(session, new.key, SECRET, NOW)
        request = DecisionRequest("CRM-1", None, None, None, WAITING)
        answer = decide(session, request, caller, EARLIER, "first")
    assert answer.body["outcome"]["action"] == "determine-viability"  # type: ignore[index]
    first = run("review", "cases")
    assert first.exit_code == 0, first.output
    assert first.output == "decided again: CRM-1\nlooked at 1 case, decided 1 again\n"
    assert run("review", "cases").output == "looked at 0 cases, decided 0 again\n"


def test_reviews_are_listed_reminded_of_and_held(run: Run, sqlite_database: Database) -> None:
    """Each policy has one, a year from now; once held, the next is a year on."""
    run("policy", "publish", "--by", "Pat")
    assert run("review", "remind").output == "0 reminders on the way\n"
    listed = run("review", "list").output
    assert "2027-11-22" in listed
    with sqlite_database.reading() as session:
        found = reviews_due(session, None, None, 50).reviews
        review = next(each for each in found if each.kind == "policy")
    held = ("review", "complete", review.id, "--due", "2027-11-22", "--outcome", "unchanged")
    assert run(*held).output == "recorded; the next one is on 2028-11-22\n"
    again = run(*held)
    assert again.exit_code == 1
    assert "2028-11-22 is awaited" in again.output


def test_what_happened_is_reviewed_once(run: Run, sqlite_database: Database) -> None:
    """A target that was missed is listed as such, and gone once its review was held."""
    measured(sqlite_database, agreed(sqlite_database), date(2026, 10, 31), 90, date(2026, 11, 20))
    assert "  once  " in run("review", "list").output
    with sqlite_database.reading() as session:
        (review,) = reviews_due(session, None, None, 50).reviews
    held = ("review", "complete", review.id, "--due", "2026-11-27", "--outcome", "unchanged")
    assert run(*held).output == "recorded; it is held no more\n"
    assert "it has ended" in run(*held).output
