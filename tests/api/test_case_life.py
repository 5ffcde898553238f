"""The life of cases over HTTP: reopened, renamed, merged, each for the version that was seen."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from api import examples_of_cases as examples
from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

BODIES: dict[str, dict[str, Any]] = {
    "reopen": {"reason": "it was not over"},
    "rename": {"ref": "CRM-2"},
    "merge": {"double": {"ref": "CRM-3"}},
}
EACH = pytest.mark.parametrize("what", BODIES)


def do(
    calls: Calls, what: str, ref: str, body: object = None, match: str | None = "*"
) -> TestResponse:
    """Have something done with a case."""
    headers = {} if match is None else {"If-Match": match}
    path = f"/api/v1/cases/{quote(ref, safe='')}/{what}"
    return calls.ask("POST", path, body=BODIES[what] if body is None else body, headers=headers)


@pytest.fixture
def ended(calls_on_each: Calls) -> Calls:
    """A ticketing system whose case CRM-1 has its final answer, and CRM-3 as well."""
    for ref in ("CRM-1", "CRM-3"):
        calls_on_each.decided(ref, {"in_catalog": True})
    return calls_on_each


def test_a_case_is_reopened(ended: Calls) -> None:
    """The answer is the case as it stands, with its new ETag and when it was reopened."""
    ended.clock.advance(days=1)
    body = {"reason": "not found there", "by": "Dana", "facts": {"in_catalog": False}}
    answer = do(ended, "reopen", "CRM-1", body, '"1"')
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    case = body_of(answer)
    assert case["reopened_at"] == "2026-11-23T12:00:00.000Z"
    assert case["facts"]["in_catalog"]["supplied_by"] == "Dana"
    assert body_of(ended.get("/api/v1/cases/CRM-1")) == case
    problem_of(do(ended, "reopen", "CRM-1"), 409, "case-not-ended")
    assert ended.decided("CRM-1")["status"] == "awaiting_facts"


def test_a_reopening_has_a_reason(ended: Calls) -> None:
    """Without one it is refused; so is what the vocabulary does not know."""
    refused(do(ended, "reopen", "CRM-1", {}), "/reason")
    body = {"reason": "so", "facts": {"in_catalogue": None}}
    assert (
        "in_catalog" in refused(do(ended, "reopen", "CRM-1", body), "/facts/in_catalogue")["help"]
    )


def test_a_case_is_renamed(ended: Calls) -> None:
    """Under the old ref and the new one it is read, decided and changed alike."""
    answer = do(ended, "rename", "CRM-1", {"ref": "a/b"}, '"1"')
    assert answer.headers["ETag"] == '"2"'
    assert body_of(answer)["ref"] == "a/b"
    old, new = ended.get("/api/v1/cases/CRM-1"), ended.get("/api/v1/cases/a%2Fb")
    assert (old.status_code, old.data, old.headers["ETag"]) == (200, new.data, '"2"')
    assert ended.decided("CRM-1")["case"] == {"ref": "a/b", "version": 3}
    assert body_of(ended.patch("CRM-1", {"viable": True}, '"3"'))["ref"] == "a/b"
    answers = [ended.get(f"/api/v1/decisions?case={ref}").data for ref in ("CRM-1", "a%2Fb")]
    assert answers[0] == answers[1]
    again = do(ended, "rename", "CRM-1", {"ref": "a/b"}, '"1"')
    assert (again.status_code, body_of(again)["version"]) == (200, 4)


def test_what_a_case_cannot_be_called(ended: Calls) -> None:
    """What another is or was called, what it is called already, and what no ref may be."""
    do(ended, "rename", "CRM-3", {"ref": "CRM-4"})
    for taken in ("CRM-3", "CRM-4"):
        problem_of(do(ended, "rename", "CRM-1", {"ref": taken}), 409, "ref-taken")
    refused(do(ended, "rename", "CRM-1", {"ref": "CRM-1"}), "/ref")
    refused(do(ended, "rename", "CRM-1", {"ref": ""}), "/ref")
    refused(do(ended, "rename", "CRM-1", {"ref": "a\nb"}), "/ref")
    refused(do(ended, "rename", "CRM-1", {}), "/ref")


def test_cases_are_merged(ended: Calls) -> None:
    """The answer tells what came from where; the double's ref leads to the case."""
    ended.clock.advance(hours=1)
    ended.decided("CRM-3", {"viable": True, "in_catalog": False})
    ended.decided("CRM-1", {"need_or_want": "need"})
    body = {"double": {"ref": "CRM-3", "if_version": 2}, "by": "Dana", "reason": "asked twice"}
    answer = do(ended, "merge", "CRM-1", body, '"2"')
    assert answer.headers["ETag"] == '"3"'
    case = body_of(answer)
    assert case["merged"] == {"double": "CRM-3", "taken": ["in_catalog", "viable"], "kept": []}
    assert set(case["facts"]) == {"in_catalog", "need_or_want", "viable"}
    assert body_of(ended.get("/api/v1/cases/CRM-3"))["ref"] == "CRM-1"
    assert ended.decided("CRM-3")["case"] == {"ref": "CRM-1", "version": 4}
    theirs = body_of(ended.get("/api/v1/decisions?case=CRM-3"))["decisions"]
    assert [decision["case"]["ref"] for decision in theirs] == ["CRM-3"] * 2
    again = body_of(do(ended, "merge", "CRM-1", body, '"2"'))
    assert again["merged"] == {"double": "CRM-3", "taken": [], "kept": []}
    assert again["version"] == 4


