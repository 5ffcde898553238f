"""How the OpenAPI document describes problem documents."""

from __future__ import annotations

from collections.abc import Iterable

from marshmallow import fields

from api.problems import MEDIA_TYPE, Kind, body_of
from api.strict_schema import StrictSchema
from rules.field_problem import FieldProblem

_DETAILS = {
    "invalid-fields": "/facts/viabel: there is no such fact",
    "not-found": "there is no case `CRM-1042`",
    "case-moved-on": "the case is at version 4, not 3",
    "case-not-ended": "the case has no final answer: nothing is to be reopened",
    "ref-taken": "there is another case `CRM-1043`",
    "already-merged": "the case `CRM-1043` was merged into `CRM-1042`",
    "calendar-moved-on": "the calendar is at version 4, not 3",
    "empty-calendar": "the calendar is empty: give at least one day a window",
    "name-taken": "there is a calendar `vienna-office` already: change that one",
    "event-differs": "the event `audit-17` was sent before and said something else",
    "not-allowed": "this needs a key with the role `ticketing`, or an administrator's",
    "not-authenticated": "send your API key as `Authorization: Bearer KEY`",
    "malformed-body": "the body is not JSON: expecting value at line 1, column 10",
    "database-away": "the database did not answer in time",
}
_FIELDS = {
    "invalid-fields": (
        FieldProblem("/facts/viabel", "there is no such fact", "did you mean `viable`?"),
    )
}


class FieldProblemSchema(StrictSchema):
    """One thing wrong with one member."""

    pointer = fields.String(
        required=True, metadata={"description": "a JSON Pointer (RFC 6901) to the member"}
    )
    detail = fields.String(required=True)
    help = fields.String()


class ProblemSchema(StrictSchema):
    """A problem document (RFC 9457)."""

    type = fields.String(
        required=True,
        metadata={"format": "uri-reference", "description": "stable; explained at this address"},
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblemSchema))


def problem_responses(kinds: Iterable[Kind]) -> dict[str, object]:
    """Return the responses of an operation that may end in problems of `kinds`."""
    by_status: dict[int, dict[str, Kind]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, {})[kind.code] = kind
    return {
        str(status): _response(list(by_status[status].values())) for status in sorted(by_status)
    }


def _response(kinds: list[Kind]) -> dict[str, object]:
    examples = {
        kind.code: {
            "summary": kind.title,
            "value": body_of(kind, _DETAILS.get(kind.code, kind.title), _FIELDS.get(kind.code, ())),
        }
        for kind in kinds
    }
    response: dict[str, object] = {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": ProblemSchema, "examples": examples}},
    }
    headers = _headers(kinds)
    return {**response, "headers": headers} if headers else response


def _headers(kinds: list[Kind]) -> dict[str, object]:
    headers: dict[str, object] = {}
    if any(kind.retry_after for kind in kinds):
        seconds = {"type": "integer", "minimum": 0}
        headers["Retry-After"] = {"description": "seconds to wait", "schema": seconds}
    if any(kind.status == 401 for kind in kinds):
        ways = "the ways in which a key may come"
        headers["WWW-Authenticate"] = {"description": ways, "schema": {"type": "string"}}
    return headers
