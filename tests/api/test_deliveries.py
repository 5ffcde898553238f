"""Deliveries over HTTP: what is on its way, what failed, and once more."""

from __future__ import annotations

from typing import Any

import pytest

from model.access import Role
from model.dispatching import Outcome, claim, settle
from tests.api.calling import Calls, body_of, problem_of, refused

PATH = "/api/v1/deliveries"


@pytest.fixture
def admin(calls_on_each: Calls) -> Calls:
    """An administrator, whose subscriber is to be told of two decisions."""
    admin = calls_on_each.as_(Role.ADMIN)
    for name in ("one", "other"):
        url = f"https://{name}.example.org/hooks"
        new = {"name": name, "url": url, "types": ["decision.made"]}
        assert admin.ask("POST", "/api/v1/subscriptions", body=new).status_code == 201
    calls_on_each.decided("CRM-1", {"in_catalog": False})
    calls_on_each.decided("CRM-2", {"in_catalog": True})
    return admin


def fail(admin: Calls) -> None:
    """Let every delivery that is due fail for good."""
    service = admin.service
    with service.database.transaction() as session:
        parcels = claim(session, "x", service.clock(), 100)
        outcomes = [Outcome(each, status=500, error="it fell", hopeless=True) for each in parcels]
        settle(session, outcomes, service.clock(), lambda: 0.0)


def listed(admin: Calls, query: str = "") -> list[dict[str, Any]]:
    """Return the deliveries that are listed."""
    found: list[dict[str, Any]] = body_of(admin.get(f"{PATH}{query}"))["deliveries"]
    return found


def test_a_decision_is_on_its_way_to_each_subscriber(admin: Calls) -> None:
    """Newest first; each delivery says what it is, and where it stands."""
    told = listed(admin)
    assert [each["subject"] for each in told] == ["cases/CRM-2"] * 2 + ["cases/CRM-1"] * 2
    assert {each["type"] for each in told} == {"decision.made"}
    assert told[0]["message_id"] == told[1]["message_id"] != told[2]["message_id"]
    assert told[0]["state"] == "waiting"
    assert told[0]["due_at"] == "2026-11-22T12:00:00.000Z"


def test_they_are_found_by_state_and_subscription(admin: Calls) -> None:
    """Each filter by itself, and both together."""
    id = listed(admin)[0]["subscription_id"]
    assert len(listed(admin, f"?subscription={id}")) == 2
    assert listed(admin, "?state=failed") == []
    fail(admin)
    assert len(listed(admin, f"?state=failed&subscription={id}")) == 2
    refused(admin.get(f"{PATH}?state=lost"), "/state")
    refused(admin.get(f"{PATH}?state="), "/state")
    refused(admin.get(f"{PATH}?after=-1"), "/after")


def test_they_come_in_pages(admin: Calls) -> None:
    """Each on one page."""
    first = body_of(admin.get(f"{PATH}?limit=3"))
    second = body_of(admin.get(f"{PATH}?limit=3&after={first['next']}"))
    ids = [each["id"] for page in (first, second) for each in page["deliveries"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4
    assert second["next"] is None


def test_what_failed_is_sent_once_more(admin: Calls) -> None:
    """Under the same message id; that it was wanted is in the audit."""
    fail(admin)
    failed = listed(admin)[0]
    assert (failed["state"], failed["status"], failed["error"]) == ("failed", 500, "it fell")
    admin.clock.advance(hours=1)
    answer = admin.ask("POST", f"{PATH}/{failed['id']}/replay")
    assert answer.status_code == 202
    again = body_of(answer)
    assert again["message_id"] == failed["message_id"]
    assert (again["state"], again["attempts"]) == ("waiting", 0)
    assert again["due_at"] == "2026-11-22T13:00:00.000Z"
    act = body_of(admin.get("/api/v1/audit"))["acts"][0]
    assert (act["act"], act["on"]) == ("delivery-replayed", str(failed["id"]))


@pytest.mark.parametrize("number", ["0", "999999999999999999", "9999999999999999999", "x", "-1"])
def test_what_is_not_there_is_404(calls: Calls, number: str) -> None:
    """However large the number."""
    answer = calls.as_(Role.ADMIN).ask("POST", f"{PATH}/{number}/replay")
    problem_of(answer, 404, "not-found")


def test_to_nobody_nothing_is_sent_once_more(admin: Calls) -> None:
    """It is said what to do first."""
    first = listed(admin)[0]
    path = f"/api/v1/subscriptions/{first['subscription_id']}"
    admin.ask("PATCH", path, body={"enabled": False})
    answer = admin.ask("POST", f"{PATH}/{first['id']}/replay")
    assert "enable it first" in problem_of(answer, 422, "refused")["detail"]


def test_operators_see_how_many_wait(admin: Calls) -> None:
    """The alarm for messages that do not arrive rests on it."""
    assert 'tollgate_undelivered{state="waiting"} 4.0' in admin.get("/metrics").text
    fail(admin)
    text = admin.get("/metrics").text
    assert 'tollgate_undelivered{state="waiting"} 0.0' in text
    assert 'tollgate_undelivered{state="failed"} 4.0' in text
