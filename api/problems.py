"""The one place that turns errors into problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, request
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from api.asking import asking
from api.authentication import challenges
from api.service import current_service
from model import json_text
from rules import errors
from rules.errors import BadFields, TollgateError, Unable
from rules.field_problem import FieldProblem

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. Its code and its URI stay what they are: callers match on them."""

    code: str
    status: int
    title: str
    remedy: str
    retry_after: int | None = None

    @property
    def uri(self) -> str:
        """What `type` says; the service explains it there."""
        return f"/problems/{self.code}"


_TRY_AGAIN = "try again after the seconds that Retry-After says"
_ASK_OPERATOR = f"{_TRY_AGAIN}; tell the operator if it lasts"

OF_ERRORS: dict[type[TollgateError], Kind] = {
    error: Kind(error.code, status, title, remedy, retry_after)
    for error, status, title, remedy, retry_after in (
        (errors.BadRequestBody, 400, "the body is not JSON", "send one JSON object", None),
        (
            errors.BadFields, 422, "some members are not what is asked for",
            "`errors` names each member by its JSON Pointer; a query parameter or a header is"
            " named the same way", None,
        ),
        (errors.UnknownRecord, 404, "there is no such thing", "check the name or id", None),
        (
            errors.NotAuthenticated, 401, "a valid API key is needed",
            "send `Authorization: Bearer KEY`", None,
        ),
        (
            errors.NotAllowed, 403, "the API key may not do this",
            "ask an administrator for a key with the role that `detail` names", None,
        ),
        (
            errors.CaseMovedOn, 412, "the case has moved on",
            "read the case again and decide anew what to change", None,
        ),
        (
            errors.DependencyCycle, 409, "a service would rest on itself",
            "leave out one of the services that `detail` names", None,
        ),
        (
            errors.ReviewHeldAlready, 409, "another occurrence of the review is awaited",
            "read the review again: `due_on` says which one is awaited", None,
        ),
        (
            errors.ReviewedAtGate, 409, "a session of a toll-gate is this review",
            "hold the toll-gate that `detail` names: that is recorded as the review", None,
        ),
        (
            errors.ReviewFollowsRule, 409, "the review follows a rule",
            "change what `detail` names: the review follows by itself", None,
        ),
        (
            errors.ReviewEnded, 409, "the review has ended",
            "set it up again: POST /api/v1/reviews with its kind and subject", None,
        ),
        (
            errors.ReviewMovedOn, 412, "the review has moved on",
            "read the review again and decide anew what to change", None,
        ),
        (
            errors.RosterMovedOn, 412, "the roster has moved on",
            "read the roster again and decide anew what to change", None,
        ),
        (
            errors.CaseNotEnded, 409, "the case has not ended",
            "send new facts with a decision: that needs no reopening", None,
        ),
        (
            errors.RefTaken, 409, "the ref is another case's",
            "choose another ref, or merge the two cases", None,
        ),
        (
            errors.ServiceExists, 409, "the key is another service's",
            "choose another key, or work with the service that has it", None,
        ),
        (
            errors.AlreadyPlanned, 409, "that is planned already",
            "leave it at the one that `detail` names, or call that off first", None,
        ),
        (
            errors.BornAlready, 409, "something was born of the case already",
            "if the case bears several on purpose, say so: `one_of_several`", None,
        ),
        (
            errors.ServiceMovedOn, 412, "the service has moved on",
            "read the service again and decide anew what to change", None,
        ),
        (
            errors.AlreadyMerged, 409, "the case was merged into another",
            "use the case that `detail` names", None,
        ),
        (
            errors.PreconditionRequired, 428, "If-Match is needed",
            "read what this changes and send its ETag as If-Match", None,
        ),
        (
            errors.KeyUsedForAnother, 422, "the Idempotency-Key stands for another request",
            "use a new key for each new request", None,
        ),
        (
            errors.RequestStillRunning, 409, "the request is still running",
            _TRY_AGAIN, 1,
        ),
        (
            errors.LastAdministrator, 409, "it is the last administrator's key",
            "make another administrator's key first", None,
        ),
        (
            errors.RuleFilesRefused, 422, "the rule files have problems",
            "mend what `detail` lists", None,
        ),
        (
            errors.EmptyCalendar, 422, "the calendar is never open",
            "give at least one day a window", None,
        ),
        (
            errors.CalendarMovedOn, 412, "the calendar has moved on",
            "read the calendar again and decide anew what to change", None,
        ),
        (
            errors.AgreementMovedOn, 412, "the agreement has moved on",
            "read the agreement again and decide anew what to change", None,
        ),
        (
            errors.ImprovementMovedOn, 412, "the improvement has moved on",
            "read the improvement again and decide anew what to change", None,
        ),
        (
            errors.NameTaken, 409, "the name is another's",
            "use the one that there is, or choose another name", None,
        ),
        (
            errors.EventDiffers, 409, "the event was sent before and said something else",
            "give each event an id of its own, and never change what it says", None,
        ),
        (errors.DatabaseAway, 503, "the database is away", _ASK_OPERATOR, 5),
        (errors.NoLiveRevision, 503, "no rules are published", _ASK_OPERATOR, 30),
        (
            errors.InferenceNotConfirmed, 503, "the answer could not be confirmed",
            _ASK_OPERATOR, 30,
        ),
        (errors.NoRuleApplies, 503, "no rule applies", _ASK_OPERATOR, 30),
        (errors.RulesConflict, 503, "two rules conflict", _ASK_OPERATOR, 30),
        (errors.Unable, 503, "the service cannot answer now", _ASK_OPERATOR, 30),
        (errors.Refused, 422, "the request cannot be done as it was asked", "change it", None),
    )
}  # fmt: skip

