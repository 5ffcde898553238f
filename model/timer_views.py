"""Timers as they stand, each with everything that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from model.cases import doubles_of, find_case, no_such_case
from model.counting_timers import Calendars, History, histories_of, told_of
from model.services import ANY
from model.timers import Timer, TimerEventRow, TimerMark, find_timer, timers_of_cases
from rules.clocks.timer import standing


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer with everything that it rests on; `cycles` as JSON, the ended ones as frozen.

    `undone`: by their ids, the marks that are so no more, and since when.
    """

    timer: Timer
    case: str
    calendar: str | None
    cycles: tuple[dict[str, object], ...]
    idle: tuple[str, ...]
    events: tuple[TimerEventRow, ...]
    marks: tuple[TimerMark, ...]
    undone: Mapping[int, datetime]


def read_timer(session: Session, timer_id: str, now: datetime) -> TimerView:
    """Return a timer as it stands at `now`.

    Raises:
        UnknownRecord: there is no such timer.
    """
    (view,) = views_of(session, [find_timer(session, timer_id)], now)
    return view


def read_timers(
    session: Session, ref: str, now: datetime, seen: ColumnElement[bool] = ANY
) -> tuple[TimerView, ...]:
    """Return the timers of a case and its doubles that are `seen`, as at `now`; oldest first.

    Raises:
        UnknownRecord: there is no such case.
    """
    case = find_case(session, ref)
    if case is None:
        raise no_such_case(ref)
    ids = [case.id, *(double.id for double in doubles_of(session, case))]
    return views_of(session, timers_of_cases(session, ids, seen), now)


def views_of(session: Session, timers: Sequence[Timer], now: datetime) -> tuple[TimerView, ...]:
    """Return timers as they stand at `now`."""
    histories, calendars = histories_of(session, timers), Calendars(session)
    return tuple(_view(timer, histories[timer.id], calendars, now) for timer in timers)


def _view(timer: Timer, history: History, calendars: Calendars, now: datetime) -> TimerView:
    count = calendars.count(timer, calendars.current(timer.calendar))
    timeline, target = history.timeline, timer.target
    cycles = [
        cast("dict[str, object]", history.results[cycle.number].result)
        if cycle.number in history.results
        else told_of(standing(cycle, target, count, now), target)
        for cycle in timeline.cycles
    ]
    return TimerView(
        timer,
        timer.case.ref,
        timer.calendar.name if timer.calendar else None,
        tuple(cycles),
        timeline.idle,
        tuple(history.events),
        tuple(history.marks),
        history.undone,
    )
