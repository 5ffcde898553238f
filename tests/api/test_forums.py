"""Forums over HTTP: made, found by the toll-gate that they hold, and taken away."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/forums/board"
BODY = {"name": "Board", "purpose": "Says what is built", "gates": [3], "people": ["Alex"]}


@pytest.fixture
def board(calls: Calls) -> Calls:
    """A service board."""
    return calls.as_(Role.SERVICE_MANAGER)


def test_a_forum_is_found_by_the_gate_that_it_holds(board: Calls) -> None:
    """With who sits there, until it is taken away."""
    made = body_of(board.ask("PUT", AT, body={**BODY, "meets_every": "P1M", "by": "Kim"}))
    assert (made["members"], made["changed_by"]) == (["Alex"], "Kim")
    assert body_of(board.get(AT)) == made
    assert body_of(board.get("/api/v1/forums?gate=3"))["forums"] == [made]
    assert body_of(board.get("/api/v1/forums?gate=4"))["forums"] == []
    assert body_of(board.ask("DELETE", AT)) == made
    problem_of(board.get(AT), 404, "not-found")


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
def test_what_is_no_forum_is_refused(board: Calls, change: dict[str, object], pointer: str) -> None:
    """The problem names the member, and nothing is kept."""
    refused(board.ask("PUT", AT, body={**BODY, **change}), pointer)
    problem_of(board.get(AT), 404, "not-found")
    refused(board.get("/api/v1/forums?gate=8"), "/gate")
