"""Business calendars over HTTP: when business is open, and the days that differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Response, request

from api import calendar_examples as examples
from api.asking import current_caller
from api.authentication import only
from api.calendar_schemas import (
    CalendarSchema,
    CalendarsSchema,
    HoursQuerySchema,
    HoursSchema,
    NewCalendarSchema,
    OpenHoursSchema,
    SeedSchema,
)
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.query import read_query
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.calendars import (
    CalendarView,
    Editing,
    calendar_in,
    change_calendar,
    create_calendar,
    list_calendars,
    read_calendar_named,
)
from model.holiday_seeds import Seed, seed_holidays
from model.moment import in_seconds, rfc3339
from rules.errors import (
    BadFields,
    CalendarMovedOn,
    EmptyCalendar,
    NameTaken,
    PreconditionRequired,
    UnknownRecord,
)
from rules.field_problem import FieldProblem

READERS = only(Role.TICKETING, Role.SERVICE_MANAGER, Role.AUDITOR)
_WRITERS = only(Role.SERVICE_MANAGER)
_LONGEST = timedelta(days=366)
_ETAG = {"ETag": "its version, for If-Match"}
_ANSWERS = Answers(200, CalendarSchema, examples.CALENDAR, headers=_ETAG)
_SEEN = Header(IF_MATCH, "the ETag of the calendar that this is for, or `*`", PATTERN, True)
_CHANGES = (UnknownRecord, CalendarMovedOn, PreconditionRequired, EmptyCalendar)

calendars = Noun("calendars", "Business calendars: when business is open")


@calendars.route(
    "GET",
    "/api/v1/calendars",
    access=READERS,
    answers=Answers(200, CalendarsSchema, examples.CALENDARS),
)
def list_business_calendars() -> Response:
    """List the calendars, by name."""
    with current_service().database.reading() as session:
        found = [_told(view) for view in list_calendars(session)]
    return ok(json_text.dumps({"calendars": found}))


@calendars.route(
    "POST",
    "/api/v1/calendars",
    access=_WRITERS,
    takes=Takes(NewCalendarSchema, examples.NEW_CALENDARS),
    answers=Answers(201, CalendarSchema, examples.CALENDAR, headers=_ETAG),
    fails=(NameTaken, EmptyCalendar),
)
def make_calendar() -> Response:
    """Make a calendar.

    A window belongs to the day on which it opens. Where the clock skips its edge, it moves to
    the first instant there is; where an hour comes twice, it opens at the first occurrence and
    closes at the second.
    """
    service, asked = current_service(), load(NewCalendarSchema, read_json(request))
    hours, by, now = calendar_in(asked), current_caller().name, service.clock()
    name = asked["name"]
    return _shown(
        service.database.write(lambda session: create_calendar(session, name, hours, by, now)), 201
    )


@calendars.route(
    "GET",
    "/api/v1/calendars/<name:calendar>",
    access=READERS,
    answers=_ANSWERS,
    fails=(UnknownRecord,),
)
def read_calendar(calendar: str) -> Response:
    """Read a calendar."""
    with current_service().database.reading() as session:
        return _shown(read_calendar_named(session, calendar))


@calendars.route(
    "PUT",
    "/api/v1/calendars/<name:calendar>",
    access=_WRITERS,
    takes=Takes(HoursSchema, examples.HOURS, headers=[_SEEN]),
    answers=_ANSWERS,
    fails=_CHANGES,
)
def write_calendar(calendar: str) -> Response:
    """Change a calendar: all of it, or nothing.

    Timers that go on are counted by it from then on; what has ended keeps its result. Every
    version is kept, with who wrote it.
    """
    service, editing = current_service(), _editing()
    hours = calendar_in(load(HoursSchema, read_json(request)))
    return _shown(
        service.database.write(lambda session: change_calendar(session, calendar, hours, editing))
    )


@calendars.route(
    "POST",
    "/api/v1/calendars/<name:calendar>/holidays",
    access=_WRITERS,
    takes=Takes(SeedSchema, examples.SEEDS, headers=[_SEEN]),
    answers=_ANSWERS,
    fails=_CHANGES,
)
def add_holidays(calendar: str) -> Response:
    """Add a country's holidays to a calendar; from then on they are the calendar's own.

    A day on which the calendar has something of its own stays as it is.
    """
    service, editing = current_service(), _editing()
    asked = load(SeedSchema, read_json(request))
    seed = Seed(asked["country"], asked.get("subdivision"), asked["first_year"], asked["last_year"])
    return _shown(
        service.database.write(lambda session: seed_holidays(session, calendar, seed, editing))
    )


@calendars.route(
    "GET",
    "/api/v1/calendars/<name:calendar>/hours",
    access=READERS,
    takes=Takes(query=HoursQuerySchema),
    answers=Answers(200, OpenHoursSchema, examples.OPEN_HOURS),
    fails=(UnknownRecord,),
)
def read_hours(calendar: str) -> Response:
    """Say how much business time lies between two instants, and in which spans."""
    query = read_query(request, HoursQuerySchema)
    since, until = query["since"], query["until"]
    if not timedelta(0) <= until - since <= _LONGEST or not 2000 <= since.year < 2200:
        detail = "must not be before `since` nor 366 days after it, nor beyond 2000 to 2200"
        raise BadFields([FieldProblem("/until", detail)])
    with current_service().database.reading() as session:
        view = read_calendar_named(session, calendar)
    spans = list(view.time.spans(since, until))
    much = sum((closes - opens for opens, closes in spans), timedelta(0))
    told = [{"since": rfc3339(opens), "until": rfc3339(closes)} for opens, closes in spans]
    body = {"version": view.version, "seconds": in_seconds(much), "open": told}
    return ok(json_text.dumps(body))


def _editing() -> Editing:
    match = read_match(request)
    require: Callable[[int], None] = lambda version: match.require(  # noqa: E731
        version, "calendar", CalendarMovedOn
    )
    return Editing(current_caller().name, current_service().clock(), require)


def _shown(view: CalendarView, status: int = 200) -> Response:
    return ok(json_text.dumps(_told(view)), status, {"ETag": etag(view.version)})


def _told(view: CalendarView) -> dict[str, object]:
    return {
        "name": view.name,
        "version": view.version,
        **view.hours,
        "changed_by": view.by,
        "changed_at": rfc3339(view.at),
    }
