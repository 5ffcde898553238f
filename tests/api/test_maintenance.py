"""Maintenance over HTTP: planned once under a key, called off, and read by all."""

from __future__ import annotations

import pytest

from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner

WHEN = {"begins_at": "2026-12-01T20:00:00+01:00", "ends_at": "2026-12-01T22:00:00+01:00"}


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager with a service."""
    made = owner(calls)
    made.make()
    return made


def test_maintenance_is_planned_once_read_and_called_off(of: Owner) -> None:
    """The same request under the same key plans nothing more."""
    at, headers = f"{of.path}/maintenance", {"Idempotency-Key": "one"}
    body = {**WHEN, "what": "Disks", "by": "Sam"}
    made = of.calls.ask("POST", at, body=body, headers=headers)
    again = of.calls.ask("POST", at, body=body, headers=headers)
    assert (made.status_code, again.status_code, again.text) == (201, 201, made.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    shown = body_of(made)
    problem = problem_of(of.calls.ask("POST", at, body=body), 409, "already-planned")
    assert f"maintenance {shown['number']} of" in problem["detail"]
    assert shown["begins_at"] == "2026-12-01T19:00:00.000Z"
    assert body_of(of.calls.get(at)) == {"maintenance": [shown], "next": None}
    off = body_of(of.calls.ask("DELETE", f"{at}/{shown['number']}"))
    assert (off["called_off_by"], off["called_off_at"]) == (
        "service-manager",
        "2026-11-22T12:00:00.000Z",
    )
    assert body_of(of.calls.get(at))["maintenance"] == [off]
    problem_of(of.calls.ask("DELETE", f"{at}/{shown['number'] + 1}"), 404, "not-found")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"begins_at": "2026-11-22T11:59:59Z"}, "/begins_at"),
        ({"ends_at": "2026-12-01T19:00:00Z"}, "/ends_at"),
        ({"ends_at": "tomorrow"}, "/ends_at"),
        ({"what": ""}, "/what"),
    ],
)
def test_what_cannot_be_is_refused(of: Owner, change: dict[str, str], pointer: str) -> None:
    """The problem names the member."""
    body = {**WHEN, "what": "Disks", **change}
    refused(of.calls.ask("POST", f"{of.path}/maintenance", body=body), pointer)
