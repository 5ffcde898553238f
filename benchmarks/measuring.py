"""Measuring side by side: short turns that alternate, medians, quartiles and ratios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles
from time import perf_counter

Pass = Callable[[], int]
"""Does some work once and returns how many operations that were."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some values and the middle half of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of one value or more."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)


@dataclass(frozen=True, slots=True)
class Effort:
    """How many turns each contender gets, and how long one is."""

    turns: int
    seconds: float


def rates(contenders: Mapping[str, Pass], effort: Effort) -> dict[str, list[float]]:
    """Return the operations a second of each contender, one figure a turn.

    The turns alternate, and who goes first changes: what else the machine does meanwhile
    falls on all of them.
    """
    for run in contenders.values():
        run()
    names = list(contenders)
    measured: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(effort.turns):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            measured[name].append(_rate(contenders[name], effort.seconds))
    return measured


def _rate(run: Pass, seconds: float) -> float:
    done, began = 0, perf_counter()
    while True:
        done += run()
        elapsed = perf_counter() - began
        if elapsed >= seconds:
            return done / elapsed


def ratios(ours: Sequence[float], peers: Sequence[float]) -> list[float]:
    """Return ours to the peer's, turn by turn."""
    return [mine / other for mine, other in zip(ours, peers, strict=True)]


def growing(values: Sequence[float], steps: Sequence[int], allowed: float) -> str:
    """Say where a cost begins to grow, or that it is flat."""
    first = values[0]
    for (_, before), (value, at) in pairwise(zip(values, steps, strict=True)):
        if value > allowed * first:
            return f"grows after {before:,} (by {at:,}: {value / first:.1f} times)"
    return "flat"
