"""Forums over HTTP: made, found by the toll-gate that they hold, and taken away."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner

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


def test_a_session_says_in_which_forum_it_was_held(calls_on_each: Calls) -> None:
    """And the forum says which sessions were; each of them stays when the forum is taken away."""
    of = owner(calls_on_each)
    of.make()
    of.supply("service_strategy")
    assert of.calls.ask("PUT", AT, body={**BODY, "gates": [1]}).status_code == 200
    approved = {"facts": {"verdict": "approve"}, "sat": ["Alex"], "forum": "board"}
    assert of.post(1, {"facts": {}}).status_code == 201
    assert of.post(1, approved).status_code == 201
    latest, first = body_of(of.calls.get(f"{of.path}/tollgates"))["sessions"]
    assert (latest["forum"], first["forum"]) == ("board", None)
    held = body_of(of.calls.get(f"{AT}/sessions"))
    assert held == {"sessions": [{"service": of.key, **latest}], "next": None}
    line = f"{of.path}/timeline?what=tollgate_held"
    events = body_of(of.calls.get(line))["events"]
    assert [event["forum"] for event in events] == [None, "board"]
    assert "passed, in board, with Alex" in of.calls.get(f"{of.path}/timeline.svg").text
    assert of.calls.ask("DELETE", AT).status_code == 200
    problem_of(of.calls.get(AT), 404, "not-found")
    assert body_of(of.calls.get(f"{AT}/sessions")) == held
    assert body_of(of.calls.get(line))["events"] == events


def test_a_session_in_a_forum_that_is_not_there_is_refused(board: Calls) -> None:
    """With the forum that may be meant; the session was not held."""
    of = owner(board)
    of.make()
    assert board.ask("PUT", AT, body=BODY).status_code == 200
    said = refused(of.post(1, {"facts": {}, "forum": "baord"}), "/forum")
    assert said["help"] == "did you mean board?"
    refused(of.post(1, {"facts": {}, "forum": 7}), "/forum")
    refused(of.post(1, {"facts": {}, "forum": ""}), "/forum")
    refused(of.post(1, {"facts": {}, "forum": "a\x00"}), "/forum")
    assert body_of(of.calls.get(f"{of.path}/tollgates"))["sessions"] == []
    assert of.shown()["version"] == 1


def test_a_session_in_a_forum_that_does_not_hold_the_gate_is_refused(calls_on_each: Calls) -> None:
    """With the gates that it holds, and who holds this one; the session was not held."""
    board = calls_on_each.as_(Role.SERVICE_MANAGER)
    of = owner(board)
    of.make()
    for key, gates in (("board", [6, 3]), ("idle", [])):
        body = {**BODY, "gates": gates}
        assert board.ask("PUT", f"/api/v1/forums/{key}", body=body).status_code == 200
    said = refused(of.post(1, {"facts": {}, "forum": "board"}), "/forum")
    assert said["detail"] == "does not hold toll-gate 1: it holds 3, 6"
    assert said.get("help") is None
    assert board.ask("PUT", "/api/v1/forums/first", body={**BODY, "gates": [1]}).status_code == 200
    said = refused(of.post(1, {"facts": {}, "forum": "idle"}), "/forum")
    assert said["detail"] == "does not hold toll-gate 1: it holds none"
    assert said["help"] == "toll-gate 1 is held by first"
    assert body_of(of.calls.get(f"{of.path}/tollgates"))["sessions"] == []
    assert of.post(1, {"facts": {}, "forum": "first"}).status_code == 201
    assert of.post(3, {"facts": {}, "forum": "board"}).status_code == 201


def test_sessions_of_a_forum_are_read_page_by_page(board: Calls) -> None:
    """Newest first, of whichever services; a cursor is one that was given."""
    assert board.ask("PUT", AT, body={**BODY, "gates": [1]}).status_code == 200
    for key in ("a", "b", "c"):
        of = Owner(board, key)
        of.make()
        assert of.post(1, {"forum": "board"}).status_code == 201
    first = body_of(board.get(f"{AT}/sessions?limit=2"))
    second = body_of(board.get(f"{AT}/sessions?limit=2&after={first['next']}"))
    keys = [each["service"] for each in (*first["sessions"], *second["sessions"])]
    assert (keys, second["next"]) == (["c", "b", "a"], None)
    refused(board.get(f"{AT}/sessions?after=x"), "/after")
    problem_of(board.get("/api/v1/forums/none/sessions"), 404, "not-found")


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
