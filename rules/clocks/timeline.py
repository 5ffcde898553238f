"""What a timer's events say, whatever the order in which they came: when its clock ran."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class Happening(StrEnum):
    """What can happen to a timer, in the order in which it counts at one instant."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CANCEL = "cancel"
    REOPEN = "reopen"


_RANKS = {what: rank for rank, what in enumerate(Happening)}
_ENDS = (Happening.STOP, Happening.CANCEL)


@dataclass(frozen=True, slots=True)
class TimerEvent:
    """One event: `id` is its source's own, `at` when it happened (aware).

    `sequence`: what came first of several at one instant, where the source knows.
    """

    id: str
    what: Happening
    at: datetime
    sequence: int = 0

    @property
    def place(self) -> tuple[datetime, int, int, str]:
        """Where it belongs among the others; the same whatever the order of arrival."""
        return self.at.astimezone(UTC), self.sequence, _RANKS[self.what], self.id


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch in which the clock ran, or stood still (`paused`); without `until` it goes on."""

    since: datetime
    until: datetime | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Cycle:
    """A timer from its start, or from a reopening, to its end.

    `ended_by` is `None` while it goes on. `idle` are the ids of events that changed nothing.
    """

    number: int
    intervals: tuple[Interval, ...]
    ended_by: Happening | None = None
    ended_at: datetime | None = None
    idle: tuple[str, ...] = ()

    @property
    def paused(self) -> bool:
        """Whether its clock stands still, for it to go on later."""
        return self.ended_by is None and self.intervals[-1].paused


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the events say: the cycles in order, and the events before the first of them."""

    cycles: tuple[Cycle, ...]
    idle: tuple[str, ...] = ()


def timeline_of(events: Iterable[TimerEvent]) -> Timeline:
    """Return what events say, in the order in which they happened; each id counts once.

    A pause within a pause, a resumption of what runs, a second stop: such events change
    nothing, and are named. What happens after an end counts from the next reopening on.
    """
    deduplicated = {event.id: event for event in events}
    walk = _Walk()
    for event in sorted(deduplicated.values(), key=lambda each: each.place):
        walk.take(event)
    return walk.told()


@dataclass(slots=True)
class _Walk:
    closed: list[Cycle] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    ended: TimerEvent | None = None
    before: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)

    def take(self, event: TimerEvent) -> None:
        """Follow one event."""
        at, what = event.at.astimezone(UTC), event.what
        running = bool(self.intervals) and self.ended is None
        paused = running and self.intervals[-1].paused
        if what is Happening.START and not self.intervals:
            self.intervals.append(Interval(at, None))
        elif what is Happening.PAUSE and running and not paused:
            self._turn(at, paused=True)
        elif what is Happening.RESUME and paused:
            self._turn(at, paused=False)
        elif what in _ENDS and running:
            self._until(at)
            self.ended = event
        elif what is Happening.REOPEN and self.ended is not None:
            self._close()
            self.intervals.append(Interval(at, None))
        else:
            (self.idle if self.intervals else self.before).append(event.id)

    def told(self) -> Timeline:
        """Return what was seen."""
        if self.intervals:
            self._close()
        return Timeline(tuple(self.closed), tuple(self.before))

    def _turn(self, at: datetime, *, paused: bool) -> None:
        self._until(at)
        self.intervals.append(Interval(at, None, paused))

    def _until(self, at: datetime) -> None:
        last = self.intervals.pop()
        self.intervals.append(Interval(last.since, at, last.paused))

    def _close(self) -> None:
        number, ended = len(self.closed) + 1, self.ended
        self.closed.append(
            Cycle(
                number,
                tuple(self.intervals),
                ended.what if ended else None,
                ended.at.astimezone(UTC) if ended else None,
                tuple(self.idle),
            )
        )
        self.intervals, self.ended, self.idle = [], None, []
