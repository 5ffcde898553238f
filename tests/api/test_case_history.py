"""The history of a case over HTTP: what each version came from, page by page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/cases/CRM-1/history"


def test_a_history_tells_what_happened(calls_on_each: Calls) -> None:
    """Decisions, changes, and what was done with the case, with who, when and why."""
    calls = calls_on_each
    decided = calls.decided(facts={"in_catalog": True}, case={"by": "Dana"})
    calls.patch("CRM-1", {"viable": True}, '"1"')
    body = {"ref": "CRM-2", "reason": "another queue"}
    calls.ask("POST", "/api/v1/cases/CRM-1/rename", body=body, headers={"If-Match": "*"})
    answer = body_of(calls.get(AT))
    assert (answer["ref"], answer["next"]) == ("CRM-2", None)
    renamed, changed, first = answer["history"]
    noon = "2026-11-22T12:00:00.000Z"
    assert renamed == {
        "version": 3,
        "what": "renamed",
        "at": noon,
        "by": "ticketing",
        "reason": "another queue",
        "details": {"from": "CRM-1", "to": "CRM-2"},
        "facts": [],
        "decision": None,
    }
    assert (changed["what"], changed["facts"][0]["name"]) == ("facts_changed", "viable")
    assert (first["what"], first["by"]) == ("decided", "Dana")
    assert first["decision"]["id"] == decided["id"]
    assert first["facts"] == [
        {
            "name": "in_catalog",
            "value": True,
            "supplied_by": "Dana",
            "supplied_at": noon,
            "true_at": noon,
            "newer_at": None,
            "taken": True,
            "erased": False,
        }
    ]


def test_a_history_is_read_page_by_page(calls: Calls) -> None:
    """Each page leads to the next, and the last to none."""
    for number in range(5):
        calls.decided(facts={"viable": bool(number % 2)})
    versions, path = [], f"{AT}?limit=2"
    while path:
        page = body_of(calls.get(path))
        versions += [entry["version"] for entry in page["history"]]
        path = page["next"] and f"{AT}?limit=2&after={page['next']}"
    assert versions == [5, 4, 3, 2, 1]
    for query, pointer in (("limit=0", "limit"), ("limit=101", "limit"), ("after=x", "after")):
        refused(calls.get(f"{AT}?{query}"), f"/{pointer}")


def test_a_history_is_for_who_may_read_cases(calls: Calls) -> None:
    """And there is none of a case that is not there."""
    problem_of(calls.get(AT), 404, "not-found")
    calls.decided()
    for role in Role:
        assert calls.as_(role).get(AT).status_code == 200
    problem_of(calls.as_(None).get(AT), 401, "not-authenticated")


@pytest.mark.parametrize("ref", ["history", "a/history", "/history", "a/history/history"])
def test_a_ref_may_end_like_the_route(calls: Calls, ref: str) -> None:
    """Percent-encoded, its slash is its own: the case is read, and so is its history."""
    calls.decided(ref)
    encoded = quote(ref, safe="")
    assert body_of(calls.get(f"/api/v1/cases/{encoded}"))["ref"] == ref
    assert body_of(calls.get(f"/api/v1/cases/{encoded}/history"))["ref"] == ref
