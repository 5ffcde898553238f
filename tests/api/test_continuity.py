"""Continuity over HTTP: the plan is an artifact that no gate asks for, and its tests are noted."""

from __future__ import annotations

import pytest

from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager with a service."""
    made = owner(calls)
    made.make()
    return made


def test_a_plan_is_kept_in_versions_and_its_tests_with_their_outcome(of: Owner) -> None:
    """Though no toll-gate asks for it; once under a key, however often it is sent."""
    of.supply("continuity_plan", "continuity_plan")
    plan = body_of(of.calls.get(f"{of.path}/artifacts/continuity_plan"))
    assert [each["version"] for each in plan["versions"]] == [2, 1]
    at, once = f"{of.path}/continuity", {"Idempotency-Key": "a-test-of-ours"}
    body = {"held_on": "2026-10-14", "resumed": True, "by": "Lee"}
    made = of.calls.ask("POST", at, body=body, headers=once)
    again = of.calls.ask("POST", at, body=body, headers=once)
    assert (made.status_code, again.text) == (201, made.text)
    noted = body_of(made)
    assert (noted["plan_version"], noted["by"], noted["location"]) == (2, "Lee", None)
    assert body_of(of.calls.get(at)) == {"tests": [noted], "next": None}
    timeline = body_of(of.calls.get(f"{of.path}/timeline?what=continuity_tested"))
    assert [each["continuity"] for each in timeline["events"]] == [str(noted["number"])]
    assert of.calls.get(f"{of.path}/timeline.svg").text.count("continuity tests") >= 1


def test_the_vocabulary_says_which_artifacts_no_gate_asks_for(of: Owner) -> None:
    """Each with what it is and its clause; any other is still nobody's."""
    kept = body_of(of.calls.get("/api/v1/vocabulary"))["artifacts"]
    assert {each["name"] for each in kept} == {"continuity_plan", "continuity_test_report"}
    assert all(each["meaning"] and each["sources"] for each in kept)
    body = {"location": "https://documents.example/x"}
    missed = of.calls.ask("PUT", f"{of.path}/artifacts/continuity_plans", body=body)
    assert "continuity_plan" in problem_of(missed, 404, "not-found")["detail"]


def test_the_gaps_name_what_a_service_in_operation_lacks(calls: Calls) -> None:
    """The review of continuity looks there."""
    live = owner(calls)
    live.bring_to(5)
    at = "/api/v1/catalogue/gaps?from=2026-11-01&to=2026-11-30"
    (entry,) = body_of(live.calls.get(at))["incomplete"]
    assert {"continuity_plan", "continuity_test"} <= set(entry["missing"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"resumed": True}, "/held_on"),
        ({"held_on": "2026-10-14"}, "/resumed"),
        ({"held_on": "2026-10-14", "resumed": "yes"}, "/resumed"),
        ({"held_on": "soon", "resumed": True}, "/held_on"),
        ({"held_on": "2199-12-31", "resumed": True}, "/held_on"),
        ({"held_on": "2026-10-14", "resumed": True, "location": "ftp://x/y"}, "/location"),
    ],
)
def test_what_is_no_test_is_refused(of: Owner, body: object, pointer: str) -> None:
    """The problem names the member, and nothing is noted."""
    refused(of.calls.ask("POST", f"{of.path}/continuity", body=body), pointer)
    assert body_of(of.calls.get(f"{of.path}/continuity"))["tests"] == []
    problem_of(of.calls.get("/api/v1/services/fax/continuity"), 404, "not-found")
