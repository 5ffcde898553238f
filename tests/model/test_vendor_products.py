"""Vendor products: each meets requirements of the strategy, and rests on a contract, if on any."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from model.agreements import AgreementKind
from model.service_events import ServiceEvent
from model.vendor_products import ProductChange, end_product, products_of, put_product
from rules.errors import BadFields, UnknownRecord
from tests.model.agreed import agreed
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio

CHANGE = ProductChange("SignBox 4", "Signatures Ltd", ("Signatures by law",))


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A service with a strategy, at its second version."""
    with portfolio.database.transaction() as session:
        offer(session, "sign", "Signing")
    portfolio.supply("sign", "service_strategy", "service_strategy")
    return portfolio


def test_a_product_is_chosen_changed_and_given_up(of: Portfolio) -> None:
    """Each is noted, with the version of the strategy that it was chosen by."""
    contract = agreed(of.database, AgreementKind.CONTRACT, name="Signatures 2026")
    with of.database.transaction() as session:
        put_product(session, "sign", "box", CHANGE, "Sam", NOW)
    with of.database.transaction() as session:
        for _ in range(2):
            put_product(session, "sign", "box", replace(CHANGE, agreement=contract.id), "Kim", NOW)
        (product,) = products_of(session, "sign")
        assert (product.requirements, product.strategy_version) == (["Signatures by law"], 2)
        assert product.agreement is not None
        assert (product.agreement.name, product.changed_by) == ("Signatures 2026", "Kim")
    with of.database.transaction() as session:
        end_product(session, "sign", "box", "Lee", NOW)
        assert products_of(session, "sign") == []
        with pytest.raises(UnknownRecord):
            end_product(session, "sign", "box", "Lee", NOW)
        events = session.scalars(select(ServiceEvent).order_by(ServiceEvent.id)).all()
    assert [(each.what, each.subject, each.by) for each in events] == [
        ("product_chosen", "box", "Sam"), ("product_changed", "box", "Kim"),
        ("product_left", "box", "Lee"),
    ]  # fmt: skip
    assert events[1].before == {"agreement": None}
    assert events[1].after == {"agreement": contract.id}


@pytest.mark.parametrize(
    ("change", "key", "pointer"),
    [
        (replace(CHANGE, meets=()), "box", "/meets"),
        (replace(CHANGE, meets=("a", "")), "box", "/meets/1"),
        (replace(CHANGE, vendor="a\x00"), "box", "/vendor"),
        (replace(CHANGE, agreement="none"), "box", "/agreement"),
        (CHANGE, "a box", "/product"),
    ],
)
def test_what_is_no_product_is_refused(
    of: Portfolio, change: ProductChange, key: str, pointer: str
) -> None:
    """One that meets nothing among it; and nothing is kept."""
    with of.database.transaction() as session, pytest.raises(BadFields) as refused:
        put_product(session, "sign", key, change, "Sam", NOW)
    assert [each.pointer for each in refused.value.problems] == [pointer]
    with of.database.reading() as session:
        assert products_of(session, "sign") == []


def test_what_a_vendor_owes_is_a_contract(of: Portfolio) -> None:
    """An agreement with a customer says nothing of a vendor."""
    sla = agreed(of.database)
    with of.database.transaction() as session, pytest.raises(BadFields) as refused:
        put_product(session, "sign", "box", replace(CHANGE, agreement=sla.id), "Sam", NOW)
    (problem,) = refused.value.problems
    assert (problem.pointer, "underpinning_contract" in problem.detail) == ("/agreement", True)
