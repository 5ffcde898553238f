"""Agreements over HTTP: made, changed and read, with what goes by them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from api.agreement_examples import CHANGES, NEW_AGREEMENTS
from model.access import Role
from model.settings import HOME
from tests.api.agreement_calls import AT, CONTRACT, SLA, make, patch
from tests.api.calling import Calls, body_of, problem_of, refused

SLA_WORDS = {"name": SLA["name"], "notice": SLA["notice"], "role": "Service Level Manager"}


@pytest.fixture
def owner(calls: Calls) -> Calls:
    """A service manager."""
    return calls.as_(Role.SERVICE_MANAGER)


def test_an_agreement_is_made_read_changed_and_listed(calls_on_each: Calls) -> None:
    """As it was sent, with a version that grows; what is not changed stays."""
    owner = calls_on_each.as_(Role.SERVICE_MANAGER)
    contract = make(owner, CONTRACT)
    owner.clock.advance(minutes=1)
    agreement = make(owner)
    assert {name: agreement[name] for name in SLA} == SLA
    assert (agreement["version"], agreement["changed_by"]) == (1, "service-manager")
    answer = owner.get(f"{AT}/{agreement['id']}")
    assert (body_of(answer), answer.headers["ETag"]) == (agreement, '"1"')
    changed = body_of(patch(owner, agreement["id"], {"beneath": [contract["id"]]}, '"1"'))
    assert changed == {**agreement, "beneath": [contract["id"]], "version": 2}
    problem = problem_of(patch(owner, agreement["id"], {}, '"1"'), 412, "agreement-moved-on")
    assert "at version 2" in problem["detail"]
    ended = body_of(patch(owner, agreement["id"], CHANGES["it ends for good"]))
    assert (ended["ends_on"], ended["renewal_term"]) == ("2027-06-30", None)
    page = body_of(owner.get(f"{AT}?limit=1"))
    assert page == {"agreements": [contract], "next": contract["id"]}
    assert body_of(owner.get(f"{AT}?after={page['next']}"))["agreements"] == [ended]
    unknown = problem_of(owner.get(f"{AT}?service=mail"), 404, "not-found")
    assert "there is no service `mail`" in unknown["detail"]


def test_a_change_that_changes_nothing_makes_no_version(calls_on_each: Calls) -> None:
    """Neither does what is agreed already, in whatever order and with however many zeros."""
    owner = calls_on_each.as_(Role.SERVICE_MANAGER)
    under = [make(owner, CONTRACT, name=name)["id"] for name in ("Hosting", "Lines")]
    agreement = make(owner, beneath=under)
    owner.clock.advance(minutes=1)
    precise = [{**SLA["targets"][0], "value": Decimal("99.50")}, SLA["targets"][1]]
    for change in ({}, SLA_WORDS, {"beneath": under[::-1]}, {"targets": precise}):
        answer = patch(owner, agreement["id"], change, '"1"')
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
        assert body_of(answer) == agreement


def test_every_version_can_be_read(calls_on_each: Calls) -> None:
    """The latest first: what was agreed, who wrote it and when, and what was otherwise before."""
    owner = calls_on_each.as_(Role.SERVICE_MANAGER)
    made = make(owner)
    owner.clock.advance(minutes=1)
    changed = body_of(patch(owner, made["id"], {"customer": "Everybody", "notice": "P1M"}))
    path = f"{AT}/{made['id']}/versions"
    page = body_of(calls_on_each.as_(Role.AUDITOR).get(f"{path}?limit=1"))
    words = {name for name in made if name not in ("id", "kind", "created_at")}
    (second,) = page["versions"]
    assert second == {**{n: changed[n] for n in words}, "changed": ["customer", "notice"]}
    rest = body_of(owner.get(f"{path}?after={page['next']}"))
    assert rest == {"versions": [{**{n: made[n] for n in words}, "changed": []}], "next": None}
    refused(owner.get(f"{path}?after=soon"), "/after")
    nowhere = f"{AT}/00000000-0000-4000-8000-000000000000/versions"
    problem_of(owner.get(nowhere), 404, "not-found")


def test_the_same_request_under_a_key_is_done_once(owner: Calls) -> None:
    """The answer is the same, its address too; without the key the name is taken."""
    key = {"Idempotency-Key": "k-1"}
    first = owner.ask("POST", AT, body=SLA, headers=key)
    again = owner.ask("POST", AT, body=SLA, headers=key)
    assert (again.text, again.headers["Location"]) == (first.text, first.headers["Location"])
    assert again.headers["Idempotency-Replayed"] == "true"
    problem = problem_of(owner.ask("POST", AT, body=SLA), 409, "name-taken")
    assert body_of(first)["id"] in problem["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "treaty"}, "/kind"),
        ({"service": "nowhere"}, "/service"),
        ({"calendar": "nowhere"}, "/calendar"),
        ({"review_every": "monthly"}, "/review_every"),
        ({"review_every": "P60Y"}, "/review_every"),
        ({"ends_on": "2025-12-31"}, "/ends_on"),
        ({"starts_on": "1969-12-31"}, "/starts_on"),
        ({"ends_on": None, "renewal_term": None}, "/notice"),
        ({"ends_on": None, "notice": None}, "/renewal_term"),
        ({"name": "   "}, "/name"),
        ({"provider": "\u3000"}, "/provider"),
        ({"notice": "P13M"}, "/notice"),
        ({"renewal_term": None, "notice": "P1Y"}, "/notice"),
        ({"renewal_term": "P1M", "notice": "P29D"}, "/notice"),
        ({"beneath": ["nothing"]}, "/beneath/0"),
        ({"targets": [{**SLA["targets"][0], "value": "99"}]}, "/targets/0/value"),
        ({"targets": [{**SLA["targets"][0], "value": Decimal("0.1234567")}]}, "/targets/0/value"),
        ({"targets": [{**SLA["targets"][0], "value": 10**13}]}, "/targets/0/value"),
        ({"targets": [{**SLA["targets"][0], "value": 101}]}, "/targets/0/value"),
        ({"targets": [{**SLA["targets"][0], "value": -1, "unit": " % "}]}, "/targets/0/value"),
        ({"targets": [{**SLA["targets"][0], "comparison": "="}]}, "/targets/0/comparison"),
        ({"targets": [{**SLA["targets"][0], "period": "often"}]}, "/targets/0/period"),
        ({"targets": [SLA["targets"][0]] * 2}, "/targets/1/metric"),
        ({"state": "approved"}, "/state"),
    ],
)
def test_what_is_wrong_is_named(owner: Calls, change: dict[str, object], pointer: str) -> None:
    """At its place, and no agreement is made."""
    refused(owner.ask("POST", AT, body={**SLA, **change}), pointer)
    assert body_of(owner.get(AT))["agreements"] == []


def test_what_is_beneath_is_of_a_kind_below(owner: Calls) -> None:
    """A contract rests on nothing, so nothing rests, in the end, on itself."""
    sla, contract = make(owner), make(owner, CONTRACT)
    ola = make(owner, kind="ola", name="Desk for IT", beneath=[contract["id"]])
    assert ola["beneath"] == [contract["id"]]
    for agreement, under in ((ola, sla), (ola, ola), (contract, ola), (sla, sla)):
        refused(patch(owner, agreement["id"], {"beneath": [under["id"]]}), "/beneath/0")
    both = body_of(patch(owner, sla["id"], {"beneath": [contract["id"], ola["id"]]}))["beneath"]
    assert both == [ola["id"], contract["id"]]


def test_an_agreement_is_on_a_service(owner: Calls) -> None:
    """And is found by it."""
    made = owner.ask("POST", "/api/v1/services", body={"key": "mail", "name": "Mail"})
    assert made.status_code == 201
    agreement = make(owner, service="mail")
    assert agreement["service"] == "mail"
    assert body_of(owner.get(f"{AT}?service=mail"))["agreements"] == [agreement]


def test_a_timer_goes_by_what_was_agreed(owner: Calls) -> None:
    """Its target and its calendar are the agreement's as it was then, and are told with it."""
    calls = owner.as_(Role.ADMIN)
    calls.decided("CRM-1")
    hours = {day: ["09:00-17:00"] for day in ("monday", "tuesday")}
    calendar = {"name": "office", "timezone": "UTC", "week": hours}
    assert calls.ask("POST", "/api/v1/calendars", body=calendar).status_code == 201
    id = make(calls, calendar="office")["id"]
    timer = {"case": "CRM-1", "kind": "fulfilment", "agreement": id, "metric": "fulfilment"}
    opened = body_of(calls.ask("POST", "/api/v1/timers", body=timer))
    assert (opened["target_seconds"], opened["calendar"]) == (8 * 3_600, "office")
    assert (opened["agreement"], opened["metric"]) == (id, "fulfilment")
    less = {**SLA["targets"][1], "value": 4}
    assert patch(calls, id, {"targets": [less], "calendar": None}).status_code == 200
    assert body_of(calls.get(f"/api/v1/timers/{opened['id']}")) == opened


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"metric": None}, "/metric"),
        ({"agreement": None}, "/agreement"),
        ({"metric": None, "agreement": None}, "/target_seconds"),
        ({"target_seconds": 60}, "/target_seconds"),
        ({"calendar": "office"}, "/calendar"),
        ({"metric": "availability"}, "/metric"),
        ({"metric": "fulfillment"}, "/metric"),
        ({"agreement": "nowhere"}, "/agreement"),
    ],
)
def test_a_timer_has_one_target(calls: Calls, change: dict[str, Any], pointer: str) -> None:
    """Given or agreed, not both; what was agreed is a time, and is there."""
    calls.decided("CRM-1")
    timer = {
        "case": "CRM-1", "kind": "fulfilment", "agreement": make(calls)["id"],
        "metric": "fulfilment", **change,
    }  # fmt: skip
    body = {name: value for name, value in timer.items() if value is not None}
    refused(calls.ask("POST", "/api/v1/timers", body=body), pointer)


