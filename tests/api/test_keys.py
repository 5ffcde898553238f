"""API keys over HTTP: what an administrator does, and what nobody else may."""

from __future__ import annotations

from typing import Any

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of


@pytest.fixture
def admin(calls_on_each: Calls) -> Calls:
    """An administrator, once on each kind of database."""
    return calls_on_each.as_(Role.ADMIN)


def make(admin: Calls, *roles: str, name: str = "Roundup", **more: object) -> dict[str, Any]:
    """Make a key and return what is answered."""
    body = {"name": name, "roles": list(roles), **more}
    answer = admin.ask("POST", "/api/v1/keys", body=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = body_of(answer)
    return made


def rotate(admin: Calls, key_id: str, **how: object) -> dict[str, Any]:
    """Rotate a key and return what is answered."""
    answer = admin.ask("POST", f"/api/v1/keys/{key_id}/rotate", body=how)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = body_of(answer)
    return made


def with_key(calls: Calls, key: str) -> int:
    """Return the status of a request with some key."""
    headers = {"Authorization": f"Bearer {key}"}
    status: int = calls.as_(None).get("/api/v1/policies", headers=headers).status_code
    return status


def listed(admin: Calls, key_id: str) -> dict[str, Any]:
    """Return a key as the list shows it."""
    page = body_of(admin.get("/api/v1/keys"))
    [found] = [key for key in page["keys"] if key["id"] == key_id]
    shown: dict[str, Any] = found
    return shown


def test_a_key_is_shown_once_and_works(admin: Calls) -> None:
    """The answer that makes it has it, may not be cached, and is the only one."""
    made = make(admin, "ticketing")
    assert with_key(admin, made["key"]) == 200
    assert made["key"] not in admin.get("/api/v1/keys").text
    assert made["key"] not in admin.get("/api/v1/audit").text
    assert made["key"] not in admin.log.getvalue()
    assert listed(admin, made["id"])["last_used_at"] == "2026-11-22T12:00:00.000Z"


def test_a_key_ends_when_it_was_to(admin: Calls) -> None:
    """An end may be given in any zone."""
    made = make(admin, "auditor", expires_at="2026-11-22T14:00:00+01:00")
    assert made["expires_at"] == "2026-11-22T13:00:00.000Z"
    assert with_key(admin, made["key"]) == 200
    admin.clock.advance(hours=1)
    assert with_key(admin, made["key"]) == 401


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", ""),
        ("name", "a\u0000"),
        ("name", 7),
        ("roles", []),
        ("roles", ["owner"]),
        ("roles", "admin"),
        ("roles", ["admin", "admin"]),
        ("roles", [["admin"]]),
        ("roles", None),
        ("expires_at", "2026-11-22T12:00:00Z"),
        ("expires_at", "2027-01-01"),
        ("expires_at", "2027-01-01T00:00:00"),
        ("expires_at", "0001-01-01T00:00:00+23:00"),
        ("expires_at", 0),
        ("surprise", 1),
    ],
)
def test_what_cannot_be_a_key_is_refused_by_its_member(
    calls: Calls, member: str, value: object
) -> None:
    """Each unsound member is named, and no key is made."""
    admin = calls.as_(Role.ADMIN)
    body = {"name": "x", "roles": ["auditor"], member: value}
    refused = problem_of(admin.ask("POST", "/api/v1/keys", body=body), 422, "invalid-fields")
    assert [problem["pointer"] for problem in refused["errors"]] == [f"/{member}"]
    assert len(body_of(admin.get("/api/v1/keys"))["keys"]) == len(Role)


def test_both_keys_work_until_the_grace_ends(admin: Calls) -> None:
    """A system is given its new key without a pause; by default it has a day."""
    old = make(admin, "ticketing")
    new = rotate(admin, old["id"])
    assert new["name"] == "Roundup"
    assert [with_key(admin, key["key"]) for key in (old, new)] == [200, 200]
    assert listed(admin, old["id"])["expires_at"] == "2026-11-23T12:00:00.000Z"
    admin.clock.advance(hours=24)
    assert [with_key(admin, key["key"]) for key in (old, new)] == [401, 200]


def test_a_retry_with_the_new_key_is_the_same_request(admin: Calls) -> None:
    """What was decided under the old key is not decided again under the one that replaced it."""
    old = make(admin, "ticketing")
    body = {"case": {"ref": "CRM-7"}, "facts": {}}

    def decide(key: str) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
        return admin.ask("POST", "/api/v1/decisions", body=body, headers=headers)

    first = decide(old["key"])
    again = decide(rotate(admin, old["id"], grace_hours=0)["key"])
    assert first.status_code == again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.text == first.text


def test_a_key_that_has_ended_is_not_rotated(admin: Calls) -> None:
    """It says so, instead of bringing a revoked key back."""
    key = make(admin, "ticketing")
    assert admin.ask("DELETE", f"/api/v1/keys/{key['id']}").status_code == 200
    answer = admin.ask("POST", f"/api/v1/keys/{key['id']}/rotate", body={})
    assert "has ended" in problem_of(answer, 422, "refused")["detail"]


def test_a_revoked_key_opens_nothing_and_stays_listed(admin: Calls) -> None:
    """Revoking twice is as good as once."""
    key = make(admin, "auditor")
    for _ in range(2):
        revoked = body_of(admin.ask("DELETE", f"/api/v1/keys/{key['id']}"))
        assert revoked["revoked_at"] == "2026-11-22T12:00:00.000Z"
        admin.clock.advance(minutes=1)
    assert with_key(admin, key["key"]) == 401
    assert listed(admin, key["id"])["revoked_at"]


def test_the_last_administrator_stays(admin: Calls) -> None:
    """Nobody locks everybody out, not even by revoking the key that asks."""
    [own] = [k for k in body_of(admin.get("/api/v1/keys"))["keys"] if k["roles"] == ["admin"]]
    refused = admin.ask("DELETE", f"/api/v1/keys/{own['id']}")
    problem_of(refused, 409, "last-administrator")
    make(admin, "admin")
    assert admin.ask("DELETE", f"/api/v1/keys/{own['id']}").status_code == 200
    problem_of(admin.get("/api/v1/keys"), 401, "not-authenticated")


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
def test_an_unknown_key_is_404(calls: Calls, verb: str) -> None:
    """Neither is done to a key that is not there."""
    path = "/api/v1/keys/00000000-0000-0000-0000-000000000000"
    admin = calls.as_(Role.ADMIN)
    if verb == "rotate":
        answer = admin.ask("POST", f"{path}/rotate", body={})
    else:
        answer = admin.ask("DELETE", path)
    problem_of(answer, 404, "not-found")


def test_keys_come_in_pages(admin: Calls) -> None:
    """However many there are, an answer has at most as many as were asked for."""
    first = body_of(admin.get("/api/v1/keys?limit=3"))
    second = body_of(admin.get(f"/api/v1/keys?limit=3&after={first['next']}"))
    assert (len(first["keys"]), len(second["keys"]), second["next"]) == (3, 2, None)
    problem_of(admin.get("/api/v1/keys?after=x"), 422, "invalid-fields")
