"""Improvements over HTTP: planned, reminded of, changed and closed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.improvement_examples import CHANGES, NEW_IMPROVEMENTS
from model.access import Role
from model.settings import HOME
from tests.api.agreement_calls import make as make_agreement
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/improvements"
NEW = NEW_IMPROVEMENTS["of the portfolio"]


@pytest.fixture
def owner(calls: Calls) -> Calls:
    """A service manager."""
    return calls.as_(Role.SERVICE_MANAGER)


def plan(calls: Calls, body: object = NEW, **more: Any) -> dict[str, Any]:
    """Plan an improvement."""
    answer = calls.ask("POST", AT, body=body, **more)
    assert answer.status_code == 201, answer.text
    improvement: dict[str, Any] = body_of(answer)
    assert answer.headers["Location"] == f"{AT}/{improvement['id']}"
    return improvement


def patch(calls: Calls, id: str, change: object, match: str = "*") -> Any:
    """Change an improvement."""
    return calls.ask("PATCH", f"{AT}/{id}", body=change, headers={"If-Match": match})


def test_an_improvement_is_planned_followed_and_closed(calls_on_each: Calls) -> None:
    """As it was sent, with a version that grows; its review is there until it is closed."""
    owner = calls_on_each.as_(Role.SERVICE_MANAGER)
    improvement = plan(owner)
    assert {name: improvement[name] for name in NEW} == NEW
    assert (improvement["state"], improvement["service"], improvement["version"]) == (
        "open", None, 1,
    )  # fmt: skip
    answer = owner.get(f"{AT}/{improvement['id']}")
    assert (body_of(answer), answer.headers["ETag"]) == (improvement, '"1"')
    (review,) = body_of(owner.get("/api/v1/reviews"))["reviews"]
    assert (review["id"], review["kind"]) == (improvement["id"], "improvement")
    assert (review["due_on"], review["every"]) == (NEW["due_on"], None)
    later = body_of(patch(owner, improvement["id"], CHANGES["later"], '"1"'))
    assert later == {**improvement, **CHANGES["later"], "version": 2}
    problem = problem_of(patch(owner, improvement["id"], {}, '"1"'), 412, "improvement-moved-on")
    assert "at version 2" in problem["detail"]
    done = body_of(patch(owner, improvement["id"], CHANGES["it is done"]))
    assert (done["state"], done["outcome"]) == ("done", "All forty have one")
    assert body_of(owner.get("/api/v1/reviews"))["reviews"] == []
    assert body_of(owner.get(f"{AT}?state=done")) == {"improvements": [done], "next": None}
    assert body_of(owner.get(f"{AT}?state=open"))["improvements"] == []


def test_a_change_that_changes_nothing_makes_no_version(calls_on_each: Calls) -> None:
    """Neither does what is planned already; its review stays as it was too."""
    owner = calls_on_each.as_(Role.SERVICE_MANAGER)
    improvement = plan(owner)
    reviews = body_of(owner.get("/api/v1/reviews"))
    owner.clock.advance(minutes=1)
    for change in ({}, NEW, {"state": "open"}, {"state": "open", "outcome": None}):
        answer = patch(owner, improvement["id"], change, '"1"')
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
        assert body_of(answer) == improvement
    assert body_of(owner.get("/api/v1/reviews")) == reviews


def test_every_version_can_be_read(calls_on_each: Calls) -> None:
    """The latest first: what was planned, who wrote it and when, and what was otherwise before."""
    owner = calls_on_each.as_(Role.SERVICE_MANAGER)
    planned = plan(owner)
    done = body_of(patch(owner, planned["id"], CHANGES["it is done"]))
    words = {name for name in planned if name not in ("id", "created_at")}
    path = f"{AT}/{planned['id']}/versions"
    assert body_of(owner.get(path)) == {
        "versions": [
            {**{n: done[n] for n in words}, "changed": ["state", "outcome"]},
            {**{n: planned[n] for n in words}, "changed": []},
        ],
        "next": None,
    }
    assert body_of(owner.get(f"{path}?limit=1"))["next"] == "2"
    assert [v["version"] for v in body_of(owner.get(f"{path}?after=2"))["versions"]] == [1]
    nowhere = f"{AT}/00000000-0000-4000-8000-000000000000/versions"
    problem_of(owner.get(nowhere), 404, "not-found")


def test_the_same_request_under_a_key_is_done_once(owner: Calls) -> None:
    """The answer is the same, and there is one improvement."""
    key = {"Idempotency-Key": "k-1"}
    assert plan(owner, headers=key) == plan(owner, headers=key)
    assert len(body_of(owner.get(AT))["improvements"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"state": "finished"}, "/state"),
        ({"state": "done"}, "/outcome"),
        ({"objective": None}, "/objective"),
        ({"due_on": "soon"}, "/due_on"),
        ({"review": "nothing"}, "/review"),
        ({"owner": "Sam"}, "/owner"),
    ],
)
def test_what_is_wrong_is_named(owner: Calls, change: dict[str, object], pointer: str) -> None:
    """At its place, and nothing is changed."""
    improvement = plan(owner)
    refused(patch(owner, improvement["id"], change), pointer)
    assert body_of(owner.get(f"{AT}/{improvement['id']}")) == improvement


def test_what_is_planned_is_open(owner: Calls) -> None:
    """Nobody plans what is done already, and a change says what it is for."""
    refused(owner.ask("POST", AT, body={**NEW, "state": "done"}), "/state")
    blind = owner.ask("PATCH", f"{AT}/{plan(owner)['id']}", body={})
    problem_of(blind, 428, "precondition-required")
    refused(owner.get(f"{AT}?state=finished"), "/state")
    problem_of(owner.get(f"{AT}?service=nowhere"), 404, "not-found")
    refused(owner.get(f"{AT}?after=nowhere"), "/after")


def test_what_is_done_about_an_agreement_is_found_by_it(owner: Calls) -> None:
    """What its breaches led to, and nothing else."""
    agreement = make_agreement(owner)["id"]
    plan(owner)
    led = plan(owner, {**NEW, "agreement": agreement})
    assert body_of(owner.get(f"{AT}?agreement={agreement}"))["improvements"] == [led]
    problem_of(owner.get(f"{AT}?agreement=nowhere"), 404, "not-found")


def test_the_readme_shows_an_improvement_that_is_taken(owner: Calls) -> None:
    """It is planned of the README's service, and closed as it says."""
    part = (
        (HOME / "README.md").read_text(encoding="utf-8").split("\n## What is to become better")[1]
    )
    shown, closed = (
        json.JSONDecoder().raw_decode(part[part.index(opening) :])[0]
        for opening in ('{"objective"', '{"state"')
    )
    service = {"key": shown["service"], "name": "E-signature"}
    assert owner.ask("POST", "/api/v1/services", body=service).status_code == 201
    improvement = plan(owner, shown)
    found = body_of(owner.get(f"{AT}?service=e-signature&state=open"))["improvements"]
    assert found == [improvement]
    assert body_of(patch(owner, improvement["id"], closed))["outcome"] == "Ten seconds"
