"""What was measured against what was agreed: attained or not, by how much, and where it is going.

The forecast is the straight line of least squares through the measurements, drawn on. It knows
nothing of seasons, and does not pretend to.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

LEAST_FOR_A_LINE = 3
"""Through two measurements there is always a line: it would say nothing."""
_PLACES = 6

Number = int | Decimal


class Comparison(StrEnum):
    """How what is measured is to stand to the value that was agreed."""

    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"

    def holds(self, value: Number | Fraction, agreed: Number | Fraction) -> bool:
        """Whether a value is as it was agreed."""
        compare = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
        return bool(compare[self](Fraction(value), Fraction(agreed)))

    @property
    def wants_more(self) -> bool:
        """Whether a larger value is a better one."""
        return self in (Comparison.AT_LEAST, Comparison.MORE_THAN)


class Trend(StrEnum):
    """Which way the measurements go, for whom they were agreed with."""

    IMPROVING = "improving"
    STEADY = "steady"
    WORSENING = "worsening"


class Standing(StrEnum):
    """How a target stands, the worst last. `AT_RISK`: it was met, and the line leads beyond it."""

    NOT_MEASURED = "not_measured"
    MET = "met"
    AT_RISK = "at_risk"
    BREACHED = "breached"

    @classmethod
    def worst(cls, each: Iterable[Standing]) -> Standing:
        """Return the worst of some."""
        order = list(cls)
        return max(each, key=order.index, default=cls.NOT_MEASURED)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line: its value on a first day, and by how much it rises from day to day."""

    first: date
    start: Fraction
    slope: Fraction

    def on(self, day: date) -> Fraction:
        """Return its value on a day."""
        return self.start + self.slope * (day - self.first).days

    def trend(self, comparison: Comparison) -> Trend:
        """Return which way it goes."""
        if not self.slope:
            return Trend.STEADY
        return Trend.IMPROVING if (self.slope > 0) == comparison.wants_more else Trend.WORSENING


def line_through(points: Sequence[tuple[date, Number]]) -> Line | None:
    """Return the line of least squares through values on days; `None` through less than three."""
    if len({day for day, _ in points}) < LEAST_FOR_A_LINE:
        return None
    first = min(day for day, _ in points)
    days = [Fraction((day - first).days) for day, _ in points]
    values = [Fraction(value) for _, value in points]
    mean_day, mean = sum(days) / len(days), sum(values) / len(values)
    spread = sum((day - mean_day) ** 2 for day in days)
    together = sum((d - mean_day) * (v - mean) for d, v in zip(days, values, strict=True))
    slope = Fraction(together) / Fraction(spread)
    return Line(first, Fraction(mean - slope * mean_day), slope)


def rounded(number: Fraction) -> Number:
    """Return a number as it is shown: to six decimals, without zeros at its end."""
    scaled = round(number * 10**_PLACES)
    whole, rest = divmod(scaled, 10**_PLACES)
    return Decimal(scaled).scaleb(-_PLACES).normalize() if rest else whole


def share(part: int, whole: int) -> Number | None:
    """Return which share of the whole a part is, in percent; of nothing there is none."""
    return rounded(Fraction(100 * part, whole)) if whole else None
