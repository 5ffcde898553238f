"""Artifacts over HTTP: supplied version by version, and only from where people can be sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import KEY, WHERE, Owner, owner

PATH = f"/api/v1/services/{KEY}"


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager on SQLite."""
    return owner(calls)


def test_every_version_of_an_artifact_is_kept(of: Owner) -> None:
    """Each PUT adds one; an If-Match is honoured where there is one."""
    of.make()
    path = f"{PATH}/artifacts/service_strategy"
    for number in (1, 2):
        body = {"location": f"{WHERE}/{number}.pdf", "by": "Sam"}
        put = of.calls.ask("PUT", path, body=body)
        assert put.status_code == 201
        assert body_of(put)["artifacts"]["service_strategy"]["version"] == number
    stale = of.calls.ask("PUT", path, body={"location": WHERE}, headers={"If-Match": '"1"'})
    problem_of(stale, 412, "service-moved-on")
    versions = body_of(of.calls.get(path))
    assert versions["artifact"] == "service_strategy"
    assert [each["location"] for each in versions["versions"]] == [
        f"{WHERE}/2.pdf", f"{WHERE}/1.pdf",
    ]  # fmt: skip


def test_a_version_is_supplied_once_for_each_key(of: Owner) -> None:
    """Sent again under its key it makes no other version, whatever came meanwhile."""
    of.make()
    path, key = f"{PATH}/artifacts/service_strategy", {"Idempotency-Key": "one"}
    first = of.calls.ask("PUT", path, body={"location": WHERE}, headers=key)
    assert first.headers["ETag"] == '"2"'
    of.calls.ask("PUT", path, body={"location": f"{WHERE}/2"})
    again = of.calls.ask("PUT", path, body={"location": WHERE}, headers={**key, "If-Match": '"1"'})
    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(body_of(of.calls.get(path))["versions"]) == 2
    elsewhere = f"{PATH}/artifacts/business_case"
    for at, body in ((path, {"location": f"{WHERE}/3"}), (elsewhere, {"location": WHERE})):
        other = of.calls.ask("PUT", at, body=body, headers=key)
        problem_of(other, 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    "location", ["javascript:alert(1)", "file:///etc/passwd", "x", "smb://files/x", "https://a b/"]
)
def test_an_artifact_is_where_people_can_be_sent(of: Owner, location: str) -> None:
    """Anything but the web, and the stores that the operator named, is refused."""
    of.make()
    path = f"{PATH}/artifacts/service_strategy"
    refused(of.calls.ask("PUT", path, body={"location": location}), "/location")
    assert of.shown()["artifacts"] == {}


def test_the_operator_names_document_stores(serve: Any, url: str) -> None:
    """Their schemes are taken beside http and https."""
    of = owner(serve(url, document_schemes=("smb",)))
    of.make()
    path = f"{PATH}/artifacts/service_strategy"
    assert of.calls.ask("PUT", path, body={"location": "smb://files/x"}).status_code == 201


def test_what_no_gate_asks_for_is_no_artifact(of: Owner) -> None:
    """A slip of the pen is told what was meant; what nobody supplied cannot be read."""
    of.make()
    put = of.calls.ask("PUT", f"{PATH}/artifacts/servise_strategy", body={"location": WHERE})
    assert "did you mean `service_strategy`" in problem_of(put, 404, "not-found")["detail"]
    problem_of(of.calls.get(f"{PATH}/artifacts/service_strategy"), 404, "not-found")
    nowhere = of.calls.ask("PUT", "/api/v1/services/x/artifacts/y", body={"location": WHERE})
    problem_of(nowhere, 404, "not-found")