OF_STATUSES: dict[int, Kind] = {
    kind.status: kind
    for kind in (
        Kind("bad-request", 400, "the request cannot be read", "send it as HTTP wants it"),
        OF_ERRORS[errors.UnknownRecord],
        Kind("method-not-allowed", 405, "the method is not allowed here", "see Allow"),
        Kind(
            "body-too-large", 413, "the body is too large",
            "send at most 1 MiB; a decision needs a few hundred bytes",
        ),
        Kind(
            "unsupported-media-type", 415, "the body is not sent as JSON",
            "send `Content-Type: application/json`, without a Content-Encoding",
        ),
        Kind("too-many-requests", 429, "too many requests", _TRY_AGAIN, 1),
        Kind("unexpected", 500, "something unexpected happened", "tell the operator"),
    )
}  # fmt: skip

ALL = {kind.code: kind for kind in (*OF_ERRORS.values(), *OF_STATUSES.values())}


def kind_of(error: TollgateError | type[TollgateError]) -> Kind:
    """Return the kind of problem that an error is: its own, or its nearest ancestor's."""
    family = (error if isinstance(error, type) else type(error)).__mro__
    return next((OF_ERRORS[each] for each in family if each in OF_ERRORS), OF_STATUSES[500])


def body_of(kind: Kind, detail: str, fields: Iterable[FieldProblem] = ()) -> dict[str, object]:
    """Return a problem document."""
    body: dict[str, object] = {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    if told := [_told(field) for field in fields]:
        body["errors"] = told
    return body


def fields_of(error: TollgateError) -> Sequence[FieldProblem]:
    """Return what an error says of single members."""
    return error.problems if isinstance(error, BadFields) else ()


def register(app: Flask) -> None:
    """Let `app` answer every error with a problem document."""
    app.register_error_handler(TollgateError, _known)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def _known(error: TollgateError) -> Response:
    kind = kind_of(error)
    if isinstance(error, Unable):
        current_service().metrics.count_unable(error.code)
    response = _answer(kind, error.detail, fields_of(error))
    if kind.status == HTTPStatus.UNAUTHORIZED:
        for challenge in challenges():
            response.headers.add("WWW-Authenticate", challenge)
    return response


def _of_http(error: HTTPException) -> Response:
    if isinstance(error, RequestRedirect):
        return Response(status=error.code, headers={"Location": error.new_url})
    kind = OF_STATUSES.get(error.code or 500)
    if kind is None:
        standard = HTTPStatus(error.code or 500)
        code = standard.phrase.lower().replace(" ", "-")
        kind = Kind(code, standard.value, standard.phrase.lower(), "")
    response = _answer(kind, _detail(error, kind))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _detail(error: HTTPException, kind: Kind) -> str:
    if isinstance(error, RateLimitExceeded):
        return f"the limit is {error.limit.limit}"
    if kind.status == HTTPStatus.NOT_FOUND:
        return f"there is nothing at `{request.path}`"
    if kind.status == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"`{request.method}` is not possible at `{request.path}`"
    standard = type(error).description
    return error.description if error.description not in (None, standard) else kind.title


def _unexpected(error: Exception) -> Response:
    current_service().log.unexpected(error)
    kind = OF_STATUSES[500]
    return _answer(kind, f"the operator finds it in the log under request `{asking().id}`")


def _answer(kind: Kind, detail: str, fields: Sequence[FieldProblem] = ()) -> Response:
    asking().problem = kind.code
    text = json_text.dumps(body_of(kind, detail, fields))
    # What came in a URL or a header may hold what UTF-8 does not.
    payload = text.encode("utf-8", "backslashreplace")
    response = Response(payload, status=kind.status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if kind.retry_after is not None:
        response.headers["Retry-After"] = str(kind.retry_after)
    return response


def _told(field: FieldProblem) -> dict[str, str]:
    told = {"pointer": field.pointer, "detail": field.detail}
    # The backticks that set words apart on a terminal would be noise in a form's message.
    return {**told, "help": field.help.replace("`", "")} if field.help else told
