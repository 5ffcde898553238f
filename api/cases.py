"""Cases: the facts they hold, who supplied each and when, and what was decided."""

from __future__ import annotations

from flask import Response, request

from api import examples
from api.authentication import current_caller, only
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.request_schemas import FactChangesSchema
from api.response_schemas import CaseSchema
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.case_facts import CaseView, change_facts, read_case
from model.cases import lock_case
from model.moment import rfc3339
from rules.errors import CaseMovedOn, NoLiveRevision, PreconditionRequired, UnknownRecord

_ANSWERS = Answers(
    200, CaseSchema, examples.CASE, headers={"ETag": "the case's version, for If-Match"}
)

cases = Noun("cases", "Cases and the facts they hold")


@cases.route(
    "GET",
    "/api/v1/cases/<ref:ref>",
    access=READERS,
    answers=_ANSWERS,
    fails=(UnknownRecord,),
)
def get_case(ref: str) -> Response:
    """Read a case: its facts, and its latest decisions."""
    with current_service().database.reading() as session:
        return _shown(read_case(session, ref))


@cases.route(
    "PATCH",
    "/api/v1/cases/<ref:ref>/facts",
    access=only(Role.TICKETING),
    takes=Takes(
        FactChangesSchema,
        examples.FACT_CHANGES,
        headers=[
            Header(IF_MATCH, "the ETag of the case that the change is for, or `*`", PATTERN, True)
        ],
    ),
    answers=_ANSWERS,
    fails=(UnknownRecord, CaseMovedOn, PreconditionRequired, NoLiveRevision),
)
def patch_facts(ref: str) -> Response:
    """Change facts of a case without deciding it; `null` forgets a fact."""
    service, match = current_service(), read_match(request)
    changes = load(FactChangesSchema(), read_json(request))
    with service.database.transaction() as session:
        version = lock_case(session, ref).version
        match.require(version)
        view = change_facts(
            session,
            ref,
            changes["facts"],
            by=changes.get("by"),
            if_match_version=version,
            caller=current_caller(),
            moment=service.moment(),
        )
    return _shown(view)


def _shown(case: CaseView) -> Response:
    body = {
        "ref": case.ref,
        "title": case.title,
        "version": case.version,
        "created_at": rfc3339(case.created_at),
        "updated_at": rfc3339(case.updated_at),
        "facts": {
            fact.name: {
                "value": fact.value,
                "supplied_by": fact.supplied_by,
                "supplied_at": rfc3339(fact.supplied_at),
            }
            for fact in case.facts
        },
        "decisions": [
            {
                "id": decision.id,
                "version": decision.case_version,
                "decision": decision.decision,
                "stage": decision.stage,
                "status": decision.status,
                "decided_at": rfc3339(decision.decided_at),
            }
            for decision in case.decisions
        ],
    }
    return ok(json_text.dumps(body), headers={"ETag": etag(case.version)})
