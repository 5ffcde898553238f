"""Warnings of time that is left, and then is not: where their letters wait, they are taken back.

A letter waits for the end of the quiet hours, or for a mail server. By then the time may have run
out, which is told by itself, or whatever was to be done in it is done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.counting_timers import Calendars, histories_of
from model.events import EventType
from model.outbox import take_back_letters
from model.timers import Timer, TimerMark
from rules.clocks.timer import BREACH, passed_marks, standing

Cycle = tuple[str, int]
"""A cycle of a timer: the timer's id, and its number."""


def type_of(mark: str) -> EventType:
    """Return as what a mark is announced."""
    return EventType.TIMER_BREACHED if mark == BREACH else EventType.TIMER_NEARS_ITS_END


def key_of(timer_id: str, cycle: int, mark: str) -> str:
    """Return under what key a mark is announced: once for a timer, a cycle and a mark."""
    return f"{type_of(mark)}/{timer_id}/{cycle}/{mark}"


def take_back_warnings(session: Session, over: Collection[Cycle]) -> None:
    """Take back what waits to be said of the time left in cycles that ran out, or have ended."""
    if not over:
        return
    marks = select(TimerMark.timer_id, TimerMark.cycle, TimerMark.mark).where(
        TimerMark.timer_id.in_({timer_id for timer_id, _ in over}), TimerMark.mark != BREACH
    )
    warned = [row for row in session.execute(marks) if (row.timer_id, row.cycle) in over]
    if warned:
        take_back_letters(session, [key_of(*row) for row in warned])


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a warning stands by now: when its mark was passed or will be, and when the timer is due.

    Either is `None` as long as the clock stands still before it.
    """

    passes_at: datetime | None
    due_at: datetime | None


def outlook_of(
    session: Session, timer: Timer, cycle: int, mark: str, now: datetime
) -> Outlook | None:
    """Return how a warning stands that was told once, by the calendar and the events of today.

    `None`: there is nothing to warn of any more, for its cycle has ended or its time run out.
    """
    cycles = histories_of(session, [timer])[timer.id].timeline.cycles
    ours = next((each for each in cycles if each.number == cycle), None)
    if ours is None or ours.ended_by is not None:
        return None
    calendars = Calendars(session)
    count = calendars.count(timer, calendars.current(timer.calendar))
    passes = {each.mark: each.at for each in passed_marks(ours, timer.target, count)}
    if BREACH in passes and passes[BREACH] <= now:
        return None
    return Outlook(passes.get(mark), standing(ours, timer.target, count, now).due_at)
