"""The history of a case over HTTP."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_cases as examples
from api.cases import get_case, summary
from api.decisions import READERS
from api.life_schemas import HistoryQuerySchema, HistorySchema
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.url_parts import is_encoded
from model import json_text
from model.case_history import Entry, SuppliedFact, history_of
from model.moment import rfc3339
from rules.errors import UnknownRecord

case_history = Noun("case history", "What a case has been through")


@case_history.route(
    "GET",
    "/api/v1/cases/<ref:ref>/history",
    access=READERS,
    takes=Takes(query=HistoryQuerySchema),
    answers=Answers(200, HistorySchema, examples.HISTORY),
    fails=(UnknownRecord,),
)
def get_history(ref: str) -> Response:
    """Read what each version of a case came from, newest first.

    Decisions, changes of facts with both their instants (when they were so, when they were
    supplied), and what was done with the case as a whole. The history of a double that was
    merged into another case is its own, up to the merger.
    """
    if is_encoded(request, "/history"):
        return get_case(f"{ref}/history")
    query = read_query(request, HistoryQuerySchema)
    with current_service().database.reading() as session:
        page = history_of(session, ref, query.get("after"), query["limit"])
    entries = [_entry(entry) for entry in page.entries]
    return ok(json_text.dumps({"ref": page.ref, "history": entries, "next": page.next}))


def _entry(entry: Entry) -> dict[str, object]:
    decision = entry.decision
    return {
        "version": entry.version,
        "what": entry.what,
        "at": rfc3339(entry.at),
        "by": entry.by,
        "reason": entry.reason,
        "details": entry.details,
        "facts": [_fact(fact) for fact in entry.facts],
        "decision": None if decision is None else summary(decision),
    }


def _fact(fact: SuppliedFact) -> dict[str, object]:
    return {
        "name": fact.name,
        "value": fact.value,
        "supplied_by": fact.by,
        "supplied_at": rfc3339(fact.supplied_at),
        "true_at": rfc3339(fact.true_at),
        "newer_at": None if fact.newer_at is None else rfc3339(fact.newer_at),
        "taken": fact.taken,
        "erased": fact.erased,
    }
