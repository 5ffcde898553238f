"""What rests on an agreement of a hidden service is hidden with it: measured, timed or planned."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from model.access import Role, create_key
from tests.api.agreement_calls import AT, CONTRACT, SLA, make, measure, patch
from tests.api.calling import NOON, SECRET, Calls, body_of, problem_of, refused
from tests.api.service_calls import KEY, NEEDS, SAID, Owner, owner
from tests.api.test_sight import listed, made

TIMERS = "/api/v1/timers"
NOBODY = "00000000-0000-4000-8000-000000000000"
TIMED = {"case": "CRM-1", "kind": "fulfilment", "metric": "fulfilment"}
PLAN = {"objective": "Sooner", "role": "Owner", "due_on": "2027-01-31"}
ATTAINED = ("availability", "2026-10-31", 99.9)
START = {"id": "1", "what": "start", "at": "2026-11-20T09:00:00Z"}
STOP = {"id": "2", "what": "stop", "at": "2026-11-20T10:00:00Z"}


@pytest.fixture
def of(calls_on_each: Calls) -> Owner:
    """A service manager of a service that is not in the catalogue yet, on each database."""
    calls_on_each.decided("CRM-1")
    of = owner(calls_on_each)
    of.bring_to(3)
    return of


def shown_by(of: Owner) -> Calls:
    """Have the service be in the catalogue, and return the ticketing system."""
    of.supply(*NEEDS[3])
    assert of.outcome(3, verdict="approve")["result"] == "pass"
    return of.calls.as_(Role.TICKETING)


def end(of: Owner) -> None:
    """Have the service be taken out of the catalogue again."""
    for gate in (4, 6):
        of.supply(*NEEDS[gate])
        said = {**SAID.get(gate, {}), "verdict": "approve"}
        assert of.outcome(gate, **said)["result"] == "pass"


def time(calls: Calls, agreement: str, **more: object) -> TestResponse:
    """Open a timer by what was agreed."""
    return calls.ask("POST", TIMERS, body={**TIMED, "agreement": agreement, **more})


def tell(calls: Calls, timer: str, *events: object) -> TestResponse:
    """Tell a timer what happened."""
    return calls.ask("POST", f"{TIMERS}/{timer}/events", body={"events": list(events)})


def test_nothing_is_measured_of_what_is_not_seen(of: Owner) -> None:
    """The same answer as of an agreement that there is not; once it is seen, it is measured."""
    agreement = make(of.calls, SLA, service=KEY)["id"]
    ticketing = of.calls.as_(Role.TICKETING)
    absent = problem_of(measure(ticketing, NOBODY, ATTAINED), 404, "not-found")
    hidden = problem_of(measure(ticketing, agreement, ATTAINED), 404, "not-found")
    assert hidden["detail"].replace(agreement, NOBODY) == absent["detail"]
    assert measure(of.calls, agreement).status_code == 200
    kept = of.calls.get(f"{AT}/{agreement}/performance?from=2026-10-01&to=2026-10-31")
    assert [each["measurements"] for each in body_of(kept)["targets"]] == [[], []]
    assert measure(shown_by(of), agreement, ATTAINED).status_code == 200


def test_nothing_is_timed_by_what_is_not_seen(of: Owner) -> None:
    """The same answer as of an agreement that there is not, whatever metric is guessed."""
    agreement = make(of.calls, SLA, service=KEY)["id"]
    ticketing = of.calls.as_(Role.TICKETING)
    absent = refused(time(ticketing, NOBODY), "/agreement")
    for metric in ("fulfilment", "availability", "no such"):
        hidden = refused(time(ticketing, agreement, metric=metric), "/agreement")
        assert hidden["detail"].replace(agreement, NOBODY) == absent["detail"]
    assert listed(ticketing, f"{TIMERS}?case=CRM-1", "timers", "id") == []
    opened = time(shown_by(of), agreement)
    assert body_of(opened)["target_seconds"] == 8 * 3_600


def test_a_timer_of_what_is_not_seen_is_not_there(of: Owner) -> None:
    """An administrator opened it: neither listed nor read nor told anything, until it is seen."""
    agreement = make(of.calls, SLA, service=KEY)["id"]
    timer = body_of(time(of.calls.as_(Role.ADMIN), agreement))["id"]
    ticketing = of.calls.as_(Role.TICKETING)
    for ask, absent in (
        (ticketing.get(f"{TIMERS}/{timer}"), ticketing.get(f"{TIMERS}/{NOBODY}")),
        (tell(ticketing, timer, START), tell(ticketing, NOBODY, START)),
    ):
        hidden = problem_of(ask, 404, "not-found")["detail"]
        assert hidden.replace(timer, NOBODY) == problem_of(absent, 404, "not-found")["detail"]
    taken = ticketing.ask("POST", TIMERS, body={**_without_metric(), "name": "fulfilment"})
    told = problem_of(taken, 409, "name-taken")["detail"]
    assert told == "the case has a timer `fulfilment` already: give it another name"
    own = body_of(ticketing.ask("POST", TIMERS, body={**_without_metric(), "name": "own"}))["id"]
    for calls, seen in ((ticketing, [own]), (of.calls.as_(Role.AUDITOR), [timer, own])):
        assert sorted(listed(calls, f"{TIMERS}?case=CRM-1", "timers", "id")) == sorted(seen)
        assert calls.get(f"{TIMERS}/{own}").status_code == 200
    assert body_of(of.calls.get(f"{TIMERS}/{timer}"))["events"] == []
    assert tell(shown_by(of), timer, START).status_code == 200
    assert len(listed(ticketing, f"{TIMERS}?case=CRM-1", "timers", "id")) == 2


def test_a_ticketing_system_ends_its_timers_whatever_became_of_the_service(of: Owner) -> None:
    """It was told the target while the service was seen; else the timer would run out for nothing.

    Under another key than the one that opened it, too: keys are replaced.
    """
    agreement = make(of.calls, SLA, service=KEY)["id"]
    ticketing = shown_by(of)
    timer = body_of(time(ticketing, agreement, events=[START]))["id"]
    end(of)
    problem_of(ticketing.get(f"{AT}/{agreement}"), 404, "not-found")
    refused(time(ticketing, agreement, name="another"), "/agreement")
    assert listed(ticketing, f"{TIMERS}?case=CRM-1", "timers", "id") == [timer]
    with of.calls.service.database.transaction() as session:
        create_key(session, "next", [Role.TICKETING], SECRET, NOON, key="the next ticketing key")
    stopped = ticketing.ask(
        "POST",
        f"{TIMERS}/{timer}/events",
        body={"events": [STOP]},
        headers={"Authorization": "Bearer the next ticketing key"},
    )
    assert body_of(stopped)["cycles"][0]["verdict"] == "met"
    assert body_of(ticketing.get(f"{TIMERS}/{timer}")) == body_of(stopped)


def test_an_improvement_that_a_hidden_agreement_led_to_is_hidden(of: Owner) -> None:
    """Whether it names a service or none: it is shown where all that it names is seen."""
    agreement = make(of.calls, SLA, service=KEY)["id"]
    open_to_all = make(of.calls, CONTRACT)["id"]
    other = Owner(of.calls, "live")
    other.bring_to(4)
    hidden = [
        made(of.calls, "/api/v1/improvements", {**PLAN, "agreement": agreement, **more})
        for more in ({}, {"service": "live"})
    ]
    seen = made(of.calls, "/api/v1/improvements", {**PLAN, "agreement": open_to_all})
    for calls, status, ids in (
        (of.calls.as_(Role.TICKETING), 404, {seen}),
        (of.calls, 200, {seen, *hidden}),
    ):
        assert set(listed(calls, "/api/v1/improvements", "improvements", "id")) == ids
        assert calls.get(f"/api/v1/improvements/{seen}").status_code == 200
        for id in hidden:
            assert calls.get(f"/api/v1/improvements/{id}").status_code == status
            assert calls.get(f"/api/v1/improvements/{id}/versions").status_code == status
    assert len(listed(shown_by(of), "/api/v1/improvements", "improvements", "id")) == 3


def test_an_improvement_that_a_review_alone_led_to_is_for_those_inside(of: Owner) -> None:
    """The review may be of a hidden service; with a service or an agreement these decide."""
    manager = of.calls
    review = {"kind": "service_level", "subject": KEY, "title": "It", "role": "Owner"}
    led = made(manager, "/api/v1/reviews", {**review, "first_on": "2027-01-31", "every": "P1Y"})
    agreement = make(manager, CONTRACT)["id"]
    alone = made(manager, "/api/v1/improvements", {**PLAN, "review": led})
    seen = made(manager, "/api/v1/improvements", {**PLAN, "review": led, "agreement": agreement})
    Owner(manager, "live").bring_to(4)
    named = made(manager, "/api/v1/improvements", {**PLAN, "review": led, "service": "live"})
    for role, ids in (
        (Role.TICKETING, {seen, named}),
        (Role.POLICY_OWNER, {alone, seen, named}),
    ):
        calls = manager.as_(role)
        assert set(listed(calls, "/api/v1/improvements", "improvements", "id")) == ids
        status = 200 if alone in ids else 404
        assert calls.get(f"/api/v1/improvements/{alone}").status_code == status


def test_what_is_beneath_names_nothing_hidden(of: Owner) -> None:
    """Neither read, nor listed, nor in the versions, where a hidden service is not named either."""
    hidden = make(of.calls, CONTRACT, service=KEY)["id"]
    seen = make(of.calls, CONTRACT, name="Power")["id"]
    sla = make(of.calls, SLA, service=KEY, beneath=[hidden])["id"]
    for change in ({"service": None, "beneath": [hidden, seen]}, {"beneath": [seen]}):
        assert patch(of.calls, sla, change).status_code == 200
    assert patch(of.calls, sla, {"beneath": [seen, hidden]}).status_code == 200
    for calls, now, versions in (
        (
            of.calls.as_(Role.TICKETING),
            [seen],
            [(None, [seen], []), (None, [seen], []), (None, [seen], ["beneath"]), (None, [], [])],
        ),
        (
            of.calls,
            [hidden, seen],
            [
                (None, [hidden, seen], ["beneath"]),
                (None, [seen], ["beneath"]),
                (None, [hidden, seen], ["service", "beneath"]),
                (KEY, [hidden], []),
            ],
        ),
    ):
        (one,) = [each for each in _agreements(calls) if each["id"] == sla]
        assert one["beneath"] == now
        assert body_of(calls.get(f"{AT}/{sla}"))["beneath"] == now
        told = body_of(calls.get(f"{AT}/{sla}/versions"))["versions"]
        assert [(v["service"], v["beneath"], v["changed"]) for v in told] == versions


def test_versions_of_an_improvement_name_nothing_hidden(of: Owner) -> None:
    """What it named once, while whoever asks would not have seen it."""
    agreement = make(of.calls, SLA, service=KEY)["id"]
    named = {**PLAN, "service": KEY, "agreement": agreement}
    id = made(of.calls, "/api/v1/improvements", named)
    path, change = f"/api/v1/improvements/{id}", {"service": None, "agreement": None}
    assert of.calls.ask("PATCH", path, body=change, headers={"If-Match": "*"}).status_code == 200
    for calls, was in (
        (of.calls.as_(Role.TICKETING), (None, None)),
        (of.calls.as_(Role.AUDITOR), (KEY, agreement)),
    ):
        told = body_of(calls.get(f"{path}/versions"))["versions"]
        assert [(v["service"], v["agreement"]) for v in told] == [(None, None), was]


def _without_metric() -> dict[str, Any]:
    return {"case": "CRM-1", "kind": "response", "target_seconds": 60}


def _agreements(calls: Calls) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body_of(calls.get(AT))["agreements"]
    return found
