"""Forums over HTTP: made, found by the toll-gate that they hold, and taken away."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/forums/board"
BODY = {"name": "Board", "purpose": "Says what is built", "gates": [3], "people": ["Alex"]}


@pytest.fixture
def manager(calls: Calls) -> Calls:
    """A service manager."""
    return calls.as_(Role.SERVICE_MANAGER)


def test_a_forum_is_found_by_the_gate_that_it_holds(manager: Calls) -> None:
    """With who sits there, until it is taken away."""
    made = body_of(manager.ask("PUT", AT, body={**BODY, "meets_every": "P1M", "by": "Kim"}))
    assert (made["members"], made["changed_by"]) == (["Alex"], "Kim")
    assert body_of(manager.get(AT)) == made
    assert body_of(manager.get("/api/v1/forums?gate=3"))["forums"] == [made]
    assert body_of(manager.get("/api/v1/forums?gate=4"))["forums"] == []
    assert body_of(manager.ask("DELETE", AT)) == made
    problem_of(manager.get(AT), 404, "not-found")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"gates": [8]}, "/gates/0"),
        ({"gates": ["3"]}, "/gates/0"),
        ({"gates": 3}, "/gates"),
        ({"purpose": ""}, "/purpose"),
        ({"meets_every": "often"}, "/meets_every"),
        ({"chair": "Alex"}, "/chair"),
    ],
)
def test_what_is_no_forum_is_refused(
    manager: Calls, change: dict[str, object], pointer: str
) -> None:
    """The problem names the member, and nothing is kept."""
    refused(manager.ask("PUT", AT, body={**BODY, **change}), pointer)
    problem_of(manager.get(AT), 404, "not-found")
    refused(manager.get("/api/v1/forums?gate=8"), "/gate")
