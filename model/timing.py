"""Timers of cases: opened, and told what happens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model.access import Caller
from model.calendars import Calendar, calendar_named
from model.cases import lock_case
from model.cleared_breaches import end_undone_breaches
from model.counting_timers import Calendars, histories_of, recount
from model.promises import Promise, Promised, promised
from model.sight import seen_timers
from model.stale_warnings import take_back_warnings
from model.timer_views import TimerView, views_of
from model.timers import Kind, Timer, TimerEventRow, find_timer
from rules.clocks.timeline import TimerEvent
from rules.clocks.timer import (
    BREACH,
    LONGEST_TARGET,
    Threshold,
    Verdict,
    is_within_reach,
)
from rules.errors import BadFields, EventDiffers, NameTaken, Refused, UnknownRecord
from rules.field_problem import FieldProblem

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
"""How far ahead of ours the clock of an event's source may be."""
MOST_THRESHOLDS = 20
MOST_EVENTS = 1_000
MOST_TIMERS = 100


@dataclass(frozen=True, slots=True)
class NewTimer:
    """A timer to open; `calendar` names by which business time counts, `None`: all time does.

    `target` may be a promise: then the agreement says how much time there is, and its calendar.
    """

    ref: str
    kind: Kind
    name: str
    calendar: str | None
    target: timedelta | Promise
    thresholds: tuple[Threshold, ...] = ()
    events: tuple[TimerEvent, ...] = ()


def open_timer(
    session: Session, new: NewTimer, caller: Caller, now: datetime, new_id: str
) -> TimerView:
    """Open a timer of a case, with the events that have happened already.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such case.
        NameTaken: the case has a timer of that name.
        BadFields: the calendar is not known, a target or threshold is none, unsound events;
            what was promised is no time.
        EventDiffers: two of the events have one id and say different things.
    """
    _require_timely(new.events, now)
    begin = min([now, *(event.at for event in new.events)])
    promise = _promise(session, new, caller, begin)
    _require_sound(new, promise.target)
    case = lock_case(session, new.ref)
    _require_room(session, case.id, new.name, caller)
    timer = Timer(
        id=new_id,
        case=case,
        name=new.name,
        kind=new.kind.value,
        calendar=promise.calendar,
        target_seconds=promise.target // timedelta(seconds=1),
        thresholds=[_told(each) for each in new.thresholds],
        agreement_id=promise.agreement_id,
        metric=promise.metric,
        state="",
        created_at=now,
        created_by=caller.name,
        api_key_id=caller.key_id,
    )
    calendars = Calendars(session)
    if not is_within_reach(
        timer.target, calendars.count(timer, calendars.current(promise.calendar)), begin
    ):
        detail = "is not reached within 20 years: the calendar is hardly ever open"
        pointer = "/target_seconds" if promise.metric is None else "/metric"
        raise BadFields([FieldProblem(pointer, detail)])
    session.add(timer)
    session.flush()
    return _taken(session, timer, new.events, caller, now)


def take_events(
    session: Session,
    timer_id: str,
    events: Sequence[TimerEvent],
    caller: Caller,
    now: datetime,
) -> TimerView:
    """Tell a timer what happened: late, twice or out of order, it comes to the same.

    An event whose id it has is passed over. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such timer.
        EventDiffers: it has an event of the same id that says something else.
        BadFields: an event lies in the future or before 2000.
        Refused: the timer has too many events.
    """
    timer = find_timer(session, timer_id, lock=True)
    return _taken(session, timer, events, caller, now)


def _taken(
    session: Session, timer: Timer, events: Sequence[TimerEvent], caller: Caller, now: datetime
) -> TimerView:
    _require_timely(events, now)
    history = histories_of(session, [timer])[timer.id]
    came = _new(events, {row.event_id: row.event for row in history.events})
    if len(history.events) + len(came) > MOST_EVENTS:
        raise Refused(f"the timer would have more than {MOST_EVENTS:,} events: open another")
    session.add_all(
        TimerEventRow(
            timer_id=timer.id,
            event_id=event.id,
            what=event.what.value,
            at=event.at,
            sequence=event.sequence,
            received_at=now,
            by=caller.name,
        )
        for event in came
    )
    session.flush()
    recount(session, timer, histories_of(session, [timer])[timer.id], Calendars(session), now)
    session.flush()
    (view,) = views_of(session, [timer], now)
    if view.marks:
        _see_to_marks(session, view, history.undone, now)
    return view


