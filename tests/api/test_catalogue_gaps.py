"""What the catalogue lacks, over HTTP."""

from __future__ import annotations

import pytest

from api.examples_of_services import CAPACITY
from model.access import Role
from tests.api.calling import Calls, body_of, refused
from tests.api.service_calls import KEY, owner
from tests.model.test_unborn import OVER

AT = "/api/v1/catalogue/gaps"
UNMET = {"need_or_want": "need", "existing_service_fits": False, "part_addition_fits": False}
MET = {"need_or_want": "need", "existing_service_fits": True, "fitting_service": KEY}


def test_a_board_sees_what_is_lacking_and_what_is_too_little(calls_on_each: Calls) -> None:
    """Twelve asked for one thing, and a service for one agency a month was asked for twice."""
    calls = calls_on_each
    made = owner(calls)
    made.make()
    assert body_of(made.patch({"capacity": {**CAPACITY, "amount": 1}}))["capacity"]["amount"] == 1
    for number in range(12):
        calls.decided(f"N-{number}", {"in_catalog": False, **UNMET}, case={"title": "Video calls"})
    for number in range(2):
        calls.decided(f"M-{number}", {"in_catalog": False, **MET}, case={"title": "Signing"})
    answer = calls.as_(Role.AUDITOR).get(f"{AT}?from=2026-11-01&to=2026-11-30")
    assert answer.status_code == 200, answer.text
    body = body_of(answer)
    assert (body["from"], body["to"]) == ("2026-11-01", "2026-11-30")
    (group,) = body["unmet"]["groups"]
    assert (group["asked_for"], group["cases"], body["unmet"]["cases"]) == ("Video calls", 12, 12)
    (demand,) = body["demand"]
    assert (demand["service"], demand["cases"], demand["could_take"]) == (KEY, 2, 1)
    assert (demand["short"], demand["capacity"]["per"]) == (True, "P1M")
    assert (body["unnamed"], body["unasked"]) == (0, [])


def test_a_viable_case_that_bore_nothing_is_seen(calls: Calls) -> None:
    """Once it is over, until it says of which service or part it is the origin."""
    calls.decided("CRM-1", OVER, case={"title": "Drones"})
    board = calls.as_(Role.SERVICE_MANAGER)
    ask = f"{AT}?from=2026-11-01&to=2026-11-30"
    (seen,) = body_of(board.get(ask))["viable_without_service"]
    assert (seen["case"], seen["title"]) == ("CRM-1", "Drones")
    body = {"key": "drones", "name": "Drones", "case": "CRM-1"}
    assert board.ask("POST", "/api/v1/services", body=body).status_code == 201
    assert body_of(board.get(ask))["viable_without_service"] == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-01", "/to"),
        ("from=2026-11-02&to=2026-11-01", "/to"),
        ("from=2026-01-01&to=2027-01-02", "/to"),
        ("from=yesterday&to=2026-11-01", "/from"),
        ("from=2026-11-01&to=2026-11-02&since=1", "/since"),
    ],
)
def test_days_that_are_none_are_refused(calls: Calls, query: str, pointer: str) -> None:
    """At their place; a year, even a leap year, is the longest."""
    board = calls.as_(Role.SERVICE_MANAGER)
    refused(board.get(f"{AT}?{query}"), pointer)
    assert board.get(f"{AT}?from=2028-01-01&to=2028-12-31").status_code == 200
    assert board.get(f"{AT}?from=0001-01-01&to=0001-01-01").status_code == 200
    assert board.get(f"{AT}?from=9999-12-31&to=9999-12-31").status_code == 200


@pytest.mark.parametrize(
    ("capacity", "pointer"),
    [
        ({"amount": -1}, "/capacity/amount"),
        ({"amount": "1"}, "/capacity/amount"),
        ({"amount": True}, "/capacity/amount"),
        ({"unit": ""}, "/capacity/unit"),
        ({"per": "P0D"}, "/capacity/per"),
        ({"per": "month"}, "/capacity/per"),
        ({"pre": "P1M"}, "/capacity/pre"),
    ],
)
def test_a_capacity_that_cannot_be_counted_is_refused(
    calls: Calls, capacity: dict[str, object], pointer: str
) -> None:
    """At its place, and the service keeps what it had; `null` takes it away."""
    made = owner(calls)
    made.make()
    assert made.patch({"capacity": CAPACITY}).status_code == 200
    refused(made.patch({"capacity": {**CAPACITY, **capacity}}), pointer)
    assert made.shown()["capacity"] == CAPACITY
    assert body_of(made.patch({"capacity": None}))["capacity"] is None
