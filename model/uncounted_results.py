"""Counting what an older process, beside newer ones while they are upgraded, froze uncounted.

It knows results, and not that the database counts them by their verdict: performance and reports
would miss them until an event of the same timer came again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.orm import Session

from model.counting_timers import Calendars, histories_of, recount
from model.scanning_timers import in_hand
from model.timers import Timer, TimerResult

AT_ONCE = 100
_UNCOUNTED = TimerResult.verdict == literal_column("'pending'")
"""As the index of these rows says it: by a parameter SQLite would not find it."""


def count_missed(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """Count the results of up to `most` timers that nobody counted; say of how many that was.

    What another process has in hand is passed over. Needs a `transaction()`.
    """
    uncounted = select(TimerResult.timer_id).where(_UNCOUNTED)
    ours = select(Timer).where(Timer.id.in_(uncounted)).order_by(Timer.id).limit(most)
    timers, calendars = in_hand(session, ours), Calendars(session)
    histories = histories_of(session, timers)
    for timer in timers:
        recount(session, timer, histories[timer.id], calendars, now)
    session.flush()
    left = uncounted.where(TimerResult.timer_id.in_([timer.id for timer in timers])).distinct()
    return len(timers) - (session.scalar(select(func.count()).select_from(left.subquery())) or 0)


def are_uncounted(session: Session, agreement_id: str, metric: str) -> bool:
    """Whether nobody has counted some results of an agreement's timers of a metric yet."""
    ours = (Timer.agreement_id == agreement_id, Timer.metric == metric)
    there = exists().where(_UNCOUNTED, TimerResult.timer_id == Timer.id, *ours)
    return bool(session.scalar(select(there)))
