"""Whether what comes over HTTP is what the process itself answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from typing import cast

from benchmarks import filled
from benchmarks.routing_cases import RoutingCase
from model import json_text
from model.answers import Answer


def require_equal(
    port: int, path: str, cases: Sequence[RoutingCase], answers: Sequence[Answer]
) -> None:
    """Ask for a preview of each example; all but the moment of it must be as expected."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {filled.KEY}", "Content-Type": "application/json"}
    for number, (case, expected) in enumerate(zip(cases, answers, strict=True)):
        body = filled.body_of(case, f"{filled.PREVIEWED}{number}")
        connection.request("POST", path, body, headers)
        text = connection.getresponse().read().decode()
        answered = cast("Mapping[str, object]", json_text.loads(text))
        assert {**answered, "decided_at": None} == {**expected.body, "decided_at": None}, text
    connection.close()
