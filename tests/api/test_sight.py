"""What a ticketing system sees of services: what the catalogue has, and not what is behind it."""

from __future__ import annotations

from typing import Any

import pytest

from api.agreement_examples import NEW_AGREEMENTS
from model.access import Role
from tests.api.administrators_day import first
from tests.api.calling import Calls, body_of, problem_of
from tests.api.service_calls import KEY, Owner, owner
from tests.api.test_authentication import WHO_MAY

BENEATH = "/api/v1/services/<key:key>"
DAYS = "from=2026-01-01&to=2026-12-31"
READ = sorted(
    path
    for (method, path), roles in WHO_MAY.items()
    if method == "GET" and path.startswith(BENEATH) and Role.TICKETING in roles
)
BEHIND = {"facts", "artifacts", "reported", "decisions", "portfolios", "capacity"}


def at(path: str, key: str = KEY) -> str:
    """Return the address of a route, with whatever its query needs."""
    query = f"?{DAYS}" if path.endswith("/satisfaction") else ""
    return path.replace("<key:key>", key) + query


@pytest.fixture
def of(calls_on_each: Calls) -> Owner:
    """A service manager, on each database."""
    return owner(calls_on_each)


@pytest.mark.parametrize("path", READ)
def test_what_the_catalogue_does_not_have_is_not_there(of: Owner, path: str) -> None:
    """Word for word as of a service that nobody ever made, on every route beneath a service."""
    of.bring_to(3)
    ticketing = of.calls.as_(Role.TICKETING)
    hidden = problem_of(ticketing.get(at(path)), 404, "not-found")
    absent = problem_of(ticketing.get(at(path, "no-such")), 404, "not-found")
    assert hidden["detail"].replace(KEY, "no-such") == absent["detail"]
    assert of.calls.get(at(path)).status_code == 200


@pytest.mark.parametrize("path", READ)
def test_what_the_catalogue_has_is_there_until_it_ends(calls: Calls, path: str) -> None:
    """From toll-gate 3 on, to toll-gate 6."""
    of = owner(calls)
    of.bring_to(4)
    assert calls.get(at(path)).status_code == 200
    of.supply("service_acceptance_criteria", "service_contract", "retirement_proposal")
    said = {"customer_experience_tested": True, "contract_signed": True, "customer_approved": True}
    assert of.outcome(4, verdict="approve", **said)["result"] == "pass"
    assert calls.get(at(path)).status_code == 200
    assert of.outcome(6, verdict="approve")["result"] == "pass"
    problem_of(calls.get(at(path)), 404, "not-found")
    assert of.calls.get(at(path)).status_code == 200


def test_a_rejected_service_is_hidden_at_once(calls: Calls) -> None:
    """Its phase stays what it was; the catalogue has it no more."""
    of = owner(calls)
    of.bring_to(4)
    assert of.outcome(4, verdict="reject")["phase"] == "transition"
    problem_of(calls.get(of.path), 404, "not-found")
    assert listed(calls, "/api/v1/services", "services") == []


def test_what_stands_behind_a_service_is_not_shown(calls: Calls) -> None:
    """Where its documents are, what boards decided and what it can take is for those inside."""
    of = owner(calls)
    of.bring_to(4)
    held = body_of(of.calls.get(f"{of.path}/tollgates"))["sessions"][0]["decision"]
    assert of.shown().keys() >= BEHIND
    assert not BEHIND & body_of(calls.get(of.path)).keys()
    for way in ("GET", "POST"):
        path = f"/api/v1/decisions/{held}" + ("/replay" if way == "POST" else "")
        absent = problem_of(calls.ask(way, path), 404, "not-found")
        assert absent["detail"] == f"there is no decision `{held}`"
        assert calls.as_(Role.AUDITOR).ask(way, path).status_code == 200
    for behind in ("artifacts/service_strategy", "tollgates", "timeline", "continuity"):
        problem_of(calls.get(f"{of.path}/{behind}"), 403, "not-allowed")


