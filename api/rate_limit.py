"""The limit of requests, for an operator who sets one."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit

from api.asking import asking
from api.authentication import confirm_caller

_FOR_WATCHERS = ("/healthz", "/readyz")


def register(app: Flask, limit: str | None) -> None:
    """Hold each API key (or, without a valid one, each address) to `limit`, if there is one.

    Each process counts for itself.
    """
    if limit is None:
        return
    # What is asked of the application first is done last to an answer.
    app.after_request(_wait_a_second)
    limiter = Limiter(
        key_func=_who,
        application_limits=[limit],
        headers_enabled=True,
        storage_uri="memory://",
        on_breach=_refuse_a_key_that_ended,
    )
    limiter.request_filter(_is_watching)
    limiter.init_app(app)


def _wait_a_second(answer: Response) -> Response:
    """Have nobody told to come back after no time at all: what is left of a second is one."""
    if answer.headers.get("Retry-After") == "0":
        answer.headers["Retry-After"] = "1"
    return answer


def _refuse_a_key_that_ended(_limit: RequestLimit) -> None:
    """Have nobody told of the limit of a key that does not work any more."""
    confirm_caller()


def _who() -> str:
    caller = asking().caller
    return f"key {caller.key_id}" if caller else f"address {request.remote_addr}"


def _is_watching() -> bool:
    return request.path in _FOR_WATCHERS
