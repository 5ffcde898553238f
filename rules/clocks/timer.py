"""How a timer stands: what has counted, when it is due, whether it was met, and its marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.clocks.open_hours import HORIZON, Count
from rules.clocks.timeline import Cycle, Happening, Interval

BREACH = "breach"
LONGEST_TARGET = timedelta(days=3_660)
_ZERO = timedelta(0)
_WHOLE = 100
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A point on a timer's clock: a share of its target in percent, or a lead before its end.

    Exactly one of the two is given; the lead counts on the timer's own clock.
    """

    share: int | None = None
    lead: timedelta | None = None

    @property
    def mark(self) -> str:
        """Its name, the same for ever: `share:80`, `lead:1800` (seconds)."""
        if self.lead is not None:
            return f"lead:{self.lead // timedelta(seconds=1)}"
        return f"share:{self.share}"

    def point(self, target: timedelta) -> timedelta:
        """Return how much has counted when it is reached."""
        if self.lead is not None:
            return target - self.lead
        assert self.share is not None
        return target * self.share / _WHOLE


@dataclass(frozen=True, slots=True)
class Target:
    """How much time there is, and the points on the way that are told."""

    much: timedelta
    thresholds: tuple[Threshold, ...] = ()


class State(StrEnum):
    """Whether a cycle's clock runs."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class Verdict(StrEnum):
    """Whether a cycle kept to its target; `VOID`: it was cancelled, and nothing is to be kept."""

    PENDING = "pending"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Counted:
    """An interval with what counted in it; of one that goes on, up to the instant asked about."""

    interval: Interval
    counted: timedelta


@dataclass(frozen=True, slots=True)
class Passed:
    """A mark that the clock has come to, or will if nothing happens; `at` is when."""

    mark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A cycle as it stands at an instant.

    `due_at`: when the target was reached, or will be if nothing more happens; `None` while
    paused, and beyond the horizon. `breached_at`: the due instant that passed as the clock ran.
    """

    cycle: Cycle
    state: State
    verdict: Verdict
    elapsed: timedelta
    remaining: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    counted: tuple[Counted, ...]


def standing(cycle: Cycle, target: Target, count: Count, now: datetime) -> Standing:
    """Return how a cycle stands at `now`; met at exactly the due instant is met."""
    counted = tuple(_counted(interval, count, now) for interval in cycle.intervals)
    elapsed = sum((each.counted for each in counted), _ZERO)
    breached = _breached(cycle, target.much, count, now)
    return Standing(
        cycle,
        _state(cycle),
        _verdict(cycle, breached),
        elapsed,
        max(_ZERO, target.much - elapsed),
        breached or _due(cycle, target.much, count),
        breached,
        counted,
    )


def passed_marks(cycle: Cycle, target: Target, count: Count) -> tuple[Passed, ...]:
    """Return every mark that the cycle's clock came to, or will come to if nothing happens.

    The breach is one of them: passed at the first instant after the due one. Of a cycle that was
    cancelled none is left; of one that was stopped, the breach alone: warnings have no more use.
    """
    if cycle.ended_by is Happening.CANCEL:
        return ()
    points = [] if cycle.ended_by is Happening.STOP else list(target.thresholds)
    found = [
        Passed(each.mark, at)
        for each in points
        if (at := _reached(cycle, each.point(target.much), count)) is not None
    ]
    breach = _overrun(cycle, target.much, count)
    return (*found, *([Passed(BREACH, breach)] if breach else []))


def _counted(interval: Interval, count: Count, now: datetime) -> Counted:
    until = now if interval.until is None else interval.until
    return Counted(interval, _ZERO if interval.paused else count.between(interval.since, until))


def _state(cycle: Cycle) -> State:
    match cycle.ended_by:
        case Happening.STOP:
            return State.STOPPED
        case Happening.CANCEL:
            return State.CANCELLED
        case _:
            return State.PAUSED if cycle.paused else State.RUNNING


def _verdict(cycle: Cycle, breached: datetime | None) -> Verdict:
    if cycle.ended_by is Happening.CANCEL:
        return Verdict.VOID
    if breached is not None:
        return Verdict.BREACHED
    return Verdict.PENDING if cycle.ended_by is None else Verdict.MET


def _due(cycle: Cycle, target: timedelta, count: Count) -> datetime | None:
    """Return when the target is reached in the last interval; `None` if that is a pause."""
    *_, (interval, left) = _stretches(cycle, target, count)
    return None if interval.paused else count.after(interval.since, left)


def _breached(cycle: Cycle, target: timedelta, count: Count, now: datetime) -> datetime | None:
    overrun = _overrun(cycle, target, count)
    return None if overrun is None or overrun > now else overrun - _INSTANT


def _overrun(cycle: Cycle, target: timedelta, count: Count) -> datetime | None:
    """Return the first instant at which the clock runs beyond the target."""
    for interval, left in _running(cycle, target, count):
        due = count.after(interval.since, left)
        if due is not None and (interval.until is None or due < interval.until):
            return due + _INSTANT
    return None


def _reached(cycle: Cycle, point: timedelta, count: Count) -> datetime | None:
    """Return the instant at which so much has counted."""
    for interval, left in _running(cycle, point, count):
        at = count.after(interval.since, left)
        if at is not None and (interval.until is None or at <= interval.until):
            return at
    return None


def _running(cycle: Cycle, point: timedelta, count: Count) -> Iterator[tuple[Interval, timedelta]]:
    """Yield the intervals in which the clock runs, with what is left at the beginning of each."""
    return (each for each in _stretches(cycle, point, count) if not each[0].paused)


def _stretches(
    cycle: Cycle, point: timedelta, count: Count
) -> Iterator[tuple[Interval, timedelta]]:
    """Yield each interval with what is left to a point at its beginning."""
    left = point
    for interval in cycle.intervals:
        yield interval, max(_ZERO, left)
        if not interval.paused and interval.until is not None:
            left -= count.between(interval.since, interval.until)


def is_within_reach(target: Target, count: Count, start: datetime) -> bool:
    """Whether a target that starts now is ever due, within the horizon."""
    return target.much <= HORIZON and count.after(start, target.much) is not None
