"""Packages over HTTP: services that are offered together."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import owner

AT = "/api/v1/packages"


@pytest.fixture
def board(calls: Calls) -> Calls:
    """A service manager with one service in the catalogue and one that is an idea."""
    owner(calls).bring_to(4)
    owner(calls, "idea").make()
    return calls.as_(Role.SERVICE_MANAGER)


def put(board: Calls, *services: str, key: str = "office", **more: object) -> object:
    """Write a package."""
    body = {"name": "Office", "services": list(services), **more}
    answer = board.ask("PUT", f"{AT}/{key}", body=body)
    assert answer.status_code == 200, answer.text
    return body_of(answer)


def test_a_package_is_made_changed_and_taken_apart(board: Calls, calls: Calls) -> None:
    """It stands as its services do, each of which says in which packages it is."""
    made = put(board, "e-signature", "idea", "idea", by="Kim")
    shown = body_of(board.get(f"{AT}/office"))
    assert shown == made
    assert (shown["services"], shown["standing"]) == (["e-signature", "idea"], "prepared")
    assert shown["changed_by"] == "Kim"
    (entry,) = body_of(board.get("/api/v1/catalogue"))["entries"]
    assert entry["packages"] == ["office"]
    put(board, "e-signature", description="What an office needs")
    assert body_of(calls.get(AT))["packages"][0]["description"] == "What an office needs"
    gone = board.ask("DELETE", f"{AT}/office")
    assert body_of(gone)["services"] == ["e-signature"]
    problem_of(calls.get(f"{AT}/office"), 404, "not-found")
    problem_of(board.ask("DELETE", f"{AT}/office"), 404, "not-found")
    assert body_of(calls.get("/api/v1/services/e-signature/entry"))["packages"] == []


def test_packages_are_read_page_by_page(board: Calls, calls: Calls) -> None:
    """Each page begins where the one before ended."""
    for number in range(3):
        put(board, "e-signature", key=f"p{number}")
    first = body_of(calls.get(f"{AT}?limit=2"))
    second = body_of(calls.get(f"{AT}?limit=2&after={first['next']}"))
    keys = [each["key"] for page in (first, second) for each in page["packages"]]
    assert (keys, second["next"]) == (["p0", "p1", "p2"], None)
    refused(calls.get(f"{AT}?after=soon"), "/after")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Office", "services": ["ide"]}, "/services/0"),
        ({"name": "Office", "services": []}, "/services"),
        ({"name": "Office"}, "/services"),
        ({"services": ["idea"]}, "/name"),
        ({"name": "Office", "services": ["idea"], "price": 1}, "/price"),
    ],
)
def test_what_is_no_package_is_refused(board: Calls, body: object, pointer: str) -> None:
    """At its place, with the service that may be meant; and nothing is made."""
    said = refused(board.ask("PUT", f"{AT}/office", body=body), pointer)
    if pointer == "/services/0":
        assert "idea" in said["help"]
    problem_of(board.get(f"{AT}/office"), 404, "not-found")
