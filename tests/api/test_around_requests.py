"""Around every request: an id, the security headers, one line in the log without a fact."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api import service
from api.asking import begin
from api.request_log import RequestLog
from tests.api.calling import Calls

EVERYWHERE = ("/healthz", "/api/v1/policies", "/no/such/path", "/docs/", "/api/v1/decisions")


def logged(calls: Calls) -> list[dict[str, Any]]:
    """Return the lines of the log."""
    return [json.loads(line) for line in calls.log.getvalue().splitlines()]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_security_headers(calls: Calls, path: str) -> None:
    """Whatever the answer is, also when it is a problem."""
    headers = calls.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_a_log_that_cannot_be_written_keeps_no_answer_back(calls: Calls) -> None:
    """On a full disk the line is lost, and the caller is answered as ever."""
    logging = calls.app.extensions["tollgate"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        service.install(calls.app, replace(logging, log=RequestLog(full)))
        assert calls.get("/healthz").status_code == 200
        with suppress(OSError):
            full.close()


def test_a_callers_request_id_is_taken_up(calls: Calls) -> None:
    """It comes back, and the log has it."""
    answer = calls.get("/healthz", headers={"X-Request-ID": "ticket-7.a"})
    assert answer.headers["X-Request-ID"] == "ticket-7.a"
    assert logged(calls)[-1]["request_id"] == "ticket-7.a"


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, "\u00fc", '{"a":1}'])
def test_an_unsound_request_id_is_replaced(calls: Calls, given: str) -> None:
    """The log cannot be written into."""
    answer = calls.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] not in ("", given)


def test_every_request_is_one_line_without_facts(calls: Calls) -> None:
    """Who, what, how it went and how long it took; nothing of the case."""
    calls.decide("SECRET-REF", {"need_or_want": "want"}, case={"title": "SECRET-TITLE"})
    calls.get("/api/v1/cases/SECRET-REF?x=SECRET-QUERY")
    calls.as_(None).get("/api/v1/policies")
    first, second, third = logged(calls)
    assert first.pop("ms") >= 0
    assert first.pop("timestamp")
    assert first == {
        "event": "request",
        "request_id": first["request_id"],
        "key": "ticketing",
        "method": "POST",
        "route": "/api/v1/decisions",
        "status": 201,
    }
    assert (second["route"], second["status"]) == ("/api/v1/cases/<ref:ref>", 200)
    assert (third["key"], third["status"], third["problem"]) == ("-", 401, "not-authenticated")
    for word in ("SECRET", "want", "the-tests-key"):
        assert word not in calls.log.getvalue()


def test_an_unforeseen_error_is_logged_with_its_place_but_without_its_words(
    calls: Calls,
) -> None:
    """The message may hold facts; the operator finds file and line."""
    with calls.app.test_request_context("/"):
        begin("the-request", 0.0)
        try:
            raise KeyError("SECRET")
        except KeyError as error:
            calls.service.log.unexpected(error)
    [line] = logged(calls)
    assert line["request_id"] == "the-request"
    assert line["errors"][0]["type"] == "KeyError"
    assert "test_around_requests.py" in line["errors"][0]["places"][0]
    assert "SECRET" not in calls.log.getvalue()
