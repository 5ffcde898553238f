"""Calendars over HTTP: made, changed for the version that was seen, filled with holidays, read."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.calendar_examples import HOURS, NEW_CALENDARS, OPEN_HOURS
from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/calendars"
OFFICE = NEW_CALENDARS["an office"]
NINE: dict[str, Any] = {"timezone": "UTC", "week": {"monday": ["09:00-17:00"]}}
SEED = {"country": "AT", "first_year": 2026, "last_year": 2027}


def in_charge(calls: Calls) -> Calls:
    """Return a service manager who asks the same service."""
    return calls.as_(Role.SERVICE_MANAGER)


def make(calls: Calls, body: object = OFFICE) -> TestResponse:
    """Make a calendar."""
    return in_charge(calls).ask("POST", AT, body=body)


def put(calls: Calls, body: object, match: str | None = '"1"') -> TestResponse:
    """Change the calendar."""
    headers = {} if match is None else {"If-Match": match}
    return in_charge(calls).ask("PUT", f"{AT}/vienna-office", body=body, headers=headers)


def test_a_calendar_is_made_and_read_back(calls_on_each: Calls) -> None:
    """Word for word, with who wrote it and the version that the next change needs."""
    answer = make(calls_on_each)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    told = {
        **OFFICE,
        "version": 1,
        "changed_by": "service-manager",
        "changed_at": "2026-11-22T12:00:00.000Z",
    }
    assert body_of(answer) == told == body_of(calls_on_each.get(f"{AT}/vienna-office"))
    assert body_of(calls_on_each.get(AT)) == {"calendars": [told]}
    problem_of(make(calls_on_each), 409, "name-taken")


def test_a_change_says_which_version_it_was_made_for(calls_on_each: Calls) -> None:
    """Who saw another is told so, and nothing is changed."""
    make(calls_on_each)
    answer = put(calls_on_each, NINE)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    late = problem_of(put(calls_on_each, HOURS["hours from now on"]), 412, "calendar-moved-on")
    assert "at version 2, not 1" in late["detail"]
    problem_of(put(calls_on_each, NINE, None), 428, "precondition-required")
    assert put(calls_on_each, NINE, "*").headers["ETag"] == '"2"'
    assert body_of(calls_on_each.get(f"{AT}/vienna-office"))["week"] == NINE["week"]


def test_holidays_are_added(calls: Calls) -> None:
    """To the days that the calendar has; what it has of its own on such a day stays."""
    make(calls)
    path = f"{AT}/vienna-office/holidays"
    answer = in_charge(calls).ask("POST", path, body=SEED, headers={"If-Match": '"1"'})
    assert answer.headers["ETag"] == '"2"'
    days = {each["first"]: each for each in body_of(answer)["special_days"]}
    assert days["2027-03-29"] == {
        "name": "Easter Monday",
        "first": "2027-03-29",
        "last": "2027-03-29",
        "windows": [],
    }
    assert days["2026-12-30"]["name"] == "Stock-taking"
    wrong = {**SEED, "country": "AU", "subdivision": "Vienna"}
    headers = {"If-Match": "*"}
    refused(in_charge(calls).ask("POST", path, body=wrong, headers=headers), "/subdivision")


def test_the_hours_of_a_day_are_shown(calls: Calls) -> None:
    """As in the documented example; at most a year at a time."""
    make(calls)
    path = f"{AT}/vienna-office/hours"
    asked = "since=2026-11-23T00:00:00%2B01:00&until=2026-11-24T00:00:00%2B01:00"
    assert body_of(calls.get(f"{path}?{asked}")) == OPEN_HOURS
    for until in ("2025-11-23T00:00:00Z", "2027-11-25T00:00:00Z"):
        refused(calls.get(f"{path}?since=2026-11-23T00:00:00Z&until={until}"), "/until")
    early = "since=0001-01-01T00:00:00Z&until=0001-01-01T01:00:00Z"
    refused(calls.get(f"{path}?{early}"), "/until")
    refused(calls.get(f"{path}?since=now&until=2026-11-23T00:00:00Z"), "/since")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"timezone": "Europe/Viena"}, "/timezone"),
        ({"week": {"mondy": ["09:00-17:00"]}}, "/week/mondy"),
        ({"week": {"monday": ["09:00-17:00", "nine to five"]}}, "/week/monday/1"),
        ({"week": {"monday": "09:00-17:00"}}, "/week/monday"),
        ({"week": []}, "/week"),
        ({"special_days": [{"name": "x", "first": "2026-02-30"}]}, "/special_days/0/first"),
        ({"special_days": [{"first": "2026-02-03"}]}, "/special_days/0/name"),
        ({"special_days": [{"name": "x", "first": "1-1"}]}, "/special_days/0/first"),
        (
            {"special_days": [{"name": "x", "first": "12-24", "colour": 1}]},
            "/special_days/0/colour",
        ),
        ({"name": "vienna office"}, "/name"),
        ({"hours": {}}, "/hours"),
    ],
)
def test_what_is_wrong_is_named(calls: Calls, wrong: dict[str, Any], pointer: str) -> None:
    """By its pointer, and no calendar is made."""
    refused(make(calls, {"name": "x", **NINE, **wrong}), pointer)
    assert body_of(calls.get(AT)) == {"calendars": []}


def test_an_empty_calendar_is_an_error(calls: Calls) -> None:
    """No time would ever pass by it."""
    problem_of(make(calls, {"name": "x", "timezone": "UTC", "week": {}}), 422, "empty-calendar")


def test_only_who_is_in_charge_of_services_writes(calls: Calls) -> None:
    """A ticketing system and an auditor read; a policy owner has no business here."""
    make(calls)
    for role in (Role.TICKETING, Role.AUDITOR, Role.POLICY_OWNER):
        problem_of(calls.as_(role).ask("POST", AT, body=OFFICE), 403, "not-allowed")
    for role in (Role.TICKETING, Role.AUDITOR, Role.SERVICE_MANAGER):
        assert calls.as_(role).get(f"{AT}/vienna-office").status_code == 200
    problem_of(calls.as_(Role.POLICY_OWNER).get(AT), 403, "not-allowed")
    problem_of(calls.get(f"{AT}/nowhere"), 404, "not-found")
