"""Measuring side by side: medians, spreads, ratios, and where a cost begins to grow."""

from __future__ import annotations

from benchmarks.measuring import Effort, Spread, growing, rates, ratios
from benchmarks.report import compared


def test_every_contender_gets_every_turn() -> None:
    """No contender is measured less often than another."""
    figures = rates({"one": lambda: 1, "two": lambda: 2}, Effort(turns=3, seconds=0.001))
    assert {name: len(each) for name, each in figures.items()} == {"one": 3, "two": 3}


def test_a_spread_is_the_median_and_the_middle_half() -> None:
    """A single wild turn moves neither the median nor the quartiles far."""
    assert Spread.of([1, 2, 3, 4, 1000]) == Spread(3, 2, 4)
    assert Spread.of([7]) == Spread(7, 7, 7)


def test_ratios_are_taken_turn_by_turn() -> None:
    """A moment in which the machine was busy falls on both sides of a ratio."""
    assert ratios([10, 1], [20, 2]) == [0.5, 0.5]


def test_a_missed_target_is_said() -> None:
    """A ratio below its target is called missed, one at it met."""
    assert compared("speed", [1.0], "peer", [2.0], 0.6).verdict == "MISSED"
    assert compared("speed", [1.0], "peer", [2.0], 0.5).verdict == "met"


def test_growth_names_the_step_at_which_it_begins() -> None:
    """Flat is what stays within the allowance; else the first step beyond it is named."""
    assert growing([10, 12, 14], (1, 10, 100), 1.5) == "flat"
    assert growing([10, 12, 30], (1, 10, 100), 1.5) == "grows after 10 (by 100: 3.0 times)"