def _see_to_marks(
    session: Session, view: TimerView, before: Collection[int], now: datetime
) -> None:
    """Take back what was told of a timer and is so no more; `before`: the marks that were undone.

    To what those had made somebody review was seen as they were undone, or is at the next tick.
    """
    cycles = {cast("int", each["cycle"]): each for each in view.cycles}
    ended = [number for number, each in cycles.items() if each["ended_at"]]
    take_back_warnings(session, {(view.timer.id, number) for number in ended})
    holds = {number for number, each in cycles.items() if each["verdict"] == Verdict.BREACHED}
    told = {each.cycle for each in view.marks if each.mark == BREACH and each.id not in before}
    if told - holds and view.timer.agreement_id is not None:
        end_undone_breaches(session, view.timer.agreement_id, now)


def _new(events: Sequence[TimerEvent], known: dict[str, TimerEvent]) -> list[TimerEvent]:
    """Return the events that are not known yet, each once."""
    came = {}
    for event in events:
        there = known.get(event.id)
        if there is None:
            known[event.id] = came[event.id] = event
        elif there.place != event.place:
            raise EventDiffers(f"the event `{event.id}` was sent before and said something else")
    return list(came.values())


def _require_sound(new: NewTimer, target: timedelta) -> None:
    problems = []
    if not timedelta(0) < target <= LONGEST_TARGET:
        detail = f"must be between 1 second and {LONGEST_TARGET.days:,} days"
        problems.append(FieldProblem("/target_seconds", detail))
    if len(new.thresholds) > MOST_THRESHOLDS:
        problems.append(FieldProblem("/thresholds", f"must have at most {MOST_THRESHOLDS} items"))
    marks = [threshold.mark for threshold in new.thresholds]
    for place, threshold in enumerate(new.thresholds):
        if not timedelta(0) < threshold.point(target) < target:
            detail = "must be after the start and before the due instant"
            problems.append(FieldProblem(f"/thresholds/{place}", detail))
        elif marks.index(threshold.mark) < place:
            problems.append(FieldProblem(f"/thresholds/{place}", "is given more than once"))
    if problems:
        raise BadFields(problems)


def _promise(session: Session, new: NewTimer, caller: Caller, begin: datetime) -> Promised:
    if isinstance(new.target, Promise):
        return promised(session, new.target, caller, begin)
    return Promised(new.target, _calendar(session, new.calendar))


def _calendar(session: Session, name: str | None) -> Calendar | None:
    try:
        return None if name is None else calendar_named(session, name)
    except UnknownRecord as unknown:
        raise BadFields([FieldProblem("/calendar", unknown.detail)]) from None


def _require_room(session: Session, case_id: int, name: str, caller: Caller) -> None:
    named = (Timer.case_id == case_id, Timer.name == name)
    row = session.execute(select(Timer.id, seen_timers(caller)).where(*named)).first()
    if row is not None:
        id, is_seen = row
        which = f"it is `{id}`" if is_seen else "give it another name"
        raise NameTaken(f"the case has a timer `{name}` already: {which}")
    count = select(func.count()).select_from(Timer).where(Timer.case_id == case_id)
    if (session.scalar(count) or 0) >= MOST_TIMERS:
        raise Refused(f"the case has {MOST_TIMERS} timers, which is the most it may have")


def _require_timely(events: Sequence[TimerEvent], now: datetime) -> None:
    problems = []
    for place, event in enumerate(events):
        if event.at > now + AHEAD:
            problems.append(FieldProblem(f"/events/{place}/at", "has not happened yet"))
        elif event.at < EARLIEST:
            problems.append(FieldProblem(f"/events/{place}/at", "must be in 2000 or later"))
    if problems:
        raise BadFields(problems)


def _told(threshold: Threshold) -> dict[str, int]:
    if threshold.lead is not None:
        return {"lead_seconds": threshold.lead // timedelta(seconds=1)}
    assert threshold.share is not None
    return {"share": threshold.share}
