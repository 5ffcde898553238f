"""The audit over HTTP: what administrators did, for auditors to read."""

from __future__ import annotations

from typing import Any

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of


def acts(calls: Calls, query: str = "") -> dict[str, Any]:
    """Return a page of the audit, as an auditor reads it."""
    page: dict[str, Any] = body_of(calls.as_(Role.AUDITOR).get(f"/api/v1/audit{query}"))
    return page


def test_what_an_administrator_does_over_http_is_listed(calls_on_each: Calls) -> None:
    """Who, with which key, what, on what and when; what is refused is not in it."""
    admin = calls_on_each.as_(Role.ADMIN)
    made = body_of(admin.ask("POST", "/api/v1/keys", body={"name": "x", "roles": ["admin"]}))
    admin.ask("POST", "/api/v1/keys", body={"name": "x", "roles": ["nobody"]})
    rotated = body_of(admin.ask("POST", f"/api/v1/keys/{made['id']}/rotate", body={}))
    admin.ask("DELETE", f"/api/v1/keys/{rotated['id']}")
    page = acts(calls_on_each)
    assert [(act["act"], act["on"]) for act in page["acts"]] == [
        ("key-revoked", rotated["id"]),
        ("key-rotated", made["id"]),
        ("key-created", made["id"]),
    ]
    first = page["acts"][0]
    assert (first["by"], first["via"], first["at"]) == ("admin", "http", "2026-11-22T12:00:00.000Z")
    assert first["key_id"]
    assert page["next"] is None


def test_the_audit_comes_in_pages(calls: Calls) -> None:
    """Each act is on one page, newest first."""
    admin = calls.as_(Role.ADMIN)
    for name in "abc":
        admin.ask("POST", "/api/v1/keys", body={"name": name, "roles": ["auditor"]})
    first = acts(calls, "?limit=2")
    second = acts(calls, f"?limit=2&after={first['next']}")
    names = [act["details"]["name"] for page in (first, second) for act in page["acts"]]
    assert names == ["c", "b", "a"]
    problem_of(calls.as_(Role.AUDITOR).get("/api/v1/audit?after=x"), 422, "invalid-fields")
    problem_of(calls.as_(Role.AUDITOR).get("/api/v1/audit?limit=201"), 422, "invalid-fields")