def test_what_cannot_be_merged(ended: Calls) -> None:
    """A case with itself, one that is not there, a double of another, one that moved on."""
    refused(do(ended, "merge", "CRM-1", {"double": {"ref": "CRM-1"}}), "/double/ref")
    refused(do(ended, "merge", "CRM-1", {"double": {"ref": "CRM-9"}}), "/double/ref")
    refused(do(ended, "merge", "CRM-1", {"double": "CRM-3"}), "/double")
    moved_on = {"double": {"ref": "CRM-3", "if_version": 7}}
    problem_of(do(ended, "merge", "CRM-1", moved_on), 412, "case-moved-on")
    do(ended, "merge", "CRM-1")
    ended.decided("CRM-5")
    answer = problem_of(do(ended, "merge", "CRM-5"), 409, "already-merged")
    assert "`CRM-1`" in answer["detail"]
    problem_of(do(ended, "rename", "CRM-3", {"ref": "CRM-6"}), 409, "already-merged")


@EACH
def test_it_is_done_for_the_version_that_was_seen(ended: Calls, what: str) -> None:
    """Without If-Match 428, for another version 412; and the case is as it was."""
    before = ended.get("/api/v1/cases/CRM-1").data
    problem_of(do(ended, what, "CRM-1", match=None), 428, "precondition-required")
    problem_of(do(ended, what, "CRM-1", match='"7"'), 412, "case-moved-on")
    problem_of(do(ended, what, "CRM-9"), 404, "not-found")
    assert ended.get("/api/v1/cases/CRM-1").data == before
    assert do(ended, what, "CRM-1", match='"1"').status_code == 200


@EACH
def test_only_a_ticketing_system_does_it(calls: Calls, what: str) -> None:
    """Who may read cases may not change them."""
    calls.decided("CRM-1")
    for role in set(Role) - {Role.TICKETING, Role.ADMIN}:
        problem_of(do(calls.as_(role), what, "CRM-1"), 403, "not-allowed")


@EACH
def test_a_ref_may_look_like_a_route(calls: Calls, what: str) -> None:
    """Percent-encoded, its slash is its own."""
    ref = f"x/{what}"
    calls.decided("CRM-3")
    calls.decided(ref, {"in_catalog": True})
    assert do(calls, what, ref).status_code == 200
    assert calls.get(f"/api/v1/cases/{quote(ref, safe='')}").status_code == 200


def test_the_documented_requests_are_taken(calls: Calls) -> None:
    """A reader may copy each of them, for a case that it fits."""
    calls.decided("CRM-1042", {"in_catalog": False, "need_or_want": "want"})
    for _ in range(2):
        calls.decided("CRM-1043", {"origin": "agency"})
    for what, bodies in (
        ("reopen", examples.REOPENINGS),
        ("merge", examples.MERGERS),
        ("rename", examples.RENAMINGS),
    ):
        for body in bodies.values():
            answer = do(calls, what, "CRM-1042", body)
            assert answer.status_code == 200, answer.text
