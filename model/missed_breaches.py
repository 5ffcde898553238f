"""Waiting again for breaches that an older process, beside newer ones, took for told.

It knows no breach that was undone: where it counts a timer that goes on, or ends, after all, it
waits for nothing any more, and nobody would hear of it as the time runs out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, literal_column, or_, select, union
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


def await_missed(session: Session, timer_ids: Collection[str], now: datetime) -> int:
    """Have timers, found `missed`, wait for what was not told of them; say how many do then.

    What another process has in hand is passed over. Needs a `transaction()`.
    """
    ours = select(Timer).where(Timer.id.in_(timer_ids)).order_by(Timer.id)
    timers, calendars = in_hand(session, ours), Calendars(session)
    before = {timer.id: timer.next_at for timer in timers}
    histories = histories_of(session, timers)
    for timer in timers:
        recount(session, timer, histories[timer.id], calendars, now)
    session.flush()
    return sum(timer.next_at not in (None, before[timer.id]) for timer in timers)


def missed(session: Session, now: datetime, most: int = AT_ONCE) -> Sequence[str]:
    """Return up to `most` timers that wait for nothing, and of which a breach was not told.

    By id: those of which one was told of late, that was none, or is so at another time. It reads
    only: however many ran out of late, nobody waits for it.
    """
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
    found = union(goes_on, ended).subquery()
    return session.scalars(select(found.c.id).order_by(found.c.id).limit(most)).all()


def _is_told(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether there is a mark of a breach that is so still."""
    undone = exists().where(UndoneMark.mark_id == TimerMark.id)
    return exists().where(_BREACH, *which, ~undone)
