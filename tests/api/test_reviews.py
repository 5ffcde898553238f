"""Reviews over HTTP: set up, listed, held, and read by a calendar program."""

from __future__ import annotations

from datetime import date
from typing import Any

import icalendar
import pytest

from api.review_examples import HOLDINGS, NEW_REVIEWS, PREPARATIONS
from model.access import Role, list_keys, revoke
from model.reviews import NewReview
from model.reviews import set_up as set_up_review
from rules.review_rules import ReviewKind
from tests.api.calling import Calls, body_of, problem_of

AT = "/api/v1/reviews"
NEW = NEW_REVIEWS["a service level, each quarter"]
HELD = HOLDINGS["held and found good"]


def set_up(calls: Calls, **change: object) -> dict[str, Any]:
    """Set up the documented review, with some of it changed."""
    answer = calls.as_(Role.SERVICE_MANAGER).ask("POST", AT, body={**NEW, **change})
    assert answer.status_code == 200, answer.text
    review: dict[str, Any] = body_of(answer)
    return review


def complete(calls: Calls, id: str, **change: object) -> Any:
    """Record that a review was held."""
    holder = calls.as_(Role.SERVICE_MANAGER)
    return holder.ask("POST", f"{AT}/{id}/complete", body={**HELD, **change})


def test_a_review_is_set_up_held_and_comes_again(calls_on_each: Calls) -> None:
    """The next falls from the anchor; the history says what came of each."""
    review = set_up(calls_on_each)
    assert review["due_on"] == "2027-01-31"
    answer = body_of(complete(calls_on_each, review["id"]))
    assert answer["due_on"] == "2027-04-30"
    assert answer["held"] == [
        {"due_on": "2027-01-31", "held_at": "2026-11-22T12:00:00.000Z", "outcome": "unchanged",
         "note": None, "by": "Sam"}
    ]  # fmt: skip
    assert body_of(calls_on_each.get(f"{AT}/{review['id']}")) == answer
    problem = problem_of(complete(calls_on_each, review["id"]), 409, "review-held-already")
    assert "2027-04-30" in problem["detail"]


def test_what_is_due_is_listed(calls: Calls) -> None:
    """Before a day, the soonest first."""
    set_up(calls, subject="b", first_on="2027-03-01")
    set_up(calls, subject="a", first_on="2027-02-01")
    subjects = [r["subject"] for r in body_of(calls.get(AT))["reviews"]]
    assert subjects == ["a", "b"]
    due = body_of(calls.get(f"{AT}?due_before=2027-03-01"))["reviews"]
    assert [r["subject"] for r in due] == ["a"]


def test_the_calendar_has_one_event_for_each_occurrence(calls: Calls) -> None:
    """One all-day event for each occurrence; what was held stays, under the same UID."""
    review = set_up(calls)
    (awaited,) = events(calls)
    assert awaited["DTSTART"].dt == date(2027, 1, 31)
    assert str(awaited["STATUS"]) == "CONFIRMED"
    complete(calls, review["id"])
    found = {str(event["UID"]): event for event in events(calls)}
    assert str(awaited["UID"]) in found
    assert str(found[str(awaited["UID"])]["SUMMARY"]).startswith("Held: ")
    assert {event["DTSTART"].dt for event in found.values()} == {
        date(2027, 1, 31), date(2027, 4, 30),
    }  # fmt: skip


def events(calls: Calls) -> list[Any]:
    """Return the events of the feed."""
    answer = calls.get(f"{AT}.ics")
    assert answer.mimetype == "text/calendar"
    return list(icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT"))


def test_what_is_prepared_is_there_for_that_occurrence_alone(calls_on_each: Calls) -> None:
    """Where it is, by whom; the next occurrence is prepared anew, and one that is over no more."""
    review, holder = set_up(calls_on_each), calls_on_each.as_(Role.SERVICE_MANAGER)
    at = f"{AT}/{review['id']}/prepare"
    figures = PREPARATIONS["the figures of the quarter"]
    answer = body_of(holder.ask("POST", at, body={**figures, "by": "Ann"}))
    assert answer["prepared"] == [
        {"location": figures["location"], "note": None, "by": "Ann",
         "at": "2026-11-22T12:00:00.000Z"}
    ]  # fmt: skip
    elsewhere = holder.ask("POST", at, body={**figures, "location": "javascript:alert(1)"})
    assert problem_of(elsewhere, 422, "invalid-fields")["errors"][0]["pointer"] == "/location"
    assert body_of(complete(calls_on_each, review["id"]))["prepared"] == []
    late = problem_of(holder.ask("POST", at, body=figures), 409, "review-held-already")
    assert "2027-04-30 is awaited" in late["detail"]


def test_a_review_that_a_toll_gate_is_cannot_be_ticked_off(calls: Calls) -> None:
    """The session of gate 5 is the review: without one, nobody says that it was held."""
    new = NewReview(ReviewKind.TOLLGATE_5, "mail", "Mail", "Line", date(2027, 1, 31), "P6M")
    with calls.service.database.transaction() as session:
        review = set_up_review(session, new, calls.service.new_id(), calls.clock.now)
    refused = problem_of(complete(calls, review.id), 409, "reviewed-at-gate")
    assert "toll-gate 5 of the service `mail`" in refused["detail"]


def test_a_calendar_program_reads_the_feed_by_its_address_alone(calls: Calls) -> None:
    """The address stands for the key: for this feed and nothing else, and as long as the key."""
    set_up(calls)
    manager = calls.as_(Role.SERVICE_MANAGER)
    address = body_of(manager.get(f"{AT}/feed"))["address"]
    path, token = address.removeprefix("http://127.0.0.1:8000").split("?")
    nobody = calls.as_(None)
    assert nobody.get(f"{path}?{token}").mimetype == "text/calendar"
    for elsewhere in (f"{path}?{token}0", f"{path}?token=", f"{AT}?{token}", f"{AT}/feed?{token}"):
        problem_of(nobody.get(elsewhere), 401, "not-authenticated")
    with calls.service.database.transaction() as session:
        [key] = [key for key in list_keys(session) if key.name == "service-manager"]
        revoke(session, key.id, calls.clock.now)
    ended = problem_of(nobody.get(f"{path}?{token}"), 401, "not-authenticated")
    assert "revoked" in ended["detail"]


def test_a_calendar_that_has_not_changed_is_not_sent_again(calls: Calls) -> None:
    """Its ETag tells; any change makes another one."""
    set_up(calls)
    tag = calls.get(f"{AT}.ics").headers["ETag"]
    again = calls.ask("GET", f"{AT}.ics", headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    set_up(calls, subject="another")
    assert calls.get(f"{AT}.ics").headers["ETag"] != tag


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"first_on": "9999-12-31"}, "/first_on"), ({"first_on": "0001-01-01"}, "/first_on"),
     ({"subject": "agreements/x"}, "/subject"), ({"every": "P\u0661M"}, "/every"),
     ({"kind": "policy"}, "/kind"), ({"every": "soon"}, "/every"), ({"first_on": 1}, "/first_on"),
     ({"roles": "x"}, "/roles")],
)  # fmt: skip
def test_what_is_wrong_is_named(calls: Calls, change: dict[str, object], pointer: str) -> None:
    """At its place, and no review is made."""
    answer = calls.as_(Role.SERVICE_MANAGER).ask("POST", AT, body={**NEW, **change})
    problem = problem_of(answer, 422, "invalid-fields")
    assert pointer in [each["pointer"] for each in problem["errors"]]
    assert body_of(calls.get(AT))["reviews"] == []
