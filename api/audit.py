"""The audit over HTTP: what administrators did, for those who look after them."""

from __future__ import annotations

from flask import Response, request

from api import administration_examples as examples
from api.administration_schemas import ActPageSchema, PageQuerySchema
from api.authentication import only
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from model import json_text
from model.access import Role
from model.acts_by_id import acts_shown
from model.administration import ActView
from model.moment import rfc3339

audit = Noun("audit", "What administrators did")


@audit.route(
    "GET",
    "/api/v1/audit",
    access=only(Role.AUDITOR),
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, ActPageSchema, examples.ACT_PAGE),
)
def list_acts() -> Response:
    """List what administrators did, over HTTP and on the command line, newest first."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = acts_shown(session, query.get("after"), query["limit"])
    shown = [_shown(act) for act in page.acts]
    return ok(json_text.dumps({"acts": shown, "next": page.next}))


def _shown(act: ActView) -> dict[str, object]:
    return {
        "id": act.id,
        "at": rfc3339(act.at),
        "by": act.by,
        "key_id": act.key_id,
        "via": act.via,
        "act": act.act,
        "on": act.on,
        "details": dict(act.details),
    }
