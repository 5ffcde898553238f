"""Counting a timer from its events: what it says of now, what has ended, what is told next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.calendars import Calendar, view_of_calendar
from model.moment import in_seconds, rfc3339
from model.timers import Timer, TimerEventRow, TimerMark, TimerResult
from model.undone_marks import undo_marks, undone_of
from rules.clocks.open_hours import Count, ElapsedTime
from rules.clocks.timeline import Cycle, Timeline, timeline_of
from rules.clocks.timer import (
    BREACH,
    Passed,
    Standing,
    Target,
    Verdict,
    passed_marks,
    standing,
)

NOT_STARTED = "not_started"
_ELAPSED = ElapsedTime()


@dataclass(slots=True)
class Calendars:
    """The calendars that some timers count by; each version is read once."""

    session: Session
    _times: dict[tuple[int, int], Count] = field(default_factory=dict)

    def count(self, timer: Timer, version: int | None) -> Count:
        """Return how time counts for a timer, by a version of its calendar."""
        if timer.calendar is None or version is None:
            return _ELAPSED
        key = timer.calendar.id, version
        if key not in self._times:
            self._times[key] = view_of_calendar(self.session, timer.calendar, version).time
        return self._times[key]

    @staticmethod
    def current(calendar: Calendar | None) -> int | None:
        """Return the version that counts now; `None` where all time counts."""
        return None if calendar is None else calendar.version


@dataclass(frozen=True, slots=True)
class History:
    """What a timer's rows say: its events, the marks that were told, and what has ended.

    `undone`: by their ids, the marks that are so no more, and since when.
    """

    events: Sequence[TimerEventRow]
    marks: Sequence[TimerMark] = ()
    results: Mapping[int, TimerResult] = field(default_factory=dict)
    undone: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def timeline(self) -> Timeline:
        """Return what the events say."""
        return timeline_of(row.event for row in self.events)

    @property
    def told(self) -> Sequence[TimerMark]:
        """Return the marks that were told, and are so by all that was known since."""
        return [each for each in self.marks if each.id not in self.undone]

    def times_told(self, cycle: int, mark: str) -> int:
        """Return how often a mark of a cycle was told, as it was undone each time."""
        return sum((each.cycle, each.mark) == (cycle, mark) for each in self.marks)

    def version_of(self, cycle: Cycle, current: int | None) -> int | None:
        """Return which version of the calendar a cycle counts by: ended, the one of its end."""
        frozen = self.results.get(cycle.number)
        return current if frozen is None or cycle.ended_by is None else frozen.counted_with


def histories_of(session: Session, timers: Iterable[Timer]) -> dict[str, History]:
    """Return what the rows of some timers say, by the timer's id; one statement a table."""
    ids = [timer.id for timer in timers]
    events: dict[str, list[TimerEventRow]] = {each: [] for each in ids}
    marks: dict[str, list[TimerMark]] = {each: [] for each in ids}
    results: dict[str, dict[int, TimerResult]] = {each: {} for each in ids}
    for event in session.scalars(
        select(TimerEventRow).where(TimerEventRow.timer_id.in_(ids)).order_by(TimerEventRow.id)
    ):
        events[event.timer_id].append(event)
    for mark in session.scalars(
        select(TimerMark).where(TimerMark.timer_id.in_(ids)).order_by(TimerMark.id)
    ):
        marks[mark.timer_id].append(mark)
    for result in session.scalars(select(TimerResult).where(TimerResult.timer_id.in_(ids))):
        results[result.timer_id][result.cycle] = result
    breaches = [each.id for told in marks.values() for each in told if each.mark == BREACH]
    undone = undone_of(session, breaches)
    return {each: History(events[each], marks[each], results[each], undone) for each in ids}


def recount(
    session: Session, timer: Timer, history: History, calendars: Calendars, now: datetime
) -> None:
    """Let a timer's row say what its events say, and freeze what has ended.

    A breach that was told and was none, by what is known now, is undone: it is waited for again.
    The timer must be locked.
    """
    history = _undo(session, timer, history, calendars, now)
    current = calendars.current(timer.calendar)
    timeline = history.timeline
    for cycle in timeline.cycles:
        _freeze(session, timer, history, calendars, cycle, now)
    last = timeline.cycles[-1] if timeline.cycles else None
    if last is None:
        timer.state, timer.due_at = NOT_STARTED, None
    else:
        stands = standing(
            last, timer.target, calendars.count(timer, history.version_of(last, current)), now
        )
        timer.state, timer.due_at = stands.state.value, stands.due_at
    goes_on = last is not None and last.ended_by is None
    timer.counted_with = current if goes_on else None
    waiting = [passed.at for _, passed in outstanding(timer, history, calendars)]
    timer.next_at = min(waiting, default=None)


