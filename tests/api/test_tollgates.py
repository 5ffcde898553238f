"""Toll-gates over HTTP: the life of a service, step by step, as contract section 5 says it."""

from __future__ import annotations

from typing import Any

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import NEEDS, SAID, Owner, owner

SPM, SLM = "Service Product Manager", "Service Line Manager"
APPROVE = {"verdict": "approve"}
THREE = ["service_strategy", "service_roadmap", "detailed_business_case"]


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager on SQLite."""
    return owner(calls)


def test_a_service_goes_through_all_seven_gates(calls_on_each: Calls) -> None:
    """From the strategy to the phase-out, on either database, with its phase in step."""
    of = owner(calls_on_each)
    assert of.make()["phase"] == "strategy"
    phases = {1: "design", 3: "transition", 4: "operate", 5: "operate", 6: "retire", 7: "retire"}
    following = {1: 3, 3: 4, 4: 5, 5: 5, 6: 7, 7: None}
    for gate, phase in phases.items():
        facts = SAID.get(gate, {})
        missing = of.outcome(gate, **facts)
        assert (missing["result"], missing["missing"]) == ("incomplete", [*NEEDS[gate]])
        of.supply(*NEEDS[gate])
        asked = of.held(gate)
        assert asked["status"] == "awaiting_facts"
        assert [need["fact"] for need in asked["needs"]] == ["verdict"]
        assert asked["outcome"]["assign_to"] == "Tollgate Board"
        assert asked["outcome"]["action"] == "hold-tollgate"
        passed = of.held(gate, **APPROVE)
        assert (passed["decision"], passed["status"]) == (f"tollgate-{gate}", "decided")
        outcome = passed["outcome"]
        assert (outcome["result"], outcome["phase"]) == ("pass", phase)
        assert outcome["next_gate"] == following[gate]
        assert of.shown()["phase"] == phase
    assert of.outcome(2, **APPROVE)["result"] == "not_required"


def test_an_answer_is_a_decision_with_the_service_in_place_of_the_case(of: Owner) -> None:
    """It has every member that contract section 3 names, and the outcome those of section 5."""
    of.make()
    answer = of.hold(1, verdict="approve")
    decided = body_of(answer)
    assert [*decided] == [
        "id", "service", "decision", "stage", "status", "outcome", "needs", "assumptions",
        "because", "policy_revision", "decided_at",
    ]  # fmt: skip
    assert decided["service"] == {"key": of.key, "version": 2}
    assert {*decided["outcome"]} == {
        "result", "missing", "amend", "next_gate", "phase", "assign_to", "action",
    }  # fmt: skip
    assert answer.headers["Location"] == f"/api/v1/decisions/{decided['id']}"
    assert body_of(of.calls.get(answer.headers["Location"])) == decided


def test_a_complex_service_passes_gate_2_too(of: Owner) -> None:
    """And owes the three artifacts there, not at gate 3."""
    of.make(complex_or_risky=True)
    of.supply("service_strategy")
    assert of.outcome(1, **APPROVE)["next_gate"] == 2
    assert of.outcome(3, **APPROVE)["result"] == "blocked"
    three = ["service_roadmap", "service_release_plan", "high_level_business_case"]
    assert of.outcome(2, **APPROVE)["missing"] == three
    of.supply(*three)
    assert of.outcome(2, **APPROVE, proceed_directly=False)["action"] == "start-feasibility"
    assert of.outcome(3)["missing"] == [*NEEDS[3]][3:]


@pytest.mark.parametrize(
    ("gate", "verdict", "amended"),
    [
        (1, {"verdict": "amend"}, ["service_strategy"]),
        (3, {"verdict": "amend"}, THREE),
        (3, {"verdict": "amend", "amend_artifacts": ["service_roadmap"]}, ["service_roadmap"]),
        (4, {"verdict": "amend"}, ["detailed_business_case"]),
        (5, {"verdict": "amend"}, ["service_strategy", "service_roadmap"]),
        (6, {"verdict": "amend"}, ["service_roadmap"]),
    ],
)  # fmt: skip
def test_an_amended_artifact_is_missing_until_a_newer_one_is_there(
    of: Owner, gate: int, verdict: dict[str, Any], amended: list[str]
) -> None:
    """Whatever the board says meanwhile; and then the gate passes."""
    of.bring_to(gate)
    of.supply(*NEEDS[gate])
    failed = of.outcome(gate, **SAID.get(gate, {}), **verdict)
    assert (failed["result"], failed["amend"]) == ("fail", amended)
    artifacts = of.shown()["artifacts"]
    assert [name for name, each in artifacts.items() if not each["stands"]] == sorted(amended)
    again = of.outcome(gate, **APPROVE)
    assert (again["result"], again["missing"]) == ("incomplete", amended)
    of.supply(*amended)
    assert of.outcome(gate, **APPROVE)["result"] == "pass"
    assert of.shown()["artifacts"][amended[0]]["version"] == 2


@pytest.mark.parametrize("gate", [1, 3, 4])
def test_a_rejected_service_passes_nothing_more(of: Owner, gate: int) -> None:
    """A gate rejects even what is not complete; every gate is blocked from then on."""
    of.bring_to(gate)
    phase = of.shown()["phase"]
    rejected = of.outcome(gate, verdict="reject")
    assert (rejected["result"], rejected["action"]) == ("fail", "close-service")
    shown = of.shown()
    assert (shown["rejected"], shown["phase"]) == (True, phase)
    of.supply(*NEEDS[gate])
    for each in (1, 3, 4, 5, 6, 7):
        assert of.outcome(each, **SAID.get(gate, {}), **APPROVE)["result"] == "blocked"


def test_gate_5_is_held_again_and_again(of: Owner) -> None:
    """A review that fails starts an improvement, which lasts until one passes."""
    of.bring_to(5)
    of.supply(*NEEDS[5])
    assert of.outcome(5, **APPROVE)["result"] == "blocked"
    assert of.outcome(5, being_consumed=True, **APPROVE)["next_gate"] == 5
    assert of.outcome(5, **APPROVE)["phase"] == "operate"
    assert of.outcome(5, verdict="amend")["phase"] == "improve"
    assert of.shown()["phase"] == "improve"
    of.supply("service_strategy", "service_roadmap")
    assert of.outcome(5)["phase"] == "improve"
    assert of.outcome(5, **APPROVE)["phase"] == "operate"
    results = [each["result"] for each in sessions(of) if each["gate"] == 5]
    assert results == ["pass", None, "fail", "pass", "pass", "blocked"]


def test_gate_6_may_want_reports_and_the_customers_told(of: Owner) -> None:
    """The service stays in operation until the customers have been told."""
    of.bring_to(6)
    of.supply(*NEEDS[6])
    told = of.outcome(6, reports_required=True, verdict="communicate")
    assert told["missing"] == ["operational_report", "consumption_report"]
    assert told["assign_to"] == SLM
    of.supply("operational_report", "consumption_report")
    told = of.outcome(6, verdict="communicate")
    assert (told["result"], told["action"]) == ("fail", "communicate-transition")
    assert of.shown()["phase"] == "operate"
    assert of.outcome(6, **APPROVE)["action"] == "remove-from-catalogue"


def test_gate_7_waits_until_the_service_is_out_of_operation(of: Owner) -> None:
    """A phase-out that is denied may be proposed again: the service is not rejected."""
    of.bring_to(7)
    of.supply(*NEEDS[7])
    assert of.outcome(7, **APPROVE)["result"] == "blocked"
    denied = of.outcome(7, removed_from_operation=True, verdict="reject")
    assert (denied["result"], denied["action"]) == ("fail", "deny-phase-out")
    assert of.shown()["rejected"] is False
    assert of.outcome(7, **APPROVE)["result"] == "pass"


def test_the_customer_is_asked_at_gate_4(of: Owner) -> None:
    """Once the board approves; and a customer who says no sends the service back."""
    of.bring_to(4)
    of.supply(*NEEDS[4])
    so = {"customer_experience_tested": True, "contract_signed": True, **APPROVE}
    asked = of.held(4, **so)
    assert [need["asked_of"] for need in asked["needs"]] == ["Customer"]
    assert of.outcome(4, **so, customer_approved=False)["action"] == "rework-service"
    of.supply("detailed_business_case")
    assert of.outcome(4, **so, customer_approved=True)["phase"] == "operate"


def test_a_verdict_belongs_to_one_session(of: Owner) -> None:
    """The next one asks the board again; other facts stay with the service."""
    of.make()
    of.supply("service_strategy")
    of.held(1, verdict="amend", proceed_directly=False)
    of.supply("service_strategy")
    assert of.held(1)["status"] == "awaiting_facts"
    assert [*of.shown()["facts"]] == ["proceed_directly"]


@pytest.mark.parametrize(
    ("gate", "verdict"),
    [(1, "communicate"), (2, "communicate"), (3, "communicate"), (4, "communicate"),
     (5, "reject"), (5, "communicate"), (6, "reject"), (7, "amend"), (7, "communicate"),
     (1, "aprove")],
)  # fmt: skip
def test_a_verdict_that_a_gate_does_not_know_is_refused(of: Owner, gate: int, verdict: str) -> None:
    """Before anything else, and nothing is stored."""
    of.make()
    said = refused(of.hold(gate, verdict=verdict), "/facts/verdict")
    assert "this toll-gate knows the verdicts" in said["detail"]
    assert of.shown()["version"] == 1


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"has_service_strategy": True}, "/facts/has_service_strategy"),
        ({"gate_1_passed": True}, "/facts/gate_1_passed"),
        ({"service_rejected": False}, "/facts/service_rejected"),
        ({"verdict": 1}, "/facts/verdict"),
        ({"complex_or_riski": True}, "/facts/complex_or_riski"),
        ({"verdict": "amend", "amend_artifacts": "service_roadmap"}, "/facts/amend_artifacts"),
        ({"verdict": "approve", "amend_artifacts": []}, "/facts/amend_artifacts"),
        ({"verdict": "amend", "amend_artifacts": ["service_design"]}, "/facts/amend_artifacts/0"),
    ],
)
def test_facts_that_nobody_can_supply_are_refused(
    of: Owner, facts: dict[str, object], pointer: str
) -> None:
    """What stands follows from artifacts and gates; the rest is checked as a case's facts are."""
    of.make()
    refused(of.post(3, {"facts": facts}), pointer)
    assert of.shown()["version"] == 1


