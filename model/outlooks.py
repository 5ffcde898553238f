"""How what was told of a timer stands by now: events and calendars have changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from model.counting_timers import Calendars, histories_of, run_out
from model.timers import Timer
from rules.clocks.timer import BREACH, passed_marks, standing


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


def ran_out_at(session: Session, timer: Timer, cycle: int) -> datetime | None:
    """Return when the time of a cycle ran out or will, by the calendar and the events of today."""
    history = histories_of(session, [timer])[timer.id]
    return run_out(timer, history, Calendars(session)).get(cycle)
