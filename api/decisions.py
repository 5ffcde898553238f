"""Decisions: asking for one, trying one, reading them, replaying one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request

from api import examples
from api.asking import asking, current_caller
from api.authentication import only
from api.idempotency import HEADER as IDEMPOTENCY_KEY
from api.idempotency import PATTERN, once_under
from api.json_body import read_json
from api.likely_services import LINK, with_way
from api.noun import Answers, Header, Noun, Takes, ok
from api.query import read_query
from api.request_schemas import DecisionRequestSchema, DecisionsQuerySchema, late_in
from api.response_schemas import (
    DecisionPageSchema,
    DecisionSchema,
    PreviewSchema,
    RecordedSchema,
    ReplaySchema,
)
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.deciding import DecisionRequest, answer_of, decisions_of, preview, replay
from model.keeping import decide_once
from model.likely_services import LikelySearches
from model.sight import require_decision_seen
from rules.errors import (
    CaseMovedOn,
    InferenceNotConfirmed,
    KeyUsedForAnother,
    NoLiveRevision,
    NoRuleApplies,
    RequestStillRunning,
    RulesConflict,
    UnknownRecord,
)

PREVIEW = "/api/v1/decisions/preview"
READERS = only(Role.TICKETING, Role.POLICY_OWNER, Role.SERVICE_MANAGER, Role.AUDITOR)
_CANNOT_DECIDE = (NoLiveRevision, InferenceNotConfirmed, NoRuleApplies, RulesConflict)

decisions = Noun("decisions", "Who does what next with a case, and why")


@decisions.route(
    "POST",
    "/api/v1/decisions",
    access=only(Role.TICKETING),
    takes=Takes(
        DecisionRequestSchema,
        examples.DECISION_REQUESTS,
        headers=[
            Header(
                IDEMPOTENCY_KEY,
                "1 to 255 visible characters; the same request under the same key is done once"
                " and answered with the same text, for 30 days",
                PATTERN,
            )
        ],
    ),
    answers=Answers(
        201,
        DecisionSchema,
        examples.DECISION,
        headers={
            "Location": "where this decision can be read again",
            "Idempotency-Replayed": "`true` when this was answered before under the same key",
            **LINK,
        },
    ),
    fails=(CaseMovedOn, KeyUsedForAnother, RequestStillRunning, *_CANNOT_DECIDE),
)
def decide() -> Response:
    """Decide a case.

    Merges the facts into those that the case holds, decides on all of them, and records it.
    Where it asks whether an existing service or a part fits, it names the likeliest beside what
    is recorded.
    """
    service, raw = current_service(), read_json(request)
    asked = decision_request(raw)
    once = once_under(request, "POST /api/v1/decisions", raw)
    moment, new_id = service.moment(), service.new_id()
    given = decide_once(service.database, asked, current_caller(), moment, new_id, once=once)
    answer = with_way(ok(given.text, given.status), given.text)
    decision_id = _id_in(given.text) if given.replayed else new_id
    answer.headers["Location"] = f"/api/v1/decisions/{decision_id}"
    if given.replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


@decisions.route(
    "POST",
    PREVIEW,
    access=replace(only(Role.TICKETING, Role.POLICY_OWNER, Role.SERVICE_MANAGER), only_looks=True),
    takes=Takes(DecisionRequestSchema, examples.DECISION_REQUESTS),
    answers=Answers(200, PreviewSchema, examples.PREVIEW),
    fails=(CaseMovedOn, *_CANNOT_DECIDE),
)
def preview_decision() -> Response:
    """Answer as a decision would, and store nothing."""
    service = current_service()
    asked = decision_request(read_json(request))
    # Late facts take more than one look.
    look = service.database.snapshot if asked.late else service.database.looking
    with look() as reader:
        body = preview(reader, asked, service.moment(), asking().presumed)
    return ok(json_text.compact(LikelySearches(service.database).within(body, asked.title)))


@decisions.route(
    "GET",
    "/api/v1/decisions",
    access=READERS,
    takes=Takes(query=DecisionsQuerySchema),
    answers=Answers(200, DecisionPageSchema, examples.DECISION_PAGE),
    fails=(UnknownRecord,),
)
def list_decisions() -> Response:
    """List the decisions of a case, newest first.

    Those of a double that was merged into another case are listed under the double's ref.
    """
    query = read_query(request, DecisionsQuerySchema)
    with current_service().database.reading() as session:
        page = decisions_of(session, query["case"], query.get("after"), query["limit"])
    body = {"decisions": [answer.body for answer in page.decisions], "next": page.next}
    return ok(json_text.dumps(body))


@decisions.route(
    "GET",
    "/api/v1/decisions/<id:decision_id>",
    access=READERS,
    answers=Answers(200, RecordedSchema, examples.DECISION, headers=LINK),
    fails=(UnknownRecord,),
)
def read_decision(decision_id: str) -> Response:
    """Read a decision again, word for word as it was recorded."""
    with current_service().database.reading() as session:
        require_decision_seen(session, decision_id, current_caller())
        text = answer_of(session, decision_id).text
    return with_way(ok(text), text)


@decisions.route(
    "POST",
    "/api/v1/decisions/<id:decision_id>/replay",
    access=READERS,
    answers=Answers(200, ReplaySchema, examples.REPLAY),
    fails=(UnknownRecord, *_CANNOT_DECIDE),
)
def replay_decision(decision_id: str) -> Response:
    """Decide again from the record alone, with the rules of that day, and compare."""
    with current_service().database.reading() as session:
        require_decision_seen(session, decision_id, current_caller())
        return ok(json_text.dumps(replay(session, decision_id).body))


def decision_request(raw: object) -> DecisionRequest:
    """Return what a caller asks to have decided, from the JSON that came.

    Raises:
        BadFields: it is not what is asked for.
    """
    return request_in(load(DecisionRequestSchema, raw))


def request_in(read: Mapping[str, Any]) -> DecisionRequest:
    """Return what a caller asks to have decided, from what a `DecisionRequestSchema` read."""
    case: Mapping[str, Any] = read["case"]
    return DecisionRequest(
        ref=case["ref"],
        title=case.get("title"),
        by=case.get("by"),
        if_version=case.get("if_version"),
        facts=read["facts"],
        decision=read["decision"],
        as_of=read.get("as_of"),
        late=late_in(case),
    )


def _id_in(text: str) -> object:
    body = json_text.loads(text)
    return body["id"] if isinstance(body, dict) else ""
