"""What timers have to tell now: one transaction finds it, records it, and returns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from model.calendars import Calendar
from model.counting_timers import Calendars, History, histories_of, outstanding, recount
from model.timers import Timer, TimerMark
from rules.clocks.timer import BREACH, Passed

AT_ONCE = 1_000
"""How many timers one transaction takes on."""


@dataclass(frozen=True, slots=True)
class ToldMark:
    """A mark that a timer has passed, told this once.

    `case`, `title`: the ref and title of its case. `mark` is `breach`, `share:80` (percent of the
    target) or `lead:1800` (seconds before the end). `due_at`: when the timer is due now, `None`
    while it is paused. `agreement_id`, `metric`: whose promise its target is, if it is one.
    `again`: how often it was told before, and was not so.
    """

    timer_id: str
    case_id: int
    case: str
    title: str | None
    name: str
    kind: str
    cycle: int
    mark: str
    reached_at: datetime
    found_at: datetime
    due_at: datetime | None
    agreement_id: str | None = None
    metric: str | None = None
    again: int = 0


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one scan found; with `more` there may be more: scan again, in another transaction."""

    told: tuple[ToldMark, ...]
    recounted: int
    more: bool


def scan_timers(session: Session, now: datetime, at_once: int = AT_ONCE) -> Scanned:
    """Return the marks that were passed by `now` and are told for the first time.

    Each is recorded under a key that no other has (timer, cycle, mark), so it is told once,
    whoever scans at the same time; what another scan has in hand is passed over. A breach that
    was undone is told again, once, if it comes after all. A mark that is
    found late is told late. Of a cycle that is found breached, the breach alone is told. Timers
    whose calendar has changed are counted anew first. Needs a `transaction()`; what follows
    from the marks, such as a delivery, belongs into the same one.
    """
    stale = _recount_stale(session, now, at_once)
    due = in_hand(
        session, select(Timer).where(Timer.next_at <= now).order_by(Timer.next_at).limit(at_once)
    )
    calendars, told = Calendars(session), []
    histories = histories_of(session, due)
    for timer in due:
        history = histories[timer.id]
        marks = _pass(session, timer, history, calendars, now)
        told_now = replace(history, marks=[*history.marks, *marks])
        recount(session, timer, told_now, calendars, now)
        told += [told_mark(timer, mark) for mark in marks]
    session.flush()
    return Scanned(tuple(told), stale, more=at_once in (stale, len(due)))


def _recount_stale(session: Session, now: datetime, at_once: int) -> int:
    """Count anew what goes on by a calendar as it no longer is; return how many those were."""
    found: list[Timer] = []
    versions = select(Calendar.id, Calendar.version).order_by(Calendar.id)
    for calendar_id, version in session.execute(versions):
        stale = (Timer.calendar_id == calendar_id, Timer.counted_with < version)
        query = select(Timer).where(*stale).order_by(Timer.counted_with)
        found += in_hand(session, query.limit(at_once - len(found)))
        if len(found) >= at_once:
            break
    calendars = Calendars(session)
    histories = histories_of(session, found)
    for timer in found:
        recount(session, timer, histories[timer.id], calendars, now)
    session.flush()
    return len(found)


def in_hand(session: Session, query: Select[Timer]) -> Sequence[Timer]:
    """Return timers that nobody else has in hand, which nobody else may change until the end."""
    return session.scalars(
        query.with_for_update(skip_locked=True)
        .options(selectinload(Timer.case), selectinload(Timer.calendar))
        .execution_options(populate_existing=True)
    ).all()


def _pass(
    session: Session, timer: Timer, history: History, calendars: Calendars, now: datetime
) -> list[TimerMark]:
    passed: dict[int, list[Passed]] = {}
    for cycle, each in outstanding(timer, history, calendars):
        if each.at <= now:
            passed.setdefault(cycle.number, []).append(each)
    marks = [
        TimerMark(
            timer_id=timer.id,
            cycle=number,
            mark=each.mark,
            reached_at=each.at,
            found_at=now,
            again=history.times_told(number, each.mark),
        )
        for number, found in passed.items()
        for each in _worth_telling(found)
    ]
    session.add_all(marks)
    return marks


def _worth_telling(found: list[Passed]) -> list[Passed]:
    """Return what is told of the marks that a cycle has passed: of a breach, that alone."""
    breach = [each for each in found if each.mark == BREACH]
    return breach or sorted(found, key=lambda each: each.at)


def told_mark(timer: Timer, mark: TimerMark) -> ToldMark:
    """Return a mark that was told, as it is told; the timer is due when it is by now."""
    return ToldMark(
        timer.id,
        timer.case_id,
        timer.case.ref,
        timer.case.title,
        timer.name,
        timer.kind,
        mark.cycle,
        mark.mark,
        mark.reached_at,
        mark.found_at,
        timer.due_at,
        timer.agreement_id,
        timer.metric,
        mark.again,
    )
