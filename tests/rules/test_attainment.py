"""Attainment: what was measured against what was agreed, and the line through it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import linear_regression

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.attainment import Comparison, Standing, Trend, line_through, rounded, share

DAY = date(2026, 1, 31)
NUMBERS = st.decimals(min_value=-(10**6), max_value=10**6, places=4)


@pytest.mark.parametrize(
    ("comparison", "less", "same", "more"),
    [(">=", False, True, True), (">", False, False, True), ("<=", True, True, False),
     ("<", True, False, False)],
)  # fmt: skip
def test_exactly_what_was_agreed_is_compared_exactly(
    comparison: str, less: bool, same: bool, more: bool
) -> None:
    """No digit is lost: a ten-thousandth more or less decides."""
    agreed = Decimal("99.5")
    near = [agreed - Decimal("0.0001"), agreed, agreed + Decimal("0.0001")]
    assert [Comparison(comparison).holds(each, agreed) for each in near] == [less, same, more]


@given(st.dictionaries(st.integers(0, 1_000), NUMBERS, min_size=3, max_size=20))
def test_the_line_is_that_of_least_squares(points: dict[int, Decimal]) -> None:
    """Where Python's own statistics draw it, as far as these are exact."""
    line = line_through([(DAY + timedelta(days=day), value) for day, value in points.items()])
    assert line is not None
    theirs = linear_regression(list(points), [float(value) for value in points.values()])
    for day in (0, 500, 1_000):
        ours = float(line.on(DAY + timedelta(days=day)))
        assert ours == pytest.approx(theirs.intercept + theirs.slope * day, rel=1e-6, abs=1e-3)


def test_less_than_three_days_make_no_line() -> None:
    """Through two points there is always one: it would say nothing."""
    assert line_through([]) is None
    assert line_through([(DAY, 1), (DAY + timedelta(days=1), 2)]) is None
    assert line_through([(DAY, 1), (DAY, 2), (DAY + timedelta(days=1), 3)]) is None


@pytest.mark.parametrize(
    ("values", "comparison", "trend"),
    [((1, 2, 3), ">=", "improving"), ((1, 2, 3), "<=", "worsening"), ((2, 2, 2), "<", "steady"),
     ((3, 2, 1), ">", "worsening"), ((3, 2, 1), "<=", "improving"), ((1, 9, 1), ">=", "steady")],
)  # fmt: skip
def test_a_trend_is_for_better_or_for_worse(
    values: tuple[int, ...], comparison: str, trend: str
) -> None:
    """Whether more is better depends on what was agreed."""
    line = line_through([(DAY + timedelta(days=n), value) for n, value in enumerate(values)])
    assert line is not None
    assert line.trend(Comparison(comparison)) is Trend(trend)


def test_numbers_are_shown_to_six_decimals() -> None:
    """Whole ones without any."""
    assert repr(rounded(Fraction(200, 2))) == "100"
    assert rounded(Fraction(2, 3)) == Decimal("0.666667")
    assert str(rounded(Fraction(-1, 8))) == "-0.125"
    assert share(1, 3) == Decimal("33.333333")
    assert share(0, 0) is None


def test_the_worst_standing_is_that_of_the_whole() -> None:
    """What was not measured makes nothing worse."""
    order = [Standing.MET, Standing.NOT_MEASURED, Standing.AT_RISK, Standing.BREACHED]
    worst = [Standing.worst(order[: number + 1]) for number in range(4)]
    assert worst == [Standing.MET, Standing.MET, Standing.AT_RISK, Standing.BREACHED]
    assert Standing.worst([]) is Standing.NOT_MEASURED
