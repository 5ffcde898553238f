"""How much business time lies between two instants, and when so much of it has passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from rules.clocks.business_calendar import Window
from rules.clocks.local_time import closing, opening

HORIZON = timedelta(days=20 * 366)
"""How far ahead an instant is looked for: beyond it, it is as good as never."""

_DAY = timedelta(days=1)
_ZERO = timedelta(0)
_DAYS_KEPT = HORIZON.days + 4
Span = tuple[datetime, datetime]
"""Two instants in UTC; the second is not part of it."""


class Count(Protocol):
    """A way in which time counts; all instants are aware."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time counts from `start` to `end`; nothing if that is earlier."""

    def after(self, start: datetime, much: timedelta) -> datetime | None:
        """Return the earliest instant by which `much` has counted since `start`.

        `None`: it lies beyond the horizon.
        """


class Windows(Protocol):
    """What is open in some windows of each day; a business calendar is such."""

    @property
    def zone(self) -> tzinfo:
        """Whose wall clocks the windows go by."""

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """Return the windows that open on a day of the zone."""


@dataclass(frozen=True, slots=True)
class ElapsedTime:
    """All time counts."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the time from `start` to `end`."""
        return max(_ZERO, end.astimezone(UTC) - start.astimezone(UTC))

    def after(self, start: datetime, much: timedelta) -> datetime | None:
        """Return `start` and so much."""
        return start.astimezone(UTC) + much if much <= HORIZON else None


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """Only the hours count in which a calendar is open."""

    calendar: Windows
    # The windows of a day as instants: the same days are asked for again and again.
    _of_days: dict[date, tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how long the calendar is open from `start` to `end`."""
        return sum((closes - opens for opens, closes in self.spans(start, end)), _ZERO)

    def after(self, start: datetime, much: timedelta) -> datetime | None:
        """Return the instant by which the calendar has been open for so long since `start`."""
        start = start.astimezone(UTC)
        if not much:
            return start
        left = much
        for opens, closes in self.spans(start, start + HORIZON):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        return None

    def is_open(self, instant: datetime) -> bool:
        """Whether business is open; at the instant at which it closes, it no longer is."""
        # In UTC: a local time that comes twice is the first of the two once anything is added.
        instant = instant.astimezone(UTC)
        return any(True for _ in self.spans(instant, instant + timedelta(microseconds=1)))

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the spans from `start` to `end` in which business is open, none touching another.

        They come in order; windows that overlap or touch are one span.
        """
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        held: Span | None = None
        for opens, closes in self._windows(start, end):
            opens, closes = max(opens, start), min(closes, end)  # noqa: PLW2901
            if opens >= closes:
                continue
            if held is not None and opens > held[1]:
                yield held
                held = None
            held = (held[0], max(held[1], closes)) if held else (opens, closes)
        if held is not None:
            yield held

    def _windows(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the windows that may reach into a span, in the order in which they open."""
        zone = self.calendar.zone
        # Two days: a window may lead over midnight, and at its end an hour may occur twice.
        day, last = start.astimezone(zone).date() - 2 * _DAY, end.astimezone(zone).date()
        while day <= last:
            yield from self._on(day)
            day += _DAY

    def _on(self, day: date) -> tuple[Span, ...]:
        found = self._of_days.get(day)
        if found is None:
            zone = self.calendar.zone
            found = tuple(
                (opening(day, window.opens, zone), closing(day, window.closes, zone))
                for window in sorted(self.calendar.windows_on(day))
            )
            if len(self._of_days) >= _DAYS_KEPT:
                self._of_days.clear()
            self._of_days[day] = found
        return found
