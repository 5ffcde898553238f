"""Capacity: how much a service can take, in a period of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import cast

from rules.clocks.period import Period

_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Capacity:
    """So many of a unit in each period; a case that the service meets takes one of them."""

    amount: int | Decimal
    unit: str
    per: str

    @classmethod
    def of(cls, stored: object) -> Capacity | None:
        """Return what a service's column says, if anything."""
        if stored is None:
            return None
        said = cast("Mapping[str, object]", stored)
        amount = cast("int | Decimal", said["amount"])
        return cls(amount, str(said["unit"]), str(said["per"]))

    def within(self, first: date, until: date) -> Decimal:
        """Return how much of it there is from a day on and before another one."""
        try:
            whole = (Period.kept(self.per).from_(first) - first).days
        except OverflowError:
            # A period that ends beyond the calendar: of it, next to nothing.
            whole = (date.max - first).days
        much = Decimal(self.amount) * (until - first).days / whole
        return much.quantize(_PLACES, ROUND_HALF_EVEN).normalize()
