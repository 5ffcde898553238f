"""Waiting again for breaches that an older process, beside newer ones, took for told.

It knows no breach that was undone: where it counts a timer that goes on, or ends, after all, it
waits for nothing any more, and nobody would hear of it as the time runs out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, exists, literal_column, or_, select, union
from sqlalchemy.orm import Session

from model.counting_timers import Calendars, histories_of, recount
from model.scanning_timers import in_hand
from model.timers import Timer, TimerMark, TimerResult
from model.undone_marks import UndoneMark
from rules.clocks.timer import State, Verdict

AT_ONCE = 100
LOOKED_BACK = timedelta(days=30)
"""No upgrade lasts as long."""
_BREACH = TimerMark.mark == literal_column("'breach'")
"""As the index of these rows says it: by a parameter SQLite would not find it."""


def are_any_missed(session: Session, now: datetime) -> bool:
    """Whether a timer is to wait for what was not told of it; reads only."""
    return session.scalar(_missed(now).limit(1)) is not None


def await_missed(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """Have up to `most` timers wait for what was not told of them; say how many do then.

    What another process has in hand is passed over. Needs a `transaction()`.
    """
    ours = select(Timer).where(Timer.id.in_(_missed(now))).order_by(Timer.id).limit(most)
    timers, calendars = in_hand(session, ours), Calendars(session)
    before = {timer.id: timer.next_at for timer in timers}
    histories = histories_of(session, timers)
    for timer in timers:
        recount(session, timer, histories[timer.id], calendars, now)
    session.flush()
    return sum(timer.next_at not in (None, before[timer.id]) for timer in timers)


def _missed(now: datetime) -> CompoundSelect[tuple[str]]:
    """Return the ids of the timers that were told to have run out, and ran out at another time."""
    told = select(TimerMark.timer_id).where(_BREACH, TimerMark.found_at >= now - LOOKED_BACK)
    goes_on = select(Timer.id).where(
        Timer.id.in_(told),
        Timer.next_at.is_(None),
        Timer.state.in_((State.RUNNING, State.PAUSED)),
        # Paused or hardly ever open, it is due at no instant.
        Timer.due_at.is_not(None),
        ~_is_told(TimerMark.timer_id == Timer.id, TimerMark.found_at > Timer.due_at),
    )
    cycle = (TimerMark.timer_id == TimerResult.timer_id, TimerMark.cycle == TimerResult.cycle)
    ended = (
        select(Timer.id)
        .join(TimerResult, TimerResult.timer_id == Timer.id)
        .where(
            Timer.id.in_(told),
            TimerResult.verdict == Verdict.BREACHED,
            TimerResult.verdict_at < now,
            # What is due already is told with all else that its timer has to tell.
            or_(Timer.next_at.is_(None), Timer.next_at > now),
            ~_is_told(*cycle, TimerMark.found_at > TimerResult.verdict_at),
        )
    )
    return union(goes_on, ended)


def _is_told(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether there is a mark of a breach that is so still."""
    undone = exists().where(UndoneMark.mark_id == TimerMark.id)
    return exists().where(_BREACH, *which, ~undone)
