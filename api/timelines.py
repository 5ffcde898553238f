"""The life of a service on one line, to read and to look at."""

from __future__ import annotations

from flask import Response

from api import examples_of_services as examples
from api.authentication import Access
from api.decisions import READERS
from api.noun import Answers, Noun, ok
from api.service import current_service
from api.service_schemas import TimelineSchema
from api.timeline_drawing import drawing
from model import json_text
from model.moment import rfc3339
from model.timeline import Event, Span, Timeline, timeline_of
from rules.errors import UnknownRecord

SVG = "image/svg+xml"
_FROM_BROWSERS = Access(READERS.roles, from_browsers=True)

timelines = Noun("timelines", "The life of a service on one line")


@timelines.route(
    "GET",
    "/api/v1/services/<key:key>/timeline",
    access=READERS,
    answers=Answers(200, TimelineSchema, examples.TIMELINE),
    fails=(UnknownRecord,),
)
def read_timeline(key: str) -> Response:
    """Read the life of a service so far, oldest first."""
    with current_service().database.reading() as session:
        return ok(json_text.dumps(_body(timeline_of(session, key))))


@timelines.route(
    "GET",
    "/api/v1/services/<key:key>/timeline.svg",
    access=_FROM_BROWSERS,
    answers=Answers(200, {"type": "string"}, "<svg …>", media_type=SVG),
    fails=(UnknownRecord,),
)
def draw_timeline(key: str) -> Response:
    """Look at the life of a service; a browser takes the key as the password."""
    service = current_service()
    with service.database.reading() as session:
        life = timeline_of(session, key)
    return Response(drawing(life, service.clock()), content_type=f"{SVG}; charset=utf-8")


def _body(life: Timeline) -> dict[str, object]:
    return {
        "key": life.key,
        "name": life.name,
        "phase": life.phase,
        "rejected": life.rejected,
        "phases": [_span(span) for span in life.phases],
        "events": [_event(event) for event in life.events],
        "whole": life.whole,
    }


def _span(span: Span) -> dict[str, object]:
    until = rfc3339(span.until) if span.until else None
    return {"phase": span.phase, "since": rfc3339(span.since), "until": until}


def _event(event: Event) -> dict[str, object]:
    return {
        "version": event.version,
        "at": rfc3339(event.at),
        "what": event.what.value,
        "by": event.by,
        **event.details,
    }
