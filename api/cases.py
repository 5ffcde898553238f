"""Cases: the facts they hold, who supplied each and when, and what was decided."""

from __future__ import annotations

from flask import Response, request

from api import examples
from api.asking import current_caller
from api.authentication import only
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.request_schemas import FactChangesSchema, late_in
from api.response_schemas import CaseSchema
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.case_facts import CaseView, DecisionSummary, change_facts, read_case
from model.cases import lock_case
from model.database import Session
from model.moment import rfc3339
from rules.errors import CaseMovedOn, NoLiveRevision, PreconditionRequired, UnknownRecord

_ANSWERS = Answers(
    200, CaseSchema, examples.CASE, headers={"ETag": "the case's version, for If-Match"}
)

SEEN = Header(IF_MATCH, "the ETag of the case that the change is for, or `*`", PATTERN, True)

cases = Noun("cases", "Cases and the facts they hold")


@cases.route(
    "GET",
    "/api/v1/cases/<ref:ref>",
    access=READERS,
    answers=_ANSWERS,
    fails=(UnknownRecord,),
)
def get_case(ref: str) -> Response:
    """Read a case: its facts, and its latest decisions.

    A ref that it had before, and one of a double that was merged into it, lead to it; `ref` is
    the one that it has now.
    """
    with current_service().database.reading() as session:
        return shown(read_case(session, ref))


@cases.route(
    "PATCH",
    "/api/v1/cases/<ref:ref>/facts",
    access=only(Role.TICKETING),
    takes=Takes(
        FactChangesSchema,
        examples.FACT_CHANGES,
        headers=[SEEN],
    ),
    answers=_ANSWERS,
    fails=(UnknownRecord, CaseMovedOn, PreconditionRequired, NoLiveRevision),
)
def patch_facts(ref: str) -> Response:
    """Change facts of a case without deciding it; `null` forgets a fact."""
    service, match = current_service(), read_match(request)
    changes = load(FactChangesSchema, read_json(request))

    def change(session: Session) -> CaseView:
        version = lock_case(session, ref).version
        match.require(version)
        return change_facts(
            session,
            ref,
            changes["facts"],
            by=changes.get("by"),
            if_match_version=version,
            caller=current_caller(),
            moment=service.moment(),
            late=late_in(changes),
        )

    return shown(service.database.write(change))


def shown(case: CaseView, **more: object) -> Response:
    """Return a case as it stands, and what else there is to say, with its ETag."""
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
                **({"true_at": rfc3339(fact.true_at)} if fact.true_at else {}),
            }
            for fact in case.facts
        },
        "decisions": [summary(decision) for decision in case.decisions],
        **({"reopened_at": rfc3339(case.reopened_at)} if case.reopened_at else {}),
        **({"kept_newer": list(case.kept_newer)} if case.kept_newer else {}),
        **more,
    }
    return ok(json_text.dumps(body), headers={"ETag": etag(case.version)})


def summary(decision: DecisionSummary) -> dict[str, object]:
    """Return a decision in short, as JSON."""
    return {
        "id": decision.id,
        "version": decision.case_version,
        "decision": decision.decision,
        "stage": decision.stage,
        "status": decision.status,
        "decided_at": rfc3339(decision.decided_at),
    }
