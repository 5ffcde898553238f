"""What an agreement promises of one metric, as values and as JSON keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from model.texts import require_texts
from rules.attainment import Comparison, Number
from rules.clocks.period import Period
from rules.clocks.timer import LONGEST_TARGET
from rules.field_problem import FieldProblem

MOST_TARGETS = 50
LONGEST_METRIC = 100
"""It stands in the subject of the reviews that a breach leads to."""
LONGEST_UNIT = 40
LARGEST = 10**12
MOST_DECIMALS = 6
NOT_MEASURABLE = f"must be within ±{LARGEST:,}, with at most {MOST_DECIMALS} decimals"
LONGEST_TAIL = 40
"""Decimals that are written, zeros among them."""

TIMES = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
}
"""The units that a timer can count. How long a day of business is, nobody says."""

PERCENT = ("percent", "per cent", "%")
"""The units of a share of a whole: less than nothing of it there is not, nor more than all."""
WHOLE = 100
_NO_SHARE = "what may be less or more has a unit of its own, such as `percent of budget`"


@dataclass(frozen=True, slots=True)
class AgreedTarget:
    """A metric is to stand so to a value, measured over each `period` (ISO 8601)."""

    metric: str
    comparison: Comparison
    value: Number
    unit: str
    period: str

    @property
    def in_words(self) -> str:
        """What is agreed, as in `>= 99.5 percent`."""
        return f"{self.comparison} {self.value} {self.unit}"

    @property
    def is_share(self) -> bool:
        """Whether what is measured is a share of a whole, in percent."""
        return self.unit.strip().casefold() in PERCENT

    def within(self, value: Fraction) -> Fraction:
        """Return a value that was worked out, no less and no more than there can be of it."""
        return max(Fraction(0), min(value, Fraction(WHOLE))) if self.is_share else value

    @property
    def time(self) -> timedelta | None:
        """How long something may take by it; `None` where it limits no time that a timer counts."""
        unit = TIMES.get(self.unit)
        if unit is None or self.comparison is not Comparison.AT_MOST:
            return None
        seconds = Decimal(self.value) * (unit // timedelta(seconds=1))
        longest = LONGEST_TARGET // timedelta(seconds=1)
        countable = 0 < seconds <= longest and seconds == seconds.to_integral_value()
        return timedelta(seconds=int(seconds)) if countable else None


def target_in(told: Mapping[str, Any]) -> AgreedTarget:
    """Return the target that JSON says."""
    return AgreedTarget(**{**told, "comparison": Comparison(told["comparison"])})


def told_target(target: AgreedTarget) -> dict[str, object]:
    """Return a target as JSON."""
    return {
        "metric": target.metric,
        "comparison": target.comparison.value,
        "value": target.value,
        "unit": target.unit,
        "period": target.period,
    }


def problems_of(targets: Sequence[AgreedTarget]) -> Iterator[FieldProblem]:
    """Yield what is wrong with some targets.

    Raises:
        BadFields: texts that cannot be kept.
    """
    if len(targets) > MOST_TARGETS:
        yield FieldProblem("/targets", f"must have at most {MOST_TARGETS} items")
    metrics = [target.metric for target in targets]
    for place, target in enumerate(targets):
        at = f"/targets/{place}"
        texts = {f"{at}/metric": (target.metric, LONGEST_METRIC),
                 f"{at}/unit": (target.unit, LONGEST_UNIT)}  # fmt: skip
        require_texts(texts)
        if metrics.index(target.metric) < place:
            yield FieldProblem(f"{at}/metric", "is given more than once")
        yield from problem_of_value(f"{at}/value", target.value, target)
        yield from problem_of_period(f"{at}/period", target.period)


def problem_of_value(pointer: str, value: Number, target: AgreedTarget) -> Iterator[FieldProblem]:
    """Yield what is wrong with a value that a target asks for, or that was measured of it."""
    if not is_measurable(value):
        yield FieldProblem(pointer, NOT_MEASURABLE)
    elif target.is_share and not 0 <= value <= WHOLE:
        detail = f"must be between 0 and {WHOLE}: its unit is `{target.unit}`"
        yield FieldProblem(pointer, detail, _NO_SHARE)


def is_measurable(value: Number) -> bool:
    """Whether a number is one that is agreed on and measured."""
    exact = Decimal(value)
    if exact.copy_abs() > LARGEST:
        return False
    # Read off its digits: in a context, one with a million decimals would be rounded to nothing.
    digits, exponent = exact.as_tuple().digits, int(exact.as_tuple().exponent)
    decimals = max(0, -exponent)
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return decimals <= LONGEST_TAIL and decimals - trailing <= MOST_DECIMALS


def problem_of_period(pointer: str, text: str | None) -> Iterator[FieldProblem]:
    """Yield what is wrong with a period."""
    if text is None:
        return
    try:
        Period.read(text)
    except ValueError as error:
        yield FieldProblem(pointer, str(error))
