"""Timers over HTTP: opened for a case, told what happens, and read with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, request

from api import timer_examples as examples
from api.asking import current_caller
from api.authentication import only
from api.calendars import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.strict_schema import load
from api.timer_schemas import (
    NewTimerSchema,
    TimerEventsSchema,
    TimerSchema,
    TimersQuerySchema,
    TimersSchema,
)
from model import json_text
from model.access import Role
from model.database import Session
from model.moment import rfc3339
from model.promises import Promise
from model.sight import require_timer_seen, seen_timers
from model.timer_views import TimerView, read_timer, read_timers
from model.timers import Kind, threshold_in
from model.timing import NewTimer, open_timer, take_events
from rules.clocks.timeline import Happening, TimerEvent
from rules.clocks.timer import Threshold
from rules.errors import (
    BadFields,
    EventDiffers,
    NameTaken,
    Refused,
    UnknownRecord,
)
from rules.field_problem import FieldProblem

_TICKETING = only(Role.TICKETING)

timers = Noun("timers", "Timers of cases: when a response or a fulfilment is due")


@timers.route(
    "POST",
    "/api/v1/timers",
    access=_TICKETING,
    takes=Takes(NewTimerSchema, examples.NEW_TIMERS),
    answers=Answers(201, TimerSchema, examples.TIMER),
    fails=(UnknownRecord, NameTaken, EventDiffers, Refused),
)
def make_timer() -> Response:
    """Open a timer of a case, with the events that have happened already.

    It runs from its `start` event on. At the due instant exactly, it is still met.
    """
    service, caller = current_service(), current_caller()
    asked = load(NewTimerSchema, read_json(request))
    new = NewTimer(
        asked["case"],
        Kind(asked["kind"]),
        asked.get("name", asked["kind"]),
        asked.get("calendar"),
        _target(asked),
        _thresholds(asked["thresholds"]),
        _events(asked["events"]),
    )
    now, new_id = service.clock(), service.new_id()
    view = service.database.write(lambda session: open_timer(session, new, caller, now, new_id))
    return ok(json_text.dumps(_told(view)), 201)


@timers.route(
    "POST",
    "/api/v1/timers/<id:timer_id>/events",
    access=_TICKETING,
    takes=Takes(TimerEventsSchema, examples.EVENTS),
    answers=Answers(200, TimerSchema, examples.TIMER),
    fails=(UnknownRecord, EventDiffers, Refused),
)
def tell_timer(timer_id: str) -> Response:
    """Tell a timer what happened: late, twice or out of order, it comes to the same.

    Send an event again under its id as often as you like. The answer is the timer as it stands,
    counted anew from all its events.
    """
    service, caller = current_service(), current_caller()
    events = _events(load(TimerEventsSchema, read_json(request))["events"])
    now = service.clock()

    def work(session: Session) -> TimerView:
        require_timer_seen(session, timer_id, caller)
        return take_events(session, timer_id, events, caller, now)

    return ok(json_text.dumps(_told(service.database.write(work))))


@timers.route(
    "GET",
    "/api/v1/timers/<id:timer_id>",
    access=READERS,
    answers=Answers(200, TimerSchema, examples.TIMER),
    fails=(UnknownRecord,),
)
def get_timer(timer_id: str) -> Response:
    """Read a timer: how each cycle stands, and the intervals from which that follows."""
    service = current_service()
    with service.database.reading() as session:
        require_timer_seen(session, timer_id, current_caller())
        return ok(json_text.dumps(_told(read_timer(session, timer_id, service.clock()))))


@timers.route(
    "GET",
    "/api/v1/timers",
    access=READERS,
    takes=Takes(query=TimersQuerySchema),
    answers=Answers(200, TimersSchema, examples.TIMERS),
    fails=(UnknownRecord,),
)
def list_timers() -> Response:
    """List the timers of a case, and of the doubles that were merged into it; oldest first."""
    service, query = current_service(), read_query(request, TimersQuerySchema)
    with service.database.reading() as session:
        seen = seen_timers(current_caller())
        views = read_timers(session, query["case"], service.clock(), seen)
    return ok(json_text.dumps({"timers": [_told(view) for view in views]}))


def _events(asked: Sequence[Mapping[str, Any]]) -> tuple[TimerEvent, ...]:
    return tuple(
        TimerEvent(each["id"], Happening(each["what"]), each["at"], each["sequence"])
        for each in asked
    )


def _target(asked: Mapping[str, Any]) -> timedelta | Promise:
    """Return the target that is given, or what is to be looked up for it."""
    if not ("agreement" in asked or "metric" in asked):
        if "target_seconds" not in asked:
            detail = "is required, unless `agreement` and `metric` say what was agreed"
            raise BadFields([FieldProblem("/target_seconds", detail)])
        return timedelta(seconds=asked["target_seconds"])
    problems = [
        FieldProblem(f"/{name}", "is required: an agreement has a target for each metric")
        for name in ("agreement", "metric")
        if name not in asked
    ]
    problems += [
        FieldProblem(f"/{name}", "is what the agreement says: leave it out")
        for name in ("target_seconds", "calendar")
        if name in asked
    ]
    if problems:
        raise BadFields(problems)
    return Promise(asked["agreement"], asked["metric"])


def _thresholds(asked: Sequence[Mapping[str, int]]) -> tuple[Threshold, ...]:
    detail = "must have `share` or `lead_seconds`, one of the two"
    if wrong := [place for place, each in enumerate(asked) if len(each) != 1]:
        raise BadFields([FieldProblem(f"/thresholds/{place}", detail) for place in wrong])
    return tuple(threshold_in(each) for each in asked)


def _told(view: TimerView) -> dict[str, object]:
    timer = view.timer
    return {
        "id": timer.id,
        "case": view.case,
        "kind": timer.kind,
        "name": timer.name,
        "calendar": view.calendar,
        "target_seconds": timer.target_seconds,
        "agreement": timer.agreement_id,
        "metric": timer.metric,
        "thresholds": timer.thresholds,
        "state": timer.state,
        "cycles": view.cycles,
        "marks": [
            {
                "cycle": row.cycle,
                "mark": row.mark,
                "reached_at": rfc3339(row.reached_at),
                "found_at": rfc3339(row.found_at),
                "undone_at": rfc3339(view.undone[row.id]) if row.id in view.undone else None,
            }
            for row in view.marks
        ],
        "events": [
            {
                "id": row.event_id,
                "what": row.what,
                "at": rfc3339(row.at),
                "sequence": row.sequence,
                "received_at": rfc3339(row.received_at),
                "by": row.by,
            }
            for row in view.events
        ],
        "without_effect": view.idle,
    }