def outstanding(
    timer: Timer, history: History, calendars: Calendars
) -> Iterator[tuple[Cycle, Passed]]:
    """Yield the marks of each cycle that were not told yet, with when they are to be.

    Once the breach of a cycle was told, its thresholds are not told any more, unless it is undone.
    """
    told = {(row.cycle, row.mark) for row in history.told}
    current = calendars.current(timer.calendar)
    for cycle in history.timeline.cycles:
        if (cycle.number, BREACH) in told:
            continue
        count = calendars.count(timer, history.version_of(cycle, current))
        for passed in passed_marks(cycle, timer.target, count):
            if (cycle.number, passed.mark) not in told:
                yield cycle, passed


def run_out(timer: Timer, history: History, calendars: Calendars) -> Mapping[int, datetime]:
    """Return when the time of each cycle ran out or will, by all that is known now.

    Not of one that ended in time, counts for nothing, or whose clock stands still before that.
    """
    current = calendars.current(timer.calendar)
    return {
        cycle.number: passed.at
        for cycle in history.timeline.cycles
        for passed in passed_marks(
            cycle, timer.target, calendars.count(timer, history.version_of(cycle, current))
        )
        if passed.mark == BREACH
    }


def _undo(
    session: Session, timer: Timer, history: History, calendars: Calendars, now: datetime
) -> History:
    """Undo the breaches that were none when they were told; return the history without them."""
    breaches = [each for each in history.told if each.mark == BREACH]
    if not breaches:
        return history
    ran_out = run_out(timer, history, calendars)
    over = [
        each
        for each in breaches
        if each.cycle not in ran_out or ran_out[each.cycle] > each.found_at
    ]
    undo_marks(session, over, now)
    return replace(history, undone={**history.undone, **{each.id: now for each in over}})


def told_of(stands: Standing, target: Target) -> dict[str, object]:
    """Return how a cycle stands as JSON, with the intervals from which it follows."""
    return {
        "cycle": stands.cycle.number,
        "state": stands.state.value,
        "verdict": stands.verdict.value,
        "target_seconds": in_seconds(target.much),
        "elapsed_seconds": in_seconds(stands.elapsed),
        "remaining_seconds": in_seconds(stands.remaining),
        "due_at": _instant(stands.due_at),
        "breached_at": _instant(stands.breached_at),
        "ended_at": _instant(stands.cycle.ended_at),
        "intervals": [
            {
                "since": rfc3339(each.interval.since),
                "until": _instant(each.interval.until),
                "paused": each.interval.paused,
                "counted_seconds": in_seconds(each.counted),
            }
            for each in stands.counted
        ],
        "without_effect": list(stands.cycle.idle),
    }


def _freeze(
    session: Session,
    timer: Timer,
    history: History,
    calendars: Calendars,
    cycle: Cycle,
    now: datetime,
) -> None:
    frozen = history.results.get(cycle.number)
    if cycle.ended_by is None:
        if frozen is not None:
            # An end that was told before has turned out to come before its cycle began.
            session.delete(frozen)
        return
    version = frozen.counted_with if frozen else calendars.current(timer.calendar)
    stands = standing(cycle, timer.target, calendars.count(timer, version), now)
    result = told_of(stands, timer.target)
    if frozen is None:
        frozen = TimerResult(timer_id=timer.id, cycle=cycle.number, counted_with=version)
        session.add(frozen)
    if frozen.result != result:
        frozen.result, frozen.frozen_at = result, now
    # Of a result that an older process froze, these say nothing yet.
    frozen.agreement_id, frozen.metric = timer.agreement_id, timer.metric
    frozen.verdict, frozen.verdict_at = stands.verdict.value, _verdict_at(stands)


def _verdict_at(stands: Standing) -> datetime | None:
    """Return when an ended cycle came to its verdict; `None`: it counts for nothing."""
    if stands.verdict is Verdict.MET:
        return stands.cycle.ended_at
    return stands.breached_at if stands.verdict is Verdict.BREACHED else None


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)
