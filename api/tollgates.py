"""Toll-gates: holding one for a service, and the sessions that were held."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_services as examples
from api.asking import current_caller
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.response_schemas import GateDecisionSchema
from api.service import current_service
from api.service_schemas import GateSessionPageSchema, PageQuerySchema, SessionSchema
from api.services import BOARD, KEY_FAILS, ONCE, REPLAYED, WRITERS
from api.strict_schema import load
from model import json_text
from model.database import Session
from model.gate_sessions import GateSession, sessions_of
from model.holding_gates import GateRequest, hold_gate
from model.keeping import do_once
from model.moment import rfc3339
from rules.errors import (
    InferenceNotConfirmed,
    NoLiveRevision,
    NoRuleApplies,
    RulesConflict,
    ServiceMovedOn,
    UnknownRecord,
)

tollgates = Noun("toll-gates", "The seven toll-gates that a service passes through")


@tollgates.route(
    "POST",
    "/api/v1/services/<key:key>/tollgates/<gate:gate>",
    access=WRITERS,
    takes=Takes(SessionSchema, examples.SESSIONS, headers=[ONCE]),
    answers=Answers(
        201,
        GateDecisionSchema,
        examples.GATE_DECISION,
        headers={"Location": "where this decision can be read again", **REPLAYED},
    ),
    fails=(
        UnknownRecord,
        ServiceMovedOn,
        *KEY_FAILS,
        NoLiveRevision,
        InferenceNotConfirmed,
        NoRuleApplies,
        RulesConflict,
    ),
)
def hold_tollgate(key: str, gate: int) -> Response:
    """Hold a toll-gate for a service: decide it, and record the session.

    Without a verdict the answer says what is missing, or that the board is to be asked.
    """
    service, raw = current_service(), read_json(request)
    asked = load(SessionSchema, raw)
    session_asked = GateRequest(
        key=key,
        gate=gate,
        facts=asked["facts"],
        sat=tuple(asked["sat"]),
        by=asked.get("by"),
        if_version=asked.get("if_version"),
        as_of=asked.get("as_of"),
        forum=asked.get("forum"),
    )
    once = once_under(request, f"POST /api/v1/services/{key}/tollgates/{gate}", raw)
    caller, moment, new_id = current_caller(), service.moment(), service.new_id()

    def work(session: Session) -> str:
        return hold_gate(session, session_asked, caller, moment, new_id).kept

    given = do_once(service.database, caller, moment, once, work)
    answer = ok(given.text, given.status)
    answer.headers["Location"] = f"/api/v1/decisions/{_id_in(given.text)}"
    if given.replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


@tollgates.route(
    "GET",
    "/api/v1/services/<key:key>/tollgates",
    access=BOARD,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, GateSessionPageSchema, examples.SESSION_PAGE),
    fails=(UnknownRecord,),
)
def list_sessions(key: str) -> Response:
    """List the sessions of a service's toll-gates, newest first."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = sessions_of(session, key, query.get("after"), query["limit"])
    body = {"sessions": [session_shown(each) for each in page.sessions], "next": page.next}
    return ok(json_text.dumps(body))


def session_shown(held: GateSession) -> dict[str, object]:
    """Return a session of a gate, as JSON."""
    return {
        "gate": held.gate,
        "version": held.service_version,
        "decision": held.decision_id,
        "sat": held.sat,
        "presented": held.presented,
        "verdict": held.verdict,
        "result": held.result,
        "phase": held.phase,
        "forum": held.forum,
        "by": held.by,
        "at": rfc3339(held.at),
    }


def _id_in(text: str) -> object:
    body = json_text.loads(text)
    return body["id"] if isinstance(body, dict) else ""
