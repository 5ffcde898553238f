"""Continuity over HTTP: tests of the plans by which services are resumed."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_continuity as examples
from api.asking import current_caller
from api.continuity_schemas import ContinuityTestPageSchema, ContinuityTestSchema, NewTestSchema
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import BOARD, KEY_FAILS, ONCE, REPLAYED, WRITERS
from api.strict_schema import load
from model import json_text
from model.continuity import ContinuityTest, NewTest, continuity_tests, note_test
from model.database import Session
from model.keeping import do_once
from model.moment import rfc3339
from rules.errors import UnknownRecord

continuity = Noun("continuity", "Whether services can be resumed, as tests of their plans found")


@continuity.route(
    "GET",
    "/api/v1/services/<key:key>/continuity",
    access=BOARD,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, ContinuityTestPageSchema, examples.TEST_PAGE),
    fails=(UnknownRecord,),
)
def list_continuity_tests(key: str) -> Response:
    """List the tests of a service's continuity plan, what was noted last first."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = continuity_tests(session, key, query.get("after"), query["limit"])
    body = {"tests": [_shown(each) for each in page.tests], "next": page.next}
    return ok(json_text.dumps(body))


@continuity.route(
    "POST",
    "/api/v1/services/<key:key>/continuity",
    access=WRITERS,
    takes=Takes(NewTestSchema, examples.NEW_TESTS, headers=[ONCE]),
    answers=Answers(201, ContinuityTestSchema, examples.TEST, headers=REPLAYED),
    fails=(UnknownRecord, *KEY_FAILS),
)
def note_continuity_test(key: str) -> Response:
    """Note what came of a test of a service's continuity plan; it stays as it is noted.

    The plan itself is the artifact `continuity_plan`. Which services in operation lack one, or a
    test of it that went well, is among `incomplete` of the catalogue's gaps.
    """
    service, raw = current_service(), read_json(request)
    asked = load(NewTestSchema, raw)
    once = once_under(request, f"POST /api/v1/services/{key}/continuity", raw)
    caller, moment = current_caller(), service.moment()
    said = (asked["held_on"], asked["resumed"], asked["findings"], asked["location"])
    new, by = NewTest(*said, service.settings.document_schemes), asked.get("by") or caller.name

    def work(session: Session) -> str:
        return json_text.dumps(_shown(note_test(session, key, new, by, moment)))

    given = do_once(service.database, caller, moment, once, work)
    headers = {"Idempotency-Replayed": "true"} if given.replayed else {}
    return ok(given.text, given.status, headers)


def _shown(test: ContinuityTest) -> dict[str, object]:
    return {
        "number": test.id,
        "held_on": test.held_on.isoformat(),
        "resumed": test.resumed,
        "plan_version": test.plan_version,
        "findings": test.findings,
        "location": test.location,
        "by": test.by,
        "at": rfc3339(test.at),
    }
