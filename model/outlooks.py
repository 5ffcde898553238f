"""How what was told of a timer stands by now: events and calendars have changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from model.counting_timers import Calendars, histories_of
from model.timers import Timer
from rules.clocks.open_hours import Count
from rules.clocks.timeline import Cycle
from rules.clocks.timer import BREACH, Target, passed_marks, standing


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
    counted = _counted(session, timer, cycle)
    if counted is None or counted.cycle.ended_by is not None:
        return None
    passes = counted.passes(timer.target)
    if BREACH in passes and passes[BREACH] <= now:
        return None
    due_at = standing(counted.cycle, timer.target, counted.count, now).due_at
    return Outlook(passes.get(mark), due_at)


def ran_out_at(session: Session, timer: Timer, cycle: int) -> datetime | None:
    """Return when the time of a cycle ran out or will, by the calendar and the events of today.

    `None`: it ended in time, counts for nothing, or its clock stands still before that.
    """
    counted = _counted(session, timer, cycle)
    return None if counted is None else counted.passes(timer.target).get(BREACH)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A cycle, and how time counts for it."""

    cycle: Cycle
    count: Count

    def passes(self, target: Target) -> Mapping[str, datetime]:
        """Return when each mark is passed."""
        return {each.mark: each.at for each in passed_marks(self.cycle, target, self.count)}


def _counted(session: Session, timer: Timer, number: int) -> _Counted | None:
    history, calendars = histories_of(session, [timer])[timer.id], Calendars(session)
    cycle = next((each for each in history.timeline.cycles if each.number == number), None)
    if cycle is None:
        return None
    version = history.version_of(cycle, calendars.current(timer.calendar))
    return _Counted(cycle, calendars.count(timer, version))
