"""Everything an administrator's key changes over HTTP is in the audit, and no fact of a case."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api.roster_examples import ROSTERS
from api.witnessed_requests import CHANGING, IN_THE_RECORD
from model import json_text
from model.access import Role
from model.administration import AdministrationAct
from tests.api.administrators_day import SERVICE, WORD, Day
from tests.api.calling import Calls, body_of, problem_of

CHANGE_NOTHING = {"decisions.preview_decision", "decisions.replay_decision"}


def acts(calls: Calls) -> list[dict[str, Any]]:
    """Return every act, newest first."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        after = f"&after={page['next']}" if page["next"] else ""
        page = body_of(calls.as_(Role.AUDITOR).get(f"/api/v1/audit?limit=200{after}"))
        found += page["acts"]
    return found


def endpoint_of(app: Flask, method: str, path: str) -> str:
    """Return which route a request is answered by."""
    endpoint, _ = app.url_map.bind("localhost").match(path, method)
    return str(endpoint)


def test_every_route_that_changes_something_leaves_an_act(calls_on_each: Calls) -> None:
    """One act for each thing that an administrator does, whatever route it goes by.

    What is decided is in the record, with the key that asked; every other route is here.
    """
    admin, walked = calls_on_each.as_(Role.ADMIN), set[str]()
    before = len(acts(admin))
    for method, path, _ in Day(admin).whole():
        (*_, last), count = acts(admin)[::-1], len(acts(admin))
        assert count > before, (method, path)
        assert (last["by"], last["via"]) == ("admin", "http")
        if last["act"] == "changed":
            assert last["on"] == path
            assert last["details"]["route"].startswith(f"{method} /api/v1/")
        before = count
        walked.add(endpoint_of(admin.app, method, path))
    changing = {
        r.endpoint for r in admin.app.url_map.iter_rules() if (r.methods or set()) & CHANGING
    }
    assert changing - walked == IN_THE_RECORD | CHANGE_NOTHING
    assert WORD not in json_text.dumps(acts(admin))


def test_an_act_says_which_request_it_was_and_what_was_made(calls_on_each: Calls) -> None:
    """The log has the request under the same id; what had no name before is named."""
    admin = calls_on_each.as_(Role.ADMIN)
    body = {"key": "e-signature", "name": "E-signature"}
    sent = {"X-Request-ID": "ticket-7"}
    admin.ask("POST", "/api/v1/services", body=body, headers=sent)
    (act,) = acts(admin)
    assert act["key_id"]
    assert (act["on"], act["act"]) == ("/api/v1/services", "changed")
    assert (act["details"]["route"], act["details"]["request"]) == (
        "POST /api/v1/services",
        "ticket-7",
    )
    assert "services e-signature" in act["details"]["made"]


def test_an_act_holds_no_name_that_may_be_about_a_person(calls_on_each: Calls) -> None:
    """Nobody could take it away: it goes by the record's id, and is shown by the name of today.

    That a case was renamed, and from what, its history says: so does the act of it, from there.
    """
    admin = calls_on_each.as_(Role.ADMIN)
    admin.decided("Jane Doe/1", {"in_catalog": True})
    admin.ask("POST", "/api/v1/services", body={"key": "mail", "name": "Mail"})
    facts, seen = {"facts": {"need_or_want": "want"}}, {"If-Match": "*"}
    admin.ask("PATCH", "/api/v1/cases/Jane%20Doe%2F1/facts", body=facts, headers=seen)
    customer = "/api/v1/services/mail/customers/Jane%20Doe"
    admin.ask("PUT", customer, body={"role": "Head of Mail"})
    admin.ask("DELETE", customer)
    admin.ask("POST", "/api/v1/cases/Jane%20Doe%2F1/rename", body={"ref": "CRM-7"}, headers=seen)
    with admin.service.database.reading() as session:
        rows = session.scalars(select(AdministrationAct).order_by(AdministrationAct.id)).all()
        kept = [(row.on, row.details) for row in rows]
    assert "Jane" not in str(kept)
    assert [on for on, _ in kept[1:]] == [
        "/api/v1/cases/{case}/facts",
        *["/api/v1/services/mail/customers/{customer}"] * 2,
        "/api/v1/cases/{case}/rename",
    ]
    assert [act["on"] for act in acts(admin)[:-1]][::-1] == [
        "/api/v1/cases/CRM-7/facts",
        *["/api/v1/services/mail/customers/Jane Doe"] * 2,
        "/api/v1/cases/Jane Doe/1/rename",
    ]


