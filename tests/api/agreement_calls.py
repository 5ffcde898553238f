"""Agreements over HTTP in a few short words: made, changed and measured."""

from __future__ import annotations

from typing import Any

from api.agreement_examples import NEW_AGREEMENTS, NEW_MEASUREMENTS
from model.access import Role
from tests.api.calling import Calls, body_of

AT = "/api/v1/agreements"
SLA = NEW_AGREEMENTS["a service level agreement"]
CONTRACT = NEW_AGREEMENTS["a contract with a supplier"]
MEASURED = NEW_MEASUREMENTS["two months"]


def make(calls: Calls, body: dict[str, Any] = SLA, **change: object) -> dict[str, Any]:
    """Make an agreement, with some of it changed."""
    manager = calls.as_(Role.SERVICE_MANAGER)
    answer = manager.ask("POST", AT, body={**body, **change})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{AT}/{body_of(answer)['id']}"
    agreement: dict[str, Any] = body_of(answer)
    return agreement


def patch(calls: Calls, id: str, change: object, match: str = "*") -> Any:
    """Change an agreement."""
    return calls.ask("PATCH", f"{AT}/{id}", body=change, headers={"If-Match": match})


def measure(calls: Calls, id: str, *measured: tuple[str, str, object]) -> Any:
    """Send measurements: of a metric, of a day, and its value."""
    sent = [dict(zip(("metric", "day", "value"), each, strict=True)) for each in measured]
    return calls.ask("POST", f"{AT}/{id}/measurements", body={"measurements": sent})
