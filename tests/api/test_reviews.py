"""Reviews over HTTP: set up, listed, held, and read by a calendar program."""

from __future__ import annotations

from datetime import date
from typing import Any

import icalendar
import pytest

from api.review_examples import CHANGES, HOLDINGS, NEW_REVIEWS, PREPARATIONS
from model.access import Role, list_keys, revoke
from model.reviews import NewReview
from model.reviews import set_up as set_up_review
from rules.review_rules import ReviewKind
from tests.api.calling import Calls, body_of, problem_of

AT = "/api/v1/reviews"
NEW = NEW_REVIEWS["a service level, each quarter"]
CHANGE = CHANGES["a week later, by somebody else"]
HELD = HOLDINGS["held and found good"]


def set_up(calls: Calls, **change: object) -> dict[str, Any]:
    """Set up the documented review, with some of it changed."""
    with_service(calls, str(change.get("subject", NEW["subject"])))
    answer = calls.as_(Role.SERVICE_MANAGER).ask("POST", AT, body={**NEW, **change})
    assert answer.status_code == 201, answer.text
    review: dict[str, Any] = body_of(answer)
    return review


def with_service(calls: Calls, key: str = "e-signature") -> None:
    """Have a service, once."""
    calls.as_(Role.SERVICE_MANAGER).ask("POST", "/api/v1/services", body={"key": key, "name": key})


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
    assert body_of(calls_on_each.as_(Role.AUDITOR).get(f"{AT}/{review['id']}")) == answer
    problem = problem_of(complete(calls_on_each, review["id"]), 409, "review-held-already")
    assert "2027-04-30" in problem["detail"]


def test_what_is_due_is_listed(calls: Calls) -> None:
    """Before a day, the soonest first."""
    set_up(calls, subject="b", first_on="2027-03-01")
    set_up(calls, subject="a", first_on="2027-02-01")
    subjects = [r["subject"] for r in body_of(calls.as_(Role.AUDITOR).get(AT))["reviews"]]
    assert subjects == ["a", "b"]
    due = body_of(calls.as_(Role.AUDITOR).get(f"{AT}?due_before=2027-03-01"))["reviews"]
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
    answer = calls.as_(Role.AUDITOR).get(f"{AT}.ics")
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


def test_a_review_is_changed_for_the_version_that_was_seen(calls_on_each: Calls) -> None:
    """By If-Match; what changes nothing makes no new version, and its ETag is told everywhere."""
    review = set_up(calls_on_each)
    at, manager = f"{AT}/{review['id']}", calls_on_each.as_(Role.SERVICE_MANAGER)
    assert calls_on_each.as_(Role.AUDITOR).get(at).headers["ETag"] == '"1"'
    problem_of(manager.ask("PATCH", at, body=CHANGE), 428, "precondition-required")
    for _ in range(2):
        answer = manager.ask("PATCH", at, body=CHANGE, headers={"If-Match": '"1", "2"'})
        assert answer.headers["ETag"] == '"2"', answer.text
        found = body_of(answer)
    assert found == {**review, **CHANGE, "version": 2}
    behind = manager.ask("PATCH", at, body={"role": "x"}, headers={"If-Match": '"1"'})
    assert "at version 2, not 1" in problem_of(behind, 412, "review-moved-on")["detail"]
    for wrong in ({"due_on": "2200-01-01"}, {"every": "P900Y"}, {"title": ""}, {"kind": "other"}):
        answer = manager.ask("PATCH", at, body=wrong, headers={"If-Match": "*"})
        [named] = problem_of(answer, 422, "invalid-fields")["errors"]
        assert named["pointer"] == f"/{next(iter(wrong))}"
    reader = calls_on_each.as_(Role.AUDITOR)
    problem_of(reader.ask("PATCH", at, body=CHANGE, headers={"If-Match": "*"}), 403, "not-allowed")


def test_a_review_that_is_ended_is_cancelled_in_the_calendar(calls: Calls) -> None:
    """It is listed no more, and can still be read; set up again, it goes on."""
    review = set_up(calls)
    at, manager = f"{AT}/{review['id']}", calls.as_(Role.SERVICE_MANAGER)
    behind = manager.ask("DELETE", at, headers={"If-Match": '"7"'})
    problem_of(behind, 412, "review-moved-on")
    for _ in range(2):
        answer = body_of(manager.ask("DELETE", at))
        assert (answer["version"], answer["ended_at"]) == (2, "2026-11-22T12:00:00.000Z")
    (cancelled,) = events(calls)
    assert (str(cancelled["STATUS"]), cancelled["SEQUENCE"]) == ("CANCELLED", 2)
    assert body_of(calls.as_(Role.AUDITOR).get(AT))["reviews"] == []
    assert body_of(calls.as_(Role.AUDITOR).get(at))["ended_at"] == answer["ended_at"]
    late = manager.ask("PATCH", at, body=CHANGE, headers={"If-Match": "*"})
    problem_of(late, 409, "review-ended")
    assert set_up(calls)["id"] == review["id"]


