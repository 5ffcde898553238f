"""Portfolios over HTTP: their owner and strategy, their services, and what these cost in all."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner

AT = "/api/v1/portfolios/together"
BODY = {"name": "Together", "owner": "Pat", "strategy": "https://documents.example/why.pdf"}


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager with a service after toll-gate 3."""
    made = owner(calls)
    made.bring_to(4)
    return made


def test_a_portfolio_says_what_comes_next_of_its_services(of: Owner) -> None:
    """The service names it, its timeline that it came to be in it."""
    made = body_of(of.calls.ask("PUT", AT, body=BODY))
    within = {"portfolios": ["together", "together"], "by": "Kim"}
    said = body_of(of.calls.ask("PUT", f"{of.path}/portfolios", body=within))
    assert said == {"service": of.key, "portfolios": ["together"]}
    assert of.shown()["portfolios"] == ["together"]
    shown = body_of(of.calls.get(AT))
    assert shown == {**made, "phases": {"transition": 1}}
    assert body_of(of.calls.get("/api/v1/portfolios")) == {"portfolios": [shown], "next": None}
    (each,) = body_of(of.calls.get(f"{AT}/services"))["services"]
    assert (each["key"], each["next_gate"], each["review_on"]) == (of.key, 4, None)
    assert body_of(of.calls.get(f"{AT}/services?phase=operate"))["services"] == []
    (event,) = body_of(of.calls.get(f"{of.path}/timeline?what=portfolios_changed"))["events"]
    assert event["by"] == "Kim"


def test_what_a_portfolio_costs_is_for_those_who_may_see_it(of: Owner, calls: Calls) -> None:
    """Each service of it once."""
    price = {"amount": 9, "currency": "EUR", "per": "month"}
    of.patch({"cost": price})
    of.calls.ask("PUT", AT, body=BODY)
    of.calls.ask("PUT", f"{of.path}/portfolios", body={"portfolios": ["together"]})
    costs = body_of(calls.as_(Role.AUDITOR).get(f"{AT}/costs"))
    assert (costs["total"], costs["unsaid"]) == ([price], [])
    problem_of(calls.as_(Role.TICKETING).get(f"{AT}/costs"), 403, "not-allowed")
    problem_of(calls.as_(Role.AUDITOR).get("/api/v1/portfolios/none/costs"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (AT, {"name": "x"}, "/owner"),
        (AT, {"owner": "Pat"}, "/name"),
        (AT, {**BODY, "strategy": "somewhere"}, "/strategy"),
        (AT, {**BODY, "services": []}, "/services"),
        ("/api/v1/services/e-signature/portfolios", {"portfolios": ["none"]}, "/portfolios/0"),
        ("/api/v1/services/e-signature/portfolios", {}, "/portfolios"),
    ],
)
def test_what_is_no_portfolio_is_refused(of: Owner, path: str, body: object, pointer: str) -> None:
    """The problem names the member."""
    refused(of.calls.ask("PUT", path, body=body), pointer)
    assert body_of(of.calls.get("/api/v1/portfolios"))["portfolios"] == []
    assert of.shown()["portfolios"] == []
