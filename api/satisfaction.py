"""Satisfaction over HTTP: what people say of a case that is over, and what comes of a service."""

from __future__ import annotations

from flask import Response, request

from api import satisfaction_examples as examples
from api.asking import current_caller
from api.authentication import only
from api.cases import get_case
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.satisfaction_schemas import (
    AnswerPageSchema,
    AnswerSchema,
    NewAnswerSchema,
    PeriodQuerySchema,
    ServiceSatisfactionSchema,
)
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.strict_schema import load
from api.url_parts import is_encoded
from model import json_text
from model.access import Role
from model.moment import rfc3339
from model.satisfaction import Said, SatisfactionView, answers_before, say
from model.service_satisfaction import satisfaction_with
from model.sight import find_seen
from rules.errors import UnknownRecord

satisfaction = Noun("satisfaction", "How satisfied people are with cases and with services")


@satisfaction.route(
    "POST",
    "/api/v1/cases/<ref:ref>/satisfaction",
    access=only(Role.TICKETING),
    takes=Takes(NewAnswerSchema, examples.NEW_ANSWERS),
    answers=Answers(200, AnswerSchema, examples.ANSWER),
    fails=(UnknownRecord,),
)
def send_satisfaction(ref: str) -> Response:
    """Keep what somebody says of a case.

    Send it again as often as you like: it is kept once. Another answer of the same person corrects
    the one before; both are kept.
    """
    service, asked = current_service(), load(NewAnswerSchema, read_json(request))
    said = Said(asked["score"], asked["resolved"], asked["by"], asked["words"])
    caller, now = current_caller(), service.clock()
    view = service.database.write(lambda session: say(session, ref, said, caller, now))
    return ok(json_text.dumps(_shown(view)))


@satisfaction.route(
    "GET",
    "/api/v1/cases/<ref:ref>/satisfaction",
    access=READERS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, AnswerPageSchema, examples.ANSWER_PAGE),
    fails=(UnknownRecord,),
)
def list_satisfaction(ref: str) -> Response:
    """List what people said of a case and of its doubles, the latest first."""
    if is_encoded(request, "/satisfaction"):
        return get_case(f"{ref}/satisfaction")
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = answers_before(session, ref, query.get("after"), query["limit"])
    body = {"case": page.ref, "answers": [_shown(a) for a in page.answers], "next": page.next}
    return ok(json_text.dumps(body))


@satisfaction.route(
    "GET",
    "/api/v1/services/<key:key>/satisfaction",
    access=READERS,
    takes=Takes(query=PeriodQuerySchema),
    answers=Answers(200, ServiceSatisfactionSchema, examples.OF_SERVICE),
    fails=(UnknownRecord,),
)
def read_satisfaction(key: str) -> Response:
    """Read how satisfied people were with a service in a period.

    Counted are the cases that name it as their fact `fitting_service`, and those that it, or a part
    of it, was born of.
    """
    service, query = current_service(), read_query(request, PeriodQuerySchema)
    first, last = query["from_"], query["to"]
    with service.database.reading() as session:
        find_seen(session, key, current_caller())
        found = satisfaction_with(session, key, first, last, service.settings.timezone)
    body = {
        "service": key,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "count": found.count,
        "mean": found.mean,
        "resolved": found.resolved,
    }
    return ok(json_text.dumps(body))


def _shown(view: SatisfactionView) -> dict[str, object]:
    return {
        "by": view.answer.by,
        "score": view.answer.score,
        "resolved": view.answer.resolved,
        "words": view.words,
        "at": rfc3339(view.answer.at),
        "counts": view.counts,
    }