def test_a_review_that_follows_a_rule_is_neither_changed_nor_ended(calls: Calls) -> None:
    """It says what it follows, and where that is changed."""
    new = NewReview(ReviewKind.TOLLGATE_5, "mail", "Mail", "Line", date(2027, 1, 31), "P6M")
    with calls.service.database.transaction() as session:
        review = set_up_review(session, new, calls.service.new_id(), calls.clock.now)
    manager, at = calls.as_(Role.SERVICE_MANAGER), f"{AT}/{review.id}"
    answers = [
        manager.ask("DELETE", at),
        manager.ask("PATCH", at, body=CHANGE, headers={"If-Match": "*"}),
    ]
    for answer in answers:
        refused = problem_of(answer, 409, "review-follows-rule")
        assert "PATCH /api/v1/services/mail" in refused["detail"]


def test_a_review_is_set_up_once_for_each_key(calls_on_each: Calls) -> None:
    """Asked again under its key the answer is the one of then; another request is refused."""
    manager, key = calls_on_each.as_(Role.SERVICE_MANAGER), {"Idempotency-Key": "one"}
    with_service(calls_on_each)
    first = manager.ask("POST", AT, body=NEW, headers=key)
    at = f"{AT}/{body_of(first)['id']}"
    assert manager.ask("DELETE", at).status_code == 200
    again = manager.ask("POST", AT, body=NEW, headers=key)
    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"] == '"1"'
    other = manager.ask("POST", AT, body={**NEW, "title": "x"}, headers=key)
    problem_of(other, 422, "idempotency-key-reused")
    assert body_of(calls_on_each.as_(Role.AUDITOR).get(AT))["reviews"] == []


def test_a_review_that_goes_on_is_not_set_up_again(calls_on_each: Calls) -> None:
    """The refusal names it; what it says stays. Once it has ended it goes on as it is asked now."""
    review, manager = set_up(calls_on_each), calls_on_each.as_(Role.SERVICE_MANAGER)
    at = f"{AT}/{review['id']}"
    for change in ({}, {"title": "Another", "every": "P1Y"}):
        answer = manager.ask("POST", AT, body={**NEW, **change})
        assert review["id"] in problem_of(answer, 409, "name-taken")["detail"]
    assert body_of(calls_on_each.as_(Role.AUDITOR).get(at))["title"] == NEW["title"]
    body_of(manager.ask("DELETE", at))
    again = manager.ask("POST", AT, body={**NEW, "title": "Another"})
    assert (again.status_code, again.headers["Location"]) == (201, at)
    assert (body_of(again)["title"], body_of(again)["version"]) == ("Another", 3)


def test_a_review_is_not_put_off_to_a_day_that_has_passed(calls: Calls) -> None:
    """It would be overdue as soon as it is changed; today is early enough."""
    at, manager = f"{AT}/{set_up(calls)['id']}", calls.as_(Role.SERVICE_MANAGER)
    for day, status in (("2026-11-21", 422), ("2026-11-22", 200)):
        answer = manager.ask("PATCH", at, body={"due_on": day}, headers={"If-Match": "*"})
        assert answer.status_code == status, answer.text


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
    tag = calls.as_(Role.AUDITOR).get(f"{AT}.ics").headers["ETag"]
    again = calls.as_(Role.AUDITOR).ask("GET", f"{AT}.ics", headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    set_up(calls, subject="another")
    assert calls.as_(Role.AUDITOR).get(f"{AT}.ics").headers["ETag"] != tag


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"first_on": "2026-11-21"}, "/first_on"), ({"subject": "nope"}, "/subject"),
     ({"first_on": "9999-12-31"}, "/first_on"), ({"first_on": "0001-01-01"}, "/first_on"),
     ({"subject": "agreements/x"}, "/subject"), ({"every": "P\u0661M"}, "/every"),
     ({"kind": "policy"}, "/kind"), ({"every": "soon"}, "/every"), ({"first_on": 1}, "/first_on"),
     ({"roles": "x"}, "/roles")],
)  # fmt: skip
def test_what_is_wrong_is_named(calls: Calls, change: dict[str, object], pointer: str) -> None:
    """At its place, and no review is made."""
    answer = calls.as_(Role.SERVICE_MANAGER).ask("POST", AT, body={**NEW, **change})
    problem = problem_of(answer, 422, "invalid-fields")
    assert pointer in [each["pointer"] for each in problem["errors"]]
    assert body_of(calls.as_(Role.AUDITOR).get(AT))["reviews"] == []
