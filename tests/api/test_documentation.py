"""The OpenAPI document is sound, whole, and its examples are what the service really answers."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from api import examples
from tests.api.calling import Calls, body_of


@pytest.fixture
def document(calls: Calls) -> dict[str, Any]:
    """The document as it is served."""
    body: dict[str, Any] = body_of(calls.get("/api/v1/openapi.json"))
    return body


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation with its method and path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield method, path, operation


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every body that an operation reads or answers."""
    described = [*operation["responses"].values(), operation.get("requestBody", {})]
    for each in described:
        yield from each.get("content", {}).values()


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    """Any tool can read it."""
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_route_is_in_the_document(calls: Calls, document: dict[str, Any]) -> None:
    """All but the page that shows the document."""
    served = {
        (method.lower(), re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule))
        for rule in calls.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/docs")
    }
    assert {(method, path) for method, path, _ in operations(document)} == served


def test_every_operation_says_how_it_can_fail(document: dict[str, Any]) -> None:
    """With a key 401, 403, 429 and 503; with a body 400, 413, 415 and 422 too."""
    for method, path, operation in operations(document):
        answers = set(operation["responses"])
        assert operation["summary"], (method, path)
        if path != "/healthz":
            assert "503" in answers
        if operation["security"]:
            assert {"401", "403", "429", "503"} <= answers
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= answers


def test_every_example_is_as_its_schema_says(document: dict[str, Any]) -> None:
    """A reader is shown nothing that could not be sent or answered."""
    shown = 0
    for method, path, operation in operations(document):
        for content in contents(operation):
            schema = {**content["schema"], "components": document["components"]}
            named = [example["value"] for example in content.get("examples", {}).values()]
            for example in [*named, *([content["example"]] if "example" in content else [])]:
                OAS31Validator(schema).validate(example)
                shown += 1
            assert named or "example" in content, (method, path)
    assert shown > 50


def test_the_example_of_a_decision_is_a_real_one(calls: Calls) -> None:
    """Its request gets its answer, but for the id, the revision and the time."""
    asked = examples.DECISION_REQUESTS["what is known so far"]
    real = body_of(calls.ask("POST", "/api/v1/decisions", body=asked))
    volatile = ("id", "policy_revision", "decided_at", "because")
    for name, shown in examples.DECISION.items():
        if name not in volatile:
            assert real[name] == shown
    for really, shown in zip(real["because"], examples.DECISION["because"], strict=True):
        assert {**really, "sources": []} == {**shown, "sources": []}


@pytest.mark.parametrize("name", examples.DECISION_REQUESTS)
def test_every_example_of_a_request_is_taken(calls: Calls, name: str) -> None:
    """A reader may copy it."""
    asked = examples.DECISION_REQUESTS[name]
    for _ in range(asked["case"].get("if_version", 0)):
        calls.decided(asked["case"]["ref"])
    assert calls.ask("POST", "/api/v1/decisions", body=asked).status_code == 201


def test_the_page_works_offline(calls: Calls) -> None:
    """Every file that it names is served from here, with a policy that lets its scripts run."""
    page = calls.get("/docs/")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(named) >= 4
    for name in named:
        assert name.startswith("/docs/")
        assert calls.get(name).status_code == 200
    policy = page.headers["Content-Security-Policy"]
    for script in re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL):
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "'unsafe-eval'" not in policy
    assert calls.get("/docs").headers["Location"].endswith("/docs/")
