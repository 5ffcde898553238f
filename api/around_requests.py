"""What is done around every request: its id, its caller, the limit, the headers, the log."""

from __future__ import annotations

import re
from time import perf_counter

from flask import Flask, Response, request

from api import rate_limit, witnessed_requests
from api.asking import Asking, asking, begin
from api.authentication import admit_caller, identify_caller
from api.security_headers import SECURITY_HEADERS
from api.service import Service, current_service
from rules.engine import rulesets_built

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
# What is said of a case may be read by whoever asks with a key, and by no cache between.
_ALWAYS = tuple(
    (name.lower(), name, value)
    for name, value in {"Cache-Control": "no-store", **SECURITY_HEADERS}.items()
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TIMED = {
    "decisions.decide": "decision",
    "decisions.preview_decision": "preview",
    "decisions.replay_decision": "replay",
}


def register(app: Flask, limit: str | None) -> None:
    """Do all of it around every request to `app`, and hold its callers to `limit`."""
    app.before_request(_begin)
    app.before_request(identify_caller)
    # After it is known who asks, so that each caller is counted; before anything is refused,
    # so that those without a valid key are counted too.
    rate_limit.register(app, limit)
    app.before_request(admit_caller)
    witnessed_requests.register(app)
    app.after_request(_finish)


def _begin() -> None:
    began, given = perf_counter(), request.headers.get("X-Request-ID", "")
    fits = _REQUEST_ID.fullmatch(given)
    begin(given if fits else current_service().new_request_id(), began)


def _finish(response: Response) -> Response:
    headers = response.headers
    there = {name.lower() for name, _ in headers}
    for lower, name, value in _ALWAYS:
        if lower not in there:
            headers.add(name, value)
    at, service = asking(), current_service()
    headers.add("X-Request-ID", at.id)
    _note(at, response, service)
    _seal_afterwards(response, service)
    return response


def _seal_afterwards(response: Response, service: Service) -> None:
    """Seal the record, if it is time to, once the answer is on its way."""
    now = service.clock()
    if service.sealer.should_look(now):
        response.call_on_close(lambda: service.sealer.seal_if_due(now))


def _note(at: Asking, response: Response, service: Service) -> None:
    seconds, rule, method = perf_counter() - at.began, request.url_rule, request.method
    method = method if method in _METHODS else "other"
    route = rule.rule if rule else "none"
    service.metrics.count_request(method, route, response.status_code)
    service.metrics.note_rulesets(rulesets_built())
    if rule and response.status_code < 300 and (kind := _TIMED.get(rule.endpoint)):
        service.metrics.time_decision(kind, seconds)
    name = at.caller.name if at.caller and not at.presumed else "-"
    service.log.answered(at, method, route, response.status_code, seconds, name)