def test_the_other_gates_let_the_board_name_nothing(of: Owner) -> None:
    """Only gate 3 lets the board choose what to amend."""
    of.make()
    facts = {"verdict": "amend", "amend_artifacts": ["service_strategy"]}
    refused(of.post(1, {"facts": facts}), "/facts/amend_artifacts")


def test_the_same_session_under_the_same_key_is_held_once(of: Owner) -> None:
    """Word for word; another body, or another gate, is another request."""
    of.make()
    of.supply("service_strategy")
    once = {"headers": {"Idempotency-Key": "board-1"}}
    first = of.post(1, {"facts": APPROVE}, **once)
    again = of.post(1, {"facts": APPROVE}, **once)
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    assert again.headers["Location"] == first.headers["Location"]
    problem_of(of.post(2, {"facts": APPROVE}, **once), 422, "idempotency-key-reused")
    problem_of(of.post(1, {"facts": {}}, **once), 422, "idempotency-key-reused")
    assert of.shown()["version"] == 3


def test_a_session_keeps_who_sat_and_what_was_presented(of: Owner) -> None:
    """Newest first, page by page."""
    of.make()
    of.supply("service_strategy")
    of.supply("service_strategy", "service_design")
    said = {"facts": APPROVE, "sat": ["Alex", "Kim"], "by": "Kim"}
    decided = body_of(of.post(1, said))
    of.held(3)
    first, second = sessions(of, "?limit=1"), sessions(of, "?limit=1&after=6")
    assert [each["gate"] for each in (*first, *second)] == [3, 1]
    assert second[0] == {
        "gate": 1, "version": 5, "decision": decided["id"], "sat": ["Alex", "Kim"], "forum": None,
        "presented": {"service_strategy": 2, "service_design": 1}, "verdict": "approve",
        "result": "pass", "phase": "design", "by": "Kim", "at": "2026-11-22T12:00:00.000Z",
    }  # fmt: skip
    refused(of.post(1, {"sat": ["Alex", 7]}), "/sat/1")
    refused(of.post(1, {"sat": "Alex"}), "/sat")


