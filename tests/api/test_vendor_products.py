"""Vendor products over HTTP: shown at the service, with the contract that they rest on."""

from __future__ import annotations

import pytest

from tests.api.agreement_calls import CONTRACT, make
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner

BODY = {"name": "SignBox 4", "vendor": "Signatures Ltd", "meets": ["Signatures by law"]}


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager with a service."""
    made = owner(calls)
    made.make()
    return made


def test_a_product_is_shown_with_its_contract(of: Owner, calls: Calls) -> None:
    """Until it is given up; its timeline keeps both."""
    of.supply("service_strategy")
    contract = make(calls, CONTRACT, service=None)
    at, body = f"{of.path}/products/signbox", {**BODY, "agreement": contract["id"], "by": "Kim"}
    made = body_of(of.calls.ask("PUT", at, body=body))
    assert made["agreement"] == {"id": contract["id"], "name": contract["name"]}
    assert (made["strategy_version"], made["changed_by"]) == (1, "Kim")
    listed = body_of(of.calls.get(f"{of.path}/products"))
    assert listed == {"service": of.key, "products": [made]}
    assert body_of(of.calls.ask("DELETE", at)) == made
    assert body_of(of.calls.get(f"{of.path}/products"))["products"] == []
    problem_of(of.calls.ask("DELETE", at), 404, "not-found")
    events = body_of(of.calls.get(f"{of.path}/timeline"))["events"]
    told = {each["what"]: each["product"] for each in events if "product" in each}
    assert told == {"product_chosen": "signbox", "product_left": "signbox"}
    assert "vendor products" in of.calls.get(f"{of.path}/timeline.svg").text


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"meets": []}, "/meets"),
        ({"vendor": None}, "/vendor"),
        ({"agreement": "00000000-0000-0000-0000-000000000000"}, "/agreement"),
        ({"price": 1}, "/price"),
    ],
)
def test_what_is_no_product_is_refused(of: Owner, change: object, pointer: str) -> None:
    """The problem names the member, and nothing is kept."""
    assert isinstance(change, dict)
    refused(of.calls.ask("PUT", f"{of.path}/products/x", body={**BODY, **change}), pointer)
    assert body_of(of.calls.get(f"{of.path}/products"))["products"] == []