def test_what_changes_nothing_leaves_no_act(calls_on_each: Calls) -> None:
    """What is refused, is only looked at, or was answered before under the same key."""
    admin = calls_on_each.as_(Role.ADMIN)
    body, once = {"key": "e-signature", "name": "E-signature"}, {"Idempotency-Key": "one"}
    for _ in range(2):
        assert admin.ask("POST", "/api/v1/services", body=body, headers=once).status_code == 201
    assert len(acts(admin)) == 1
    problem_of(admin.ask("POST", "/api/v1/services", body=body), 409, "service-exists")
    admin.ask("PATCH", SERVICE, body={"name": 1}, headers={"If-Match": "*"})
    admin.ask("POST", "/api/v1/decisions/preview", body={"case": {"ref": "CRM-1"}, "facts": {}})
    admin.get(SERVICE)
    assert len(acts(admin)) == 1


def test_what_is_so_already_is_not_changed_once_more(calls_on_each: Calls) -> None:
    """Said twice, it leaves one act; a fact said again is confirmed, which is one of its own."""
    admin, seen = calls_on_each.as_(Role.ADMIN), {"If-Match": "*"}
    for key in ("e-signature", "identity"):
        admin.ask("POST", "/api/v1/services", body={"key": key, "name": key})
    admin.decided("CRM-1", {"in_catalog": True})
    package = {"name": "Office", "services": ["identity", "e-signature"]}
    roster = ROSTERS["a role with a deputy"]
    cost = {"amount": 1.50, "currency": "EUR", "per": "user and month"}
    twice: list[tuple[str, str, object, int]] = [
        ("PUT", f"{SERVICE}/parts/stamps", {"name": "Stamps", "cost": cost}, 1),
        ("PUT", f"{SERVICE}/dependencies", {"rests_on": ["identity"]}, 1),
        ("PUT", "/api/v1/packages/office", package, 1),
        ("PUT", "/api/v1/roster", roster, 1),
        ("PATCH", "/api/v1/cases/CRM-1/facts", {"facts": {"need_or_want": "want"}}, 2),
    ]
    for method, path, body, expected in twice:
        before = len(acts(admin))
        first, second = (admin.ask(method, path, body=body, headers=seen) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 200), first.text
        assert len(acts(admin)) - before == expected, path
        assert (first.text == second.text) is (expected == 1)


def test_what_others_do_is_no_act_of_an_administrator(calls: Calls) -> None:
    """Not even when the same thread has just answered an administrator."""
    manager = calls.as_(Role.SERVICE_MANAGER)
    calls.as_(Role.ADMIN).ask("POST", "/api/v1/services", body={"key": "one", "name": "One"})
    manager.ask("POST", "/api/v1/services", body={"key": "two", "name": "Two"})
    assert [act["by"] for act in acts(calls)] == ["admin"]


@pytest.mark.parametrize("path", ["/api/v1/decisions", "/api/v1/decisions/batch"])
def test_a_decision_is_in_the_record_and_not_twice(calls: Calls, path: str) -> None:
    """The record says which key asked: an act would say it again."""
    admin = calls.as_(Role.ADMIN)
    one = {"case": {"ref": "CRM-1"}, "facts": {"in_catalog": True}}
    answer = admin.ask("POST", path, body={"decisions": [one]} if "batch" in path else one)
    assert '"decided"' in answer.text
    assert acts(admin) == []
