"""Time on the drawing of a life: where an instant is, which days are named, what falls together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import islice
from typing import Generic, TypeVar

from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence

MOST_NAMED = 9
_STEPS = (
    *(Period(days=days) for days in (1, 2, 7, 14)),
    *(Period(months=months) for months in (1, 2, 3, 6, 12, 24, 60, 120, 240, 1_200)),
)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Scale:
    """Time from `first` to `last` runs evenly from `left` to `right`; days are those of `zone`."""

    first: datetime
    last: datetime
    left: float
    right: float
    zone: tzinfo

    def x(self, at: datetime) -> float:
        """Return where an instant is."""
        whole = max((self.last - self.first).total_seconds(), 1.0)
        share = (at - self.first).total_seconds() / whole
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def day(self, at: datetime) -> date:
        """Return the day that an instant is on."""
        return at.astimezone(self.zone).date()

    def named_days(self) -> Iterator[tuple[float, str]]:
        """Yield where days begin that are named, and how: as many as there is room for."""
        first, last = self.day(self.first), self.day(self.last)
        for step in _STEPS:
            start = first if step.days else first.replace(month=1, day=1)
            later = (day for day in _days(start, step, last) if day > first)
            names = list(islice(later, MOST_NAMED + 1))
            if len(names) <= MOST_NAMED:
                break
        letters = 10 if step.days else 7 if step.months % 12 else 4
        for day in names:
            at = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            yield self.x(at), day.isoformat()[:letters]


@dataclass(frozen=True, slots=True)
class Group(Generic[Item]):
    """Things that are drawn as one, since they happened on one day or too close to each other."""

    x: float
    items: tuple[Item, ...]


def grouped(
    items: Sequence[Item],
    x: Callable[[Item], float],
    alike: Callable[[Item, Item], bool],
    gap: float,
    right: float,
) -> list[Group[Item]]:
    """Return items (oldest first) in groups that lie `gap` apart or more, left of `right`.

    Those that are not alike are grouped only where nothing else fits.
    """
    runs = _runs(items, x, alike, gap)
    room = right - x(items[0]) if items else 0.0
    if (len(runs) - 1) * gap > room:
        runs = _runs(items, x, lambda _one, _other: True, gap)
    places: list[float] = []
    for run in runs:
        places.append(max(x(run[0]), places[-1] + gap if places else 0.0))
    most = right
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], most)
        most = places[number] - gap
    return [Group(place, tuple(run)) for place, run in zip(places, runs, strict=True)]


def _runs(
    items: Sequence[Item],
    x: Callable[[Item], float],
    alike: Callable[[Item, Item], bool],
    gap: float,
) -> list[list[Item]]:
    runs: list[list[Item]] = []
    for item in items:
        if runs and x(item) - x(runs[-1][0]) < gap and alike(runs[-1][-1], item):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _days(start: date, step: Period, last: date) -> Iterator[date]:
    days, number = Recurrence(start, step), 0
    while (day := days.occurrence(number)) <= last:
        yield day
        number += 1
