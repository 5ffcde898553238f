"""Services over HTTP: made, changed, supplied and read, each change with its version."""

from __future__ import annotations

from typing import Any

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import KEY, WHERE, Owner, owner

PATH = f"/api/v1/services/{KEY}"


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager on SQLite."""
    return owner(calls)


def test_a_service_is_made_and_read_again(calls_on_each: Calls) -> None:
    """What the first answer says is what is there, with an ETag to change it by."""
    of = owner(calls_on_each)
    body = {"key": KEY, "name": "E-signature", "category": "Documents", "line_manager": "Lee"}
    made = of.calls.ask("POST", "/api/v1/services", body=body)
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (201, PATH, '"1"')
    read = of.calls.get(PATH)
    assert (body_of(read), read.headers["ETag"]) == (body_of(made), '"1"')
    shown = body_of(read)
    assert (shown["phase"], shown["version"], shown["rejected"]) == ("strategy", 1, False)
    assert (shown["category"], shown["line_manager"], shown["facts"]) == ("Documents", "Lee", {})


def test_a_key_is_given_once(of: Owner) -> None:
    """The second service of a key is refused, and the same request under the same key is not."""
    key = {"Idempotency-Key": "make-1"}
    body = {"key": KEY, "name": "E-signature"}
    first = of.calls.ask("POST", "/api/v1/services", body=body, headers=key)
    again = of.calls.ask("POST", "/api/v1/services", body=body, headers=key)
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    taken = of.calls.ask("POST", "/api/v1/services", body=body)
    problem_of(taken, 409, "service-exists")


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"key": "a b"}, "/key"),
        ({"key": 7}, "/key"),
        ({"name": None}, "/name"),
        ({"owner": "Kim"}, "/owner"),
        ({"category": ""}, "/category"),
        ({"review_every": "1 year"}, "/review_every"),
        ({"review_every": "P0D"}, "/review_every"),
        ({"facts": {"has_service_design": True}}, "/facts/has_service_design"),
        ({"facts": {"verdict": "approve"}}, "/facts/verdict"),
        ({"facts": []}, "/facts"),
    ],
)
def test_what_is_no_service_is_refused(of: Owner, more: dict[str, Any], pointer: str) -> None:
    """Each member that is wrong is named, and nothing is made."""
    body = {"key": KEY, "name": "E-signature", **more}
    refused(of.calls.ask("POST", "/api/v1/services", body=body), pointer)
    problem_of(of.calls.get(PATH), 404, "not-found")


def test_a_change_says_which_version_it_is_for(of: Owner) -> None:
    """As with a case: 428 without, 412 for another version, and nothing done."""
    of.make()
    change = {"facts": {"complex_or_risky": True}, "name": "Signatures"}
    problem_of(of.patch(change, None), 428, "precondition-required")
    problem_of(of.patch(change, '"2"'), 412, "service-moved-on")
    refused(of.patch(change, "1"), "/If-Match")
    changed = of.patch(change, '"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    shown = of.shown()
    assert (shown["name"], shown["version"]) == ("Signatures", 2)
    fact = shown["facts"]["complex_or_risky"]
    assert (fact["value"], fact["supplied_by"]) == (True, "service-manager")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"by": "Kim"},
        {"name": "Signatures"},
        {"name": "Signatures", "facts": {"contract_signed": True}},
        {"facts": {"customer_approved": None}},
        {"options": [{"name": "Gold"}]},
        {"planned_end_on": "2027-03-01"},
        {"description": None},
    ],
)
def test_what_is_so_already_is_no_change(of: Owner, body: dict[str, Any]) -> None:
    """The service stays at its version: what a colleague saw of it is what it is."""
    of.make(contract_signed=True)
    of.patch({
        "name": "Signatures", "planned_end_on": "2027-03-01",
        "options": [{"name": "Gold"}],
    })  # fmt: skip
    before = of.shown()
    again = of.patch(body, '"2"')
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert body_of(again) == before
    problem_of(of.patch(body, '"1"'), 412, "service-moved-on")
    assert of.patch({"name": "Signing"}, '"2"').headers["ETag"] == '"3"'


def test_a_word_or_a_fact_can_be_taken_away(of: Owner) -> None:
    """But for the name; and the phase is nothing to change."""
    of.make(complex_or_risky=True)
    of.patch({"category": "Documents"})
    of.patch({"category": None, "facts": {"complex_or_risky": None}})
    assert (of.shown()["category"], of.shown()["facts"]) == (None, {})
    refused(of.patch({"name": None}), "/name")
    refused(of.patch({"phase": "operate"}), "/phase")
    refused(of.patch({"facts": {"gate_4_passed": True}}), "/facts/gate_4_passed")


def test_services_are_listed_page_by_page(of: Owner) -> None:
    """In the order in which they were made."""
    for key in ("b", "a", "c"):
        Owner(of.calls, key).make()
    first = body_of(of.calls.get("/api/v1/services?limit=2"))
    second = body_of(of.calls.get(f"/api/v1/services?limit=2&after={first['next']}"))
    assert [each["key"] for each in (*first["services"], *second["services"])] == ["b", "a", "c"]
    assert second["next"] is None
    refused(of.calls.get("/api/v1/services?after=x"), "/after")
    refused(of.calls.get("/api/v1/services?limit=0"), "/limit")


@pytest.mark.parametrize("role", [Role.TICKETING, Role.POLICY_OWNER, Role.AUDITOR])
def test_the_other_roles_read_services(of: Owner, role: Role) -> None:
    """And change none."""
    of.bring_to(4)
    other = Owner(of.calls.as_(role))
    assert other.shown()["key"] == KEY
    problem_of(other.patch({"name": "x"}), 403, "not-allowed")
    other_path = f"{PATH}/artifacts/service_strategy"
    problem_of(other.calls.ask("PUT", other_path, body={"location": WHERE}), 403, "not-allowed")


def test_a_service_is_no_case(of: Owner) -> None:
    """No ref leads to what the record keeps of it."""
    of.make()
    for ref in (KEY, f"service%1F{KEY}"):
        problem_of(of.calls.as_(Role.TICKETING).get(f"/api/v1/cases/{ref}"), 404, "not-found")
    taken = of.calls.as_(Role.TICKETING).decide(f"service\x1f{KEY}")
    refused(taken, "/case/ref")


def test_a_viable_case_becomes_a_service(of: Owner) -> None:
    """The two know each other, whatever the case is called later."""
    ticketing = of.calls.as_(Role.TICKETING)
    ticketing.decided("CRM-1", {"viable": True})
    body = {"key": KEY, "name": "E-signature", "case": "CRM-1"}
    made = of.calls.ask("POST", "/api/v1/services", body=body)
    assert body_of(made)["case"] == "CRM-1"
    renamed = {"ref": "CRM-2"}
    path = "/api/v1/cases/CRM-1/rename"
    ticketing.ask("POST", path, body=renamed, headers={"If-Match": "*"})
    assert of.shown()["case"] == "CRM-2"
    for ref in ("CRM-1", "CRM-2"):
        listed = body_of(of.calls.get(f"/api/v1/services?case={ref}"))["services"]
        assert [each["key"] for each in listed] == [KEY]
    problem_of(of.calls.get("/api/v1/services?case=CRM-3"), 404, "not-found")


def test_a_second_service_of_a_case_is_made_on_purpose_only(of: Owner) -> None:
    """The first one is named, of services and of parts alike; bundles exist."""
    of.calls.as_(Role.TICKETING).decided("CRM-1", {"viable": True})
    body = {"key": KEY, "name": "E-signature", "case": "CRM-1"}
    assert of.calls.ask("POST", "/api/v1/services", body=body).status_code == 201
    second = {**body, "key": "seal"}
    taken = of.calls.ask("POST", "/api/v1/services", body=second)
    problem_of(taken, 409, "born-already")
    assert f"`{KEY}`" in body_of(taken)["detail"]
    part = {"name": "Seal", "case": "CRM-1"}
    problem_of(of.calls.ask("PUT", f"{PATH}/parts/seal", body=part), 409, "born-already")
    meant = {"one_of_several": True}
    made = of.calls.ask("POST", "/api/v1/services", body={**second, **meant})
    assert (made.status_code, body_of(made)["case"]) == (201, "CRM-1")
    put = of.calls.ask("PUT", f"{PATH}/parts/seal", body={**part, **meant})
    assert (put.status_code, body_of(put)["case"]) == (200, "CRM-1")
    refused(of.calls.ask("POST", "/api/v1/services", body={**second, "one_of_several": 1}),
            "/one_of_several")  # fmt: skip


@pytest.mark.parametrize("facts", [{}, {"viable": False}, None])
def test_only_a_viable_case_becomes_a_service(of: Owner, facts: dict[str, bool] | None) -> None:
    """The IT Steering Team must have said yes; and the case must be there."""
    if facts is not None:
        of.calls.as_(Role.TICKETING).decided("CRM-1", facts)
    body = {"key": KEY, "name": "E-signature", "case": "CRM-1"}
    refused(of.calls.ask("POST", "/api/v1/services", body=body), "/case")
    problem_of(of.calls.get(PATH), 404, "not-found")
