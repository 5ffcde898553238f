"""Waiting again for breaches that an older process, beside newer ones, took for told.

It knows no breach that was undone: where it counts a timer that goes on after all, it waits for
nothing any more, and nobody would hear of it as the time runs out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from model.counting_timers import Calendars, histories_of, recount
from model.scanning_timers import in_hand
from model.timers import Timer, TimerMark
from rules.clocks.timer import BREACH, State

AT_ONCE = 100
LOOKED_BACK = timedelta(days=30)
"""No upgrade lasts as long."""


def await_missed(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """Have up to `most` timers wait for what was not told of them; say how many do then.

    What another process has in hand is passed over. Needs a `transaction()`.
    """
    breaches = (TimerMark.timer_id == Timer.id, TimerMark.mark == BREACH)
    told = select(TimerMark.timer_id).where(
        TimerMark.mark == BREACH, TimerMark.found_at >= now - LOOKED_BACK
    )
    ours = select(Timer).where(
        Timer.id.in_(told),
        Timer.next_at.is_(None),
        Timer.state.in_((State.RUNNING, State.PAUSED)),
        # Paused or hardly ever open, it is due at no instant.
        Timer.due_at.is_not(None),
        ~exists().where(*breaches, TimerMark.found_at > Timer.due_at),
    )
    timers, calendars = in_hand(session, ours.order_by(Timer.id).limit(most)), Calendars(session)
    histories = histories_of(session, timers)
    for timer in timers:
        recount(session, timer, histories[timer.id], calendars, now)
    session.flush()
    return sum(timer.next_at is not None for timer in timers)
