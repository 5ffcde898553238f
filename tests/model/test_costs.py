"""Costs: what something costs in all is the sum of what it needs, each counted once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from model.catalogue_standing import Standing
from model.costs import Cost, Costs, costs_of_package, costs_of_service
from model.database import Database
from model.dependencies import rest_on
from model.packages import PackageChange, put_package
from model.parts import PartChange, put_part
from rules.errors import UnknownRecord
from tests.model.offered import NOW, offer


def euros(amount: int | Decimal, per: str = "month", currency: str = "EUR") -> dict[str, object]:
    """Return a cost as it is stored."""
    return {"amount": amount, "currency": currency, "per": per}


@pytest.fixture
def priced(database: Database) -> Database:
    """Chat and mail rest on identity, and that on storage; mail has parts."""
    with database.transaction() as session:
        for key, amount in (("chat", 1), ("mail", 10), ("identity", 100), ("storage", 1000)):
            offer(session, key, key.title()).cost = euros(amount)
        for above, below in (("chat", "identity"), ("mail", "identity"), ("identity", "storage")):
            rest_on(session, above, [below])
        for part, standing in (("shared", Standing.LIVE), ("old", Standing.RETIRED)):
            change = PartChange(part, None, standing, cost=euros(Decimal("0.25")))
            put_part(session, "mail", part, change, "Sam", NOW)
        change = PartChange("Free", None, Standing.LIVE)
        put_part(session, "mail", "free", change, "Sam", NOW)
        both = PackageChange("Office", None, ("chat", "mail"))
        put_package(session, "office", both, "Sam", NOW)
    return database


def of_service(database: Database, key: str) -> Costs:
    """Return what a service costs."""
    with database.reading() as session:
        return costs_of_service(session, key)


def test_a_service_costs_itself_its_parts_and_what_it_rests_on(priced: Database) -> None:
    """In the end, too; a part that is retired costs nothing any more."""
    found = of_service(priced, "mail")
    assert found.total == (Cost(Decimal("1110.25"), "EUR", "month"),)
    assert [(each.service, each.part, each.underneath) for each in found.items] == [
        ("mail", None, False), ("mail", "free", False), ("mail", "shared", False),
        ("identity", None, True), ("storage", None, True),
    ]  # fmt: skip
    assert found.unsaid == ()
    assert of_service(priced, "storage").total == (Cost(1000, "EUR", "month"),)


def test_in_a_package_what_two_rest_on_counts_once(priced: Database) -> None:
    """As it would have to be there once."""
    with priced.reading() as session:
        found = costs_of_package(session, "office")
        assert found.total == (Cost(Decimal("1111.25"), "EUR", "month"),)
        for ask in (costs_of_package, costs_of_service):
            with pytest.raises(UnknownRecord):
                ask(session, "nothing")


def test_other_money_and_other_units_stand_by_themselves(priced: Database) -> None:
    """And a service that says nothing is named."""
    with priced.transaction() as session:
        offer(session, "cloud", "Cloud").cost = euros(3, currency="USD")
        offer(session, "pages", "Pages").cost = euros(4, "page")
        offer(session, "silent", "Silent")
        offer(session, "all", "All").cost = None
        rest_on(session, "all", ["cloud", "pages", "silent", "storage"])
    found = of_service(priced, "all")
    assert found.total == (
        Cost(1000, "EUR", "month"), Cost(4, "EUR", "page"), Cost(3, "USD", "month"),
    )  # fmt: skip
    assert found.unsaid == ("all", "silent")


@pytest.mark.parametrize(
    ("price", "recovered"),
    [
        (euros(1500), 150),
        (euros(Decimal("1000.00")), 100),
        (euros(1500, "year"), None),
        (euros(1500, currency="USD"), None),
        (None, None),
    ],
)
def test_what_the_price_brings_is_told_where_it_can_be_compared(
    priced: Database, price: object, recovered: int | None
) -> None:
    """In percent of the total; of other money, for one of something else, nothing is guessed."""
    with priced.transaction() as session:
        service = offer(session, "disks", "Disks")
        service.charging = {"model": "subscription", "price": price}
        rest_on(session, "disks", ["storage"])
    assert of_service(priced, "disks").recovered is None
    with priced.transaction() as session:
        change = session.merge(service)
        change.cost = euros(0)
    assert of_service(priced, "disks").recovered == recovered
