"""The life of a service on one line, to read and to look at."""

from __future__ import annotations

from flask import Response, request

from api import timeline_examples as examples
from api.asking import current_caller
from api.authentication import Access
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.services import BOARD
from api.timeline_drawing import drawing
from api.timeline_schemas import TimelineQuerySchema, TimelineSchema
from model import json_text
from model.moment import begins, day_after, rfc3339
from model.sight import sees_costs
from model.timeline import Asked, Span, Tenure, Timeline, page_of_life, whole_life
from model.timeline_events import Event, What
from rules.errors import UnknownRecord

SVG = "image/svg+xml"
_FROM_BROWSERS = Access(BOARD.roles, from_browsers=True)

timelines = Noun("timelines", "The life of a service on one line")


@timelines.route(
    "GET",
    "/api/v1/services/<key:key>/timeline",
    access=BOARD,
    takes=Takes(query=TimelineQuerySchema),
    answers=Answers(200, TimelineSchema, examples.TIMELINE),
    fails=(UnknownRecord,),
)
def read_timeline(key: str) -> Response:
    """Read the life of a service so far, oldest first, and what is to come.

    What it costs those who provide it, and that this has changed, is told to those alone who may
    see it. What the calendar brings (maintenance that is over, agreements, reviews that are due)
    is of no version.
    """
    service, query = current_service(), read_query(request, TimelineQuerySchema)
    zone = service.settings.timezone
    asked = Asked(
        kinds=tuple(What) if "what" not in query else (What(query["what"]),),
        since=begins(query["since"], zone) if "since" in query else None,
        until=begins(day_after(query["until"]), zone) if "until" in query else None,
        after=query.get("after"),
        limit=query["limit"],
        costs=_may_see_costs(),
    )
    with service.database.reading() as session:
        page = page_of_life(session, key, asked, service.moment(), zone)
        return ok(json_text.dumps(_body(page)))


@timelines.route(
    "GET",
    "/api/v1/services/<key:key>/timeline.svg",
    access=_FROM_BROWSERS,
    answers=Answers(200, {"type": "string"}, "<svg …>", media_type=SVG),
    fails=(UnknownRecord,),
)
def draw_timeline(key: str) -> Response:
    """Look at the life of a service; a browser takes the key as the password."""
    service, zone = current_service(), current_service().settings.timezone
    with service.database.reading() as session:
        life = whole_life(session, key, _may_see_costs(), service.moment(), zone)
    drawn = drawing(life, service.clock(), zone)
    return Response(drawn, content_type=f"{SVG}; charset=utf-8")


def _may_see_costs() -> bool:
    return sees_costs(current_caller())


def _body(life: Timeline) -> dict[str, object]:
    return {
        "key": life.key,
        "name": life.name,
        "case": life.case,
        "phase": life.phase,
        "rejected": life.rejected,
        "phases": [_span(span) for span in life.phases],
        "owners": [_tenure(tenure) for tenure in life.owners],
        "events": [_event(event) for event in life.events],
        "next": life.next,
        "ahead": [_event(event) for event in life.ahead],
    }


def _span(span: Span) -> dict[str, object]:
    until = rfc3339(span.until) if span.until else None
    return {"phase": span.phase, "since": rfc3339(span.since), "until": until}


def _tenure(tenure: Tenure) -> dict[str, object]:
    return {
        "role": tenure.role,
        "name": tenure.name,
        "since": rfc3339(tenure.since),
        "until": rfc3339(tenure.until) if tenure.until else None,
    }


def _event(event: Event) -> dict[str, object]:
    return {
        "version": event.version,
        "at": rfc3339(event.at),
        "what": event.what.value,
        "by": event.by,
        **event.details,
    }