def test_lists_leave_out_what_is_hidden(of: Owner) -> None:
    """Services, what one rests on, and packages that hold what is not in the catalogue."""
    of.bring_to(4)
    Owner(of.calls, "idea").make()
    for key, within in (("all", [KEY]), ("some", [KEY, "idea"])):
        package = {"name": key, "services": within}
        assert of.calls.ask("PUT", f"/api/v1/packages/{key}", body=package).status_code == 200
    body = {"rests_on": ["idea"]}
    assert of.calls.ask("PUT", f"{of.path}/dependencies", body=body).status_code == 200
    for role, services, packages, below in (
        (Role.TICKETING, [KEY], ["all"], []),
        (Role.POLICY_OWNER, [KEY, "idea"], ["all", "some"], ["idea"]),
    ):
        calls = of.calls.as_(role)
        assert listed(calls, "/api/v1/services", "services") == services
        assert listed(calls, "/api/v1/packages", "packages") == packages
        (entry,) = body_of(calls.get("/api/v1/catalogue"))["entries"]
        assert (entry["packages"], entry["rests_on"]) == (packages, below)
        assert body_of(calls.get(f"{of.path}/entry")) == entry
        assert calls.get("/api/v1/packages/all").status_code == 200
        hidden = calls.get("/api/v1/packages/some")
        assert hidden.status_code == (200 if "some" in packages else 404)


def test_a_case_does_not_tell_what_it_bore_before_the_catalogue_does(calls: Calls) -> None:
    """The case is the ticketing system's, and the service is not yet."""
    of = owner(calls)
    calls.decided("CRM-1", {"viable": True})
    body = {"key": KEY, "name": "E-signature", "case": "CRM-1"}
    assert of.calls.ask("POST", "/api/v1/services", body=body).status_code == 201
    assert listed(calls, "/api/v1/services?case=CRM-1", "services") == []
    assert listed(of.calls, "/api/v1/services?case=CRM-1", "services") == [KEY]


def test_what_is_agreed_and_planned_on_a_hidden_service_is_hidden(of: Owner) -> None:
    """Listed, asked for by the service, or read by its own id; what is on no service stays."""
    of.bring_to(3)
    agreed = {**first(NEW_AGREEMENTS), "service": KEY}
    agreement = made(of.calls, "/api/v1/agreements", agreed)
    plan = {"objective": "Sooner", "role": "Owner", "due_on": "2027-01-31"}
    improvement = made(of.calls, "/api/v1/improvements", {**plan, "service": KEY})
    portfolio = made(of.calls, "/api/v1/improvements", plan)
    ticketing = of.calls.as_(Role.TICKETING)
    for calls, status, ids in (
        (ticketing, 404, {portfolio}),
        (of.calls, 200, {agreement, improvement, portfolio}),
    ):
        days = "from=2026-11-01&to=2026-11-30"
        found = {
            *listed(calls, "/api/v1/agreements", "agreements", "id"),
            *listed(calls, f"/api/v1/agreements/performance?{days}", "agreements", "agreement"),
            *listed(calls, "/api/v1/improvements", "improvements", "id"),
        }
        assert found == ids
        for path in (
            f"/api/v1/agreements?service={KEY}",
            f"/api/v1/agreements/{agreement}",
            f"/api/v1/agreements/{agreement}/versions",
            f"/api/v1/agreements/{agreement}/reports",
            f"/api/v1/agreements/{agreement}/performance?{days}",
            f"/api/v1/agreements/performance?{days}&service={KEY}",
            f"/api/v1/improvements?service={KEY}",
            f"/api/v1/improvements?agreement={agreement}",
            f"/api/v1/improvements/{improvement}",
            f"/api/v1/improvements/{improvement}/versions",
        ):
            assert calls.get(path).status_code == status, path


def made(calls: Calls, path: str, body: object) -> str:
    """Make something, and return its id."""
    answer = calls.ask("POST", path, body=body)
    assert answer.status_code == 201, answer.text
    id: str = body_of(answer)["id"]
    return id


def listed(calls: Calls, path: str, member: str, name: str = "key") -> list[Any]:
    """Return the names of what is listed."""
    return [each[name] for each in body_of(calls.get(path))[member]]
