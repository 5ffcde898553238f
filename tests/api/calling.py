"""Calling the API as a ticketing system does, in the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from api.service import Service
from model import json_text
from model.access import Role

SECRET = b"a secret that only the tests know"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROBLEM = "application/problem+json"


def key_of(role: Role) -> str:
    """Return the API key of the tests' caller with that role."""
    return f"the-tests-key-of-{role.value}"


@dataclass(slots=True)
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass(slots=True)
class Calls:
    """A caller with a key of one role; every answer comes with its JSON read exactly."""

    app: Flask
    clock: Clock
    log: StringIO
    role: Role | None = Role.TICKETING
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def service(self) -> Service:
        """The parts that the application works with."""
        service: Service = self.app.extensions["tollgate"]
        return service

    def as_(self, role: Role | None) -> Calls:
        """Return a caller with another key, or with none."""
        return Calls(self.app, self.clock, self.log, role)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        """Send a request and return the answer."""
        sent = {"Authorization": f"Bearer {key_of(self.role)}"} if self.role else {}
        if body is not None:
            data = json_text.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent |= dict(headers or {})
        answer: TestResponse = self.client.open(
            path, method=method, data=data, headers=sent, **more
        )
        return answer

    def get(self, path: str, **more: Any) -> TestResponse:
        """Read something."""
        return self.ask("GET", path, **more)

    def decide(self, ref: str = "CRM-1", facts: object = None, **more: Any) -> TestResponse:
        """Have a case decided as of the day the clock shows."""
        case = {"ref": ref, **more.pop("case", {})}
        body = {"case": case, "facts": facts or {}, **more.pop("also", {})}
        return self.ask("POST", "/api/v1/decisions", body=body, **more)

    def decided(self, ref: str = "CRM-1", facts: object = None, **more: Any) -> dict[str, Any]:
        """Have a case decided and return the answer's body."""
        answer = self.decide(ref, facts, **more)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = body_of(answer)
        return body

    def patch(self, ref: str, facts: object, match: str | None, **more: Any) -> TestResponse:
        """Change facts of a case."""
        headers = {} if match is None else {"If-Match": match}
        path = f"/api/v1/cases/{ref}/facts"
        return self.ask("PATCH", path, body={"facts": facts}, headers=headers, **more)


def body_of(answer: TestResponse) -> Any:
    """Return the answer's JSON, with exact decimals."""
    return json_text.loads(answer.get_data(as_text=True))


def problem_of(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Return the answer's problem document, which must be of this kind and whole."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == PROBLEM
    body: dict[str, Any] = body_of(answer)
    assert body["type"] == f"/problems/{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def refused(answer: TestResponse, pointer: str) -> dict[str, str]:
    """Return what is said of the one member that a request was refused for."""
    errors = problem_of(answer, 422, "invalid-fields")["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    said: dict[str, str] = errors[0]
    return said
