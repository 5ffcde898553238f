"""What services offer, over HTTP: options, charging, quality; and the cost, to few."""

from __future__ import annotations

from typing import Any

import pytest

from api.catalogue_examples import NEW_PARTS
from api.examples_of_services import CAPACITY, OFFER
from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import KEY, Owner, owner


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager whose service is in the catalogue."""
    made = owner(calls)
    made.bring_to(4)
    return made


def test_an_offer_is_made_with_the_service_and_changed_piece_by_piece(calls_on_each: Calls) -> None:
    """Amounts keep every digit; what is not named stays, and `null` takes away."""
    made = owner(calls_on_each)
    body = {"key": KEY, "name": "E-signature", **OFFER}
    answer = made.calls.ask("POST", "/api/v1/services", body=body)
    assert answer.status_code == 201, answer.text
    shown = made.shown()
    assert {name: shown[name] for name in OFFER} == OFFER
    assert shown["capacity"] is None
    changed = body_of(made.patch({"charging": {"model": "included"}, "options": None}))
    assert changed["charging"] == {"model": "included", "price": None}
    assert (changed["options"], changed["quality"]) == ([], OFFER["quality"])


def test_the_catalogue_shows_the_offer_and_the_cost_to_few(of: Owner, calls: Calls) -> None:
    """Customers see what they pay; what it costs those who provide it, only these and auditors."""
    assert of.patch({**OFFER, "capacity": CAPACITY}).status_code == 200
    for role in Role:
        (entry,) = body_of(calls.as_(role).get("/api/v1/catalogue"))["entries"]
        service = body_of(calls.as_(role).get(of.path))
        for shown in (entry, service, body_of(calls.as_(role).get(f"{of.path}/entry"))):
            assert shown["charging"] == OFFER["charging"]
            assert shown["options"] == OFFER["options"]
            assert ("cost" in shown) == (
                role in (Role.SERVICE_MANAGER, Role.AUDITOR, Role.ADMIN)
            ), role


def test_what_it_costs_in_all_is_for_few(of: Owner, calls: Calls) -> None:
    """With its parts and what it rests on; others see neither that nor what a part costs."""
    assert of.patch(OFFER).status_code == 200
    path, body = f"{of.path}/parts/qualified", NEW_PARTS["a part that is live"]
    part = of.calls.ask("PUT", path, body={**body, "cost": {**PRICE, "amount": 1}})
    assert body_of(part)["cost"] == {**PRICE, "amount": 1}
    package = {"name": "Office", "services": [KEY]}
    assert of.calls.ask("PUT", "/api/v1/packages/office", body=package).status_code == 200
    for role in (Role.SERVICE_MANAGER, Role.AUDITOR):
        costs = body_of(calls.as_(role).get(f"{of.path}/costs"))
        assert costs["total"] == [{**PRICE, "amount": 10}]
        assert (costs["recovered"], costs["unsaid"], len(costs["items"])) == (125, [], 2)
        of_package = body_of(calls.as_(role).get("/api/v1/packages/office/costs"))
        assert (of_package["total"], of_package["recovered"]) == (costs["total"], None)
    for role in (Role.TICKETING, Role.POLICY_OWNER):
        for at in (of.path, "/api/v1/packages/office"):
            problem_of(calls.as_(role).get(f"{at}/costs"), 403, "not-allowed")
        (shown,) = body_of(calls.as_(role).get(f"{of.path}/entry"))["parts"]
        assert "cost" not in shown
    problem_of(of.calls.get("/api/v1/services/none/costs"), 404, "not-found")
    problem_of(of.calls.get("/api/v1/packages/none/costs"), 404, "not-found")


PRICE = OFFER["cost"]


@pytest.mark.parametrize(
    ("offer", "pointer"),
    [
        ({"options": [{"text": "x"}]}, "/options/0/name"),
        ({"options": [{"name": "Gold"}, {"name": "Gold"}]}, "/options/1/name"),
        ({"options": [{"name": "Gold", "targets": {"uptime": 99}}]}, "/options/0/targets/uptime"),
        ({"options": {"name": "Gold"}}, "/options"),
        ({"options": [{"name": str(n)} for n in range(51)]}, "/options"),
        ({"charging": {"model": "barter"}}, "/charging/model"),
        ({"charging": {"model": "usage", "price": {**PRICE, "amount": -1}}},
         "/charging/price/amount"),
        ({"cost": {**PRICE, "amount": "9"}}, "/cost/amount"),
        ({"cost": {**PRICE, "amount": 10**13}}, "/cost/amount"),
        ({"cost": {**PRICE, "currency": "euro"}}, "/cost/currency"),
        ({"cost": {"amount": 9, "per": "user"}}, "/cost/currency"),
        ({"quality": {"recovery": ""}}, "/quality/recovery"),
        ({"quality": {"re\ncovery": "soon"}}, "/quality/re\ncovery"),
        ({"quality": ["soon"]}, "/quality"),
        ({"quality": {str(n): "x" for n in range(51)}}, "/quality"),
        ({"price": PRICE}, "/price"),
        ({"value": ""}, "/value"),
        ({"technologies": "SMTP"}, "/technologies"),
        ({"technologies": [""]}, "/technologies/0"),
    ],
)  # fmt: skip
def test_an_offer_that_is_none_is_refused(of: Owner, offer: dict[str, Any], pointer: str) -> None:
    """At its place, and nothing is changed."""
    before = of.shown()
    refused(of.patch(offer), pointer)
    assert of.shown() == before


def test_no_more_decimal_places_than_money_has(of: Owner) -> None:
    """Four are kept as they are written, a fifth is refused."""
    body = b'{"cost": {"amount": 0.1234, "currency": "EUR", "per": "page"}}'
    match = {"If-Match": "*"}
    answer = of.calls.ask("PATCH", of.path, data=body, headers=match)
    assert '"amount": 0.1234,' in answer.text
    body = body.replace(b"0.1234", b"0.12345")
    refused(of.calls.ask("PATCH", of.path, data=body, headers=match), "/cost/amount")
