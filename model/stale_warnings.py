"""Warnings of time that is left, and then is not: where their letters are on their way, they stop.

A letter may wait for a mail server. By then the time may have run out, which is told by itself, or
whatever was to be done in it is done. One that sleeps is asked as it wakes (`outlooks.py`).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.events import EventType
from model.outbox import cancel_letters
from model.timers import TimerMark
from rules.clocks.timer import BREACH

Cycle = tuple[str, int]
"""A cycle of a timer: the timer's id, and its number."""


def type_of(mark: str) -> EventType:
    """Return as what a mark is announced."""
    return EventType.TIMER_BREACHED if mark == BREACH else EventType.TIMER_NEARS_ITS_END


def key_of(timer_id: str, cycle: int, mark: str, again: int = 0) -> str:
    """Return under what key a mark is announced: once for a timer, a cycle and a mark.

    `again`: how often it was undone before; each time it comes after that has a key of its own.
    """
    return f"{type_of(mark)}/{timer_id}/{cycle}/{mark}" + (f"/{again}" if again else "")


def take_back_warnings(session: Session, over: Collection[Cycle]) -> None:
    """Take back what is about to be said of the time left in cycles that ran out, or have ended."""
    if not over:
        return
    marks = select(TimerMark.timer_id, TimerMark.cycle, TimerMark.mark).where(
        TimerMark.timer_id.in_({timer_id for timer_id, _ in over}), TimerMark.mark != BREACH
    )
    warned = [row for row in session.execute(marks) if (row.timer_id, row.cycle) in over]
    if warned:
        cancel_letters(session, [key_of(*row) for row in warned])