def test_the_readme_shows_an_agreement_that_is_taken(calls: Calls) -> None:
    """Its agreement is made, its measurement judged, and its performance read, as it says."""
    calls = calls.as_(Role.ADMIN)
    part = (HOME / "README.md").read_text(encoding="utf-8").split("\n## What was agreed\n")[1]
    shown, measured = (
        json.JSONDecoder().raw_decode(part[part.index(opening) :])[0]
        for opening in ('{"kind": "sla"', '{"measurements"')
    )
    week = {"monday": ["09:00-17:00"]}
    calendar = {"name": shown["calendar"], "timezone": "UTC", "week": week}
    assert calls.ask("POST", "/api/v1/calendars", body=calendar).status_code == 201
    id = make(calls, shown)["id"]
    answer = calls.ask("POST", f"{AT}/{id}/measurements", body=measured)
    assert [each["attained"] for each in body_of(answer)["measurements"]] == [False]
    (query,) = re.findall(r"/performance(\?\S+)`", part)
    assert body_of(calls.get(f"{AT}/{id}/performance{query}"))["standing"] == "breached"
    (review,) = body_of(calls.get("/api/v1/reviews"))["reviews"]
    assert (review["every"], review["due_on"]) == (None, "2026-11-29")


@pytest.mark.parametrize("name", NEW_AGREEMENTS)
def test_every_example_of_an_agreement_is_taken(calls: Calls, name: str) -> None:
    """A reader may copy it."""
    make(calls, NEW_AGREEMENTS[name])
