"""Timers over HTTP: opened, told of events in any order, and read with what they rest on."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.timer_examples import EVENTS, NEW_TIMERS, TIMER
from model.access import Role
from model.moment import Moment
from model.telling_timers import tell_timers
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/timers"
NEW = NEW_TIMERS["eight hours, with a warning at half of them"]
RESPONSE = NEW_TIMERS["a response in the office's hours"]
PAUSED = EVENTS["what happened since"]
START = {"id": "1", "what": "start", "at": "2026-11-20T09:00:00Z"}
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ready(calls_on_each: Calls) -> Calls:
    """A ticketing system with a case."""
    calls_on_each.decided(NEW["case"])
    return calls_on_each


def make(calls: Calls, body: object = NEW) -> TestResponse:
    """Open a timer."""
    return calls.ask("POST", AT, body=body)


def made(calls: Calls, body: object = NEW) -> dict[str, Any]:
    """Open a timer and return it."""
    answer = make(calls, body)
    assert answer.status_code == 201, answer.text
    opened: dict[str, Any] = body_of(answer)
    return opened


def tell(calls: Calls, timer_id: str, *events: object) -> TestResponse:
    """Tell a timer what happened."""
    return calls.ask("POST", f"{AT}/{timer_id}/events", body={"events": list(events)})


def event(id: str, what: str, at: str) -> dict[str, str]:
    """Return an event of Friday 20 November 2026."""
    return {"id": id, "what": what, "at": f"2026-11-20T{at}:00Z"}


def test_a_timer_is_opened_paused_and_read(ready: Calls) -> None:
    """As in the documented example, but for ids and when the events came."""
    opened = made(ready)
    answer = tell(ready, opened["id"], *PAUSED["events"])
    read = body_of(ready.get(f"{AT}/{opened['id']}"))
    assert body_of(answer) == read
    assert body_of(answer) == read
    assert body_of(ready.get(f"{AT}?case={NEW['case']}")) == {"timers": [read]}
    came = {"received_at": "2026-11-22T12:00:00.000Z", "by": "ticketing"}
    events = [{**each, **came} for each in TIMER["events"]]
    assert read == {**TIMER, "id": opened["id"], "events": events}


def test_events_come_late_twice_and_out_of_order(ready: Calls) -> None:
    """However they come, the timer says the same."""
    life = [
        event("1", "start", "09:00"),
        event("2", "pause", "10:00"),
        event("3", "resume", "12:00"),
        event("4", "stop", "13:30"),
    ]
    straight = made(ready, {**NEW, "events": life})
    mixed = made(ready, {**NEW, "name": "mixed", "events": []})
    assert mixed["state"] == "not_started"
    for each in (life[3], life[1], life[3], life[0], life[2], life[2]):
        answer = tell(ready, mixed["id"], each)
        assert answer.status_code == 200, answer.text
    (cycle,) = body_of(answer)["cycles"]
    assert [cycle] == straight["cycles"]
    assert (cycle["elapsed_seconds"], cycle["verdict"]) == (2.5 * 3_600, "met")


def test_a_mark_says_since_when_it_is_so_no_more(ready: Calls) -> None:
    """A breach that was told, and a pause that came late: whoever reads it sees both."""
    opened = made(ready, {**NEW, "thresholds": [], "events": [START]})
    now = ready.clock.now
    with ready.service.database.transaction() as session:
        tell_timers(session, Moment(now, now.date()))
    (mark,) = body_of(ready.get(f"{AT}/{opened['id']}"))["marks"]
    assert (mark["mark"], mark["undone_at"]) == ("breach", None)
    (undone,) = body_of(tell(ready, opened["id"], event("2", "pause", "10:00")))["marks"]
    assert undone == {**mark, "undone_at": "2026-11-22T12:00:00.000Z"}


def test_business_time_counts_by_a_calendar(ready: Calls) -> None:
    """A timer names its calendar; one that there is not is refused."""
    assert "vienna-office" in refused(make(ready, RESPONSE), "/calendar")["detail"]
    hours = {"timezone": "UTC", "week": {"friday": ["09:00-17:00"], "monday": ["09:00-17:00"]}}
    calendar = {"name": "vienna-office", **hours}
    ready.as_(Role.SERVICE_MANAGER).ask("POST", "/api/v1/calendars", body=calendar)
    timer = made(ready, {**RESPONSE, "events": [event("1", "start", "16:30")]})
    assert timer["cycles"][0]["due_at"] == "2026-11-23T09:30:00.000Z"
    assert timer["cycles"][0]["elapsed_seconds"] == 1_800
    assert (timer["name"], timer["kind"]) == ("first answer", "response")


def test_the_same_event_id_says_the_same(ready: Calls) -> None:
    """One that says something else is a conflict, and changes nothing."""
    timer = made(ready)
    problem_of(tell(ready, timer["id"], event("audit-17", "start", "09:01")), 409, "event-differs")
    assert body_of(ready.get(f"{AT}/{timer['id']}")) == timer


def test_a_case_has_one_timer_of_a_name(ready: Calls) -> None:
    """Whoever opens it again is told which one it is."""
    timer = made(ready)
    assert timer["id"] in problem_of(make(ready), 409, "name-taken")["detail"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"kind": "resolution"}, "/kind"),
        ({"target_seconds": 0}, "/target_seconds"),
        ({"target_seconds": 3.5}, "/target_seconds"),
        ({"thresholds": [{"share": 100}]}, "/thresholds/0/share"),
        ({"thresholds": [{}]}, "/thresholds/0"),
        ({"thresholds": [{"share": 50, "lead_seconds": 60}]}, "/thresholds/0"),
        ({"thresholds": [{"lead_seconds": 28_800}]}, "/thresholds/0"),
        ({"events": [{**START, "at": "2026-11-20"}]}, "/events/0/at"),
        ({"events": [event("1", "begin", "09:00")]}, "/events/0/what"),
        ({"events": [{"what": "start", "at": "2026-11-20T09:00:00Z"}]}, "/events/0/id"),
        (
            {"events": [{**event("1", "start", "09:00"), "at": "2027-01-01T00:00:00Z"}]},
            "/events/0/at",
        ),
        ({"events": [{**START, "sequence": -1}]}, "/events/0/sequence"),
        ({"name": ""}, "/name"),
        ({"calender": "x"}, "/calender"),
    ],
)
def test_what_is_wrong_is_named(calls: Calls, wrong: dict[str, Any], pointer: str) -> None:
    """By its pointer, and no timer is opened."""
    calls.decided(NEW["case"])
    refused(make(calls, {**NEW, **wrong}), pointer)
    assert body_of(calls.get(f"{AT}?case={NEW['case']}")) == {"timers": []}


def test_only_a_ticketing_system_tells_timers(ready: Calls) -> None:
    """A service manager and an auditor read them."""
    timer = made(ready)
    for role in (Role.SERVICE_MANAGER, Role.AUDITOR):
        other = ready.as_(role)
        assert body_of(other.get(f"{AT}/{timer['id']}")) == timer
        problem_of(make(other), 403, "not-allowed")
        problem_of(tell(other, timer["id"]), 403, "not-allowed")
    problem_of(ready.as_(Role.POLICY_OWNER).get(f"{AT}/{timer['id']}"), 403, "not-allowed")


def test_what_is_not_there_is_not_found(calls: Calls) -> None:
    """Neither a case nor a timer."""
    problem_of(make(calls), 404, "not-found")
    problem_of(tell(calls, NOBODY), 404, "not-found")
    problem_of(calls.get(f"{AT}/{NOBODY}"), 404, "not-found")
    problem_of(calls.get(f"{AT}?case=CRM-9"), 404, "not-found")
    refused(calls.get(AT), "/case")
