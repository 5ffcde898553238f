"""Other information systems over HTTP: asked to add a service, or not needed."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_other_systems as examples
from api.asking import current_caller
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.other_system_schemas import (
    NewSystemRequestSchema,
    SystemRequestPageSchema,
    SystemRequestSchema,
)
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import BOARD, KEY_FAILS, ONCE, REPLAYED, WRITERS
from api.strict_schema import load
from model import json_text
from model.database import Session
from model.keeping import do_once
from model.moment import rfc3339
from model.other_systems import NewRequest, SystemRequest, note_request, requests_before
from rules.errors import Refused, UnknownRecord

other_systems = Noun("other-systems", "Which other information systems were asked to add a service")


@other_systems.route(
    "GET",
    "/api/v1/services/<key:key>/other-systems",
    access=BOARD,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, SystemRequestPageSchema, examples.REQUEST_PAGE),
    fails=(UnknownRecord,),
)
def list_system_requests(key: str) -> Response:
    """List which other systems were asked to add a service, and who said that none need be."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = requests_before(session, key, query.get("after"), query["limit"])
    body = {"requests": [_shown(each) for each in page.requests], "next": page.next}
    return ok(json_text.dumps(body))


@other_systems.route(
    "POST",
    "/api/v1/services/<key:key>/other-systems",
    access=WRITERS,
    takes=Takes(NewSystemRequestSchema, examples.NEW_REQUESTS, headers=[ONCE]),
    answers=Answers(201, SystemRequestSchema, examples.REQUEST, headers=REPLAYED),
    fails=(UnknownRecord, Refused, *KEY_FAILS),
)
def note_system_request(key: str) -> Response:
    """Note that another system was asked to add a service, or that none is needed, and why.

    It stays as it is noted. Services in operation of which neither was said are among `incomplete`
    of the catalogue's gaps (`other_systems`).
    """
    service, raw = current_service(), read_json(request)
    asked = load(NewSystemRequestSchema, raw)
    once = once_under(request, f"POST /api/v1/services/{key}/other-systems", raw)
    caller, moment = current_caller(), service.moment()
    by = asked.get("by") or caller.name
    new = NewRequest(**{name: each for name, each in asked.items() if name != "by"})

    def work(session: Session) -> str:
        return json_text.dumps(_shown(note_request(session, key, new, by, moment)))

    given = do_once(service.database, caller, moment, once, work)
    replayed = {"Idempotency-Replayed": "true"} if given.replayed else None
    return ok(given.text, given.status, replayed)


def _shown(row: SystemRequest) -> dict[str, object]:
    return {
        "number": row.id,
        "needed": row.system is not None,
        "system": row.system,
        "sent_on": row.sent_on.isoformat() if row.sent_on else None,
        "reference": row.reference,
        "reason": row.reason,
        "by": row.by,
        "at": rfc3339(row.at),
    }