def test_a_service_that_moved_on_is_not_decided(of: Owner) -> None:
    """Whoever says which version was seen is told."""
    of.make()
    problem_of(of.post(1, {"if_version": 7}), 412, "service-moved-on")
    assert of.post(1, {"if_version": 1}).status_code == 201


def test_unknown_services_and_gates_are_not_found(of: Owner) -> None:
    """There are seven gates."""
    problem_of(of.hold(1), 404, "not-found")
    problem_of(of.calls.get(f"{of.path}/tollgates"), 404, "not-found")
    of.make()
    for gate in (0, 8, 10):
        problem_of(of.hold(gate), 404, "not-found")


@pytest.mark.parametrize("role", [Role.POLICY_OWNER, Role.AUDITOR])
def test_only_service_managers_hold_gates(of: Owner, role: Role) -> None:
    """The others read."""
    of.make()
    other = Owner(of.calls.as_(role))
    problem_of(other.hold(1), 403, "not-allowed")
    assert other.calls.get(f"{of.path}/tollgates").status_code == 200


def test_a_gate_decision_replays_from_its_record(of: Owner) -> None:
    """To the letter, with the verdict that was given then."""
    of.bring_to(3)
    decided = of.held(3, verdict="reject")
    of.supply("service_strategy")
    path = f"/api/v1/decisions/{decided['id']}/replay"
    replayed = body_of(of.calls.ask("POST", path))
    assert replayed["same"] is True
    assert replayed["replayed"]["service"] == decided["service"]


def sessions(of: Owner, query: str = "") -> list[dict[str, Any]]:
    """Return the sessions of the service's gates, newest first."""
    page: dict[str, Any] = body_of(of.calls.get(f"{of.path}/tollgates{query}"))
    listed: list[dict[str, Any]] = page["sessions"]
    return listed
