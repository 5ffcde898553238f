"""What a service, or a package, costs in all: itself, its parts, and what it rests on in the end.

Amounts of another currency, or for one of something else, are never added to one another. What
others rest on, too, counts here in full: it would have to be there for this one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue_standing import Standing
from model.dependencies import rested_on
from model.packages import services_of_package
from model.parts import Part
from model.portfolio_services import ids_in_portfolio
from model.services import Service, find_service
from rules.attainment import Number, rounded


@dataclass(frozen=True, slots=True)
class Cost:
    """So much money for one of something, such as `month`."""

    amount: int | Decimal
    currency: str
    per: str

    @classmethod
    def of(cls, stored: object) -> Cost | None:
        """Return what a column says, if anything."""
        if stored is None:
            return None
        said = cast("Mapping[str, object]", stored)
        amount = cast("int | Decimal", said["amount"])
        return cls(amount, str(said["currency"]), str(said["per"]))

    @property
    def unit(self) -> tuple[str, str]:
        """What amounts have to be of to be added."""
        return self.currency, self.per


@dataclass(frozen=True, slots=True)
class CostItem:
    """A service, or a part of it, with what it costs (`None`: nobody says).

    `underneath`: it is not asked about itself, but rested on.
    """

    service: str
    part: str | None
    underneath: bool
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Costs:
    """What something costs in all, by currency and unit.

    `unsaid`: services of which nobody says what they cost; without any, `total` is whole.
    `recovered`: the share of the total, in percent, that its price brings, where the two are
    of the same currency and for one of the same; `None`: they are not, or there is none.
    """

    items: tuple[CostItem, ...]
    price: Cost | None = None

    @property
    def total(self) -> tuple[Cost, ...]:
        """The sums, one for each currency and unit."""
        sums: dict[tuple[str, str], int | Decimal] = {}
        for cost in (item.cost for item in self.items if item.cost is not None):
            sums[cost.unit] = sums.get(cost.unit, 0) + cost.amount
        return tuple(Cost(sums[unit], *unit) for unit in sorted(sums))

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The services whose cost nobody says."""
        return tuple(i.service for i in self.items if i.part is None and i.cost is None)

    @property
    def recovered(self) -> Number | None:
        """How much of the total the price brings, in percent."""
        if self.price is None or self.unsaid or len(self.total) != 1:
            return None
        (total,) = self.total
        if total.unit != self.price.unit or not total.amount:
            return None
        return rounded(100 * Fraction(self.price.amount) / Fraction(total.amount))


def costs_of_service(session: Session, key: str) -> Costs:
    """Return what a service costs in all.

    Raises:
        UnknownRecord: there is no such service.
    """
    service = find_service(session, key)
    charging = cast("Mapping[str, object]", service.charging or {})
    return Costs(_items(session, [service.id]), Cost.of(charging.get("price")))


def costs_of_package(session: Session, key: str) -> Costs:
    """Return what the services of a package cost in all, each counted once.

    Raises:
        UnknownRecord: there is no such package.
    """
    return Costs(_items(session, services_of_package(session, key)))


def costs_of_portfolio(session: Session, key: str) -> Costs:
    """Return what the services of a portfolio that were not rejected cost, each counted once.

    Raises:
        UnknownRecord: there is no such portfolio.
    """
    return Costs(_items(session, ids_in_portfolio(session, key)))


def _items(session: Session, ids: Sequence[int]) -> tuple[CostItem, ...]:
    every = {*ids, *rested_on(session, ids)}
    query = select(Service.id, Service.key, Service.cost).where(Service.id.in_(every))
    rows = session.execute(query.order_by(Service.key)).all()
    parts: dict[int, list[tuple[str, object]]] = {}
    there = select(Part.service_id, Part.key, Part.cost).where(
        Part.service_id.in_(every), Part.standing != Standing.RETIRED
    )
    for service_id, key, cost in session.execute(there.order_by(Part.key)):
        parts.setdefault(service_id, []).append((key, cost))
    asked = [
        CostItem(row.key, part, row.id not in ids, Cost.of(cost))
        for row in rows
        for part, cost in [(None, row.cost), *parts.get(row.id, ())]
    ]
    return tuple(sorted(asked, key=lambda item: item.underneath))
