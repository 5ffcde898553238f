"""Targets of agreements: what may be agreed on and measured."""

from __future__ import annotations

from decimal import Decimal

import pytest

from model.agreement_targets import is_measurable


@pytest.mark.parametrize("value", ["0", "99.5", "1.50000000", "1E12", "-3", "0.000001"])
def test_a_number_of_six_decimals_is_taken(value: str) -> None:
    """However it is written."""
    assert is_measurable(Decimal(value))


@pytest.mark.parametrize(
    "value", ["1E-2000000", "1E-999999999", "0.0000001", "123456789012.0000000000000000000000001"]
)
def test_a_number_of_more_decimals_is_refused_whatever_it_is_rounded_to(value: str) -> None:
    """At once: nobody reckons with a million digits because somebody sent them."""
    assert not is_measurable(Decimal(value))
