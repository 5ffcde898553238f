"""Reading the live policies: all of them, and one with its rules, clauses and text."""

from __future__ import annotations

from model.settings import HOME
from tests.api.calling import Calls, body_of, problem_of

PRACTICES = (
    "identify-services", "catalogue-services", "prepare-agreements", "monitor-service-levels",
    "review-agreements",
)  # fmt: skip


def test_everything_that_decision_may_name_is_listed(calls_on_each: Calls) -> None:
    """The routing with its stages, the toll-gates with what they come after, and every policy."""
    body = body_of(calls_on_each.get("/api/v1/policies"))
    [routing] = body["routings"]
    assert routing["name"] == "routing"
    gates = {f"tollgate-{number}" for number in range(1, 8)}
    after = {policy["name"]: policy["after"] for policy in body["policies"]}
    ends = ("entry", "exit")
    practices = {f"{does}-{end}" for does in PRACTICES for end in ends}
    others = {"service-phase", "match-agreement-requirements"}
    assert set(after) == {*routing["stages"], *gates, *practices, *others}
    assert {name for name, stages in after.items() if stages == ["service-phase"]} == gates
    assert body["policy_revision"] == calls_on_each.decided()["policy_revision"]
    for policy in body["policies"]:
        assert policy["owner"]
        assert policy["review"].startswith("P")


def test_a_policy_is_shown_whole(calls: Calls) -> None:
    """Its parameters, its rules as they read today, the clauses' own words, and the file."""
    body = body_of(calls.get("/api/v1/policies/expedite"))
    [days] = body["parameters"]
    assert (days["name"], days["value"], days["unit"]) == ("expedite_days", 90, "days")
    labels = {rule["id"]: rule["label"] for rule in body["rules"]}
    assert "90 days" in labels["not-needed-soon"]
    assert body["clauses"]["OMES 04.3.1 §4.5"].startswith("Next, it must be determined")
    cited = {clause for rule in body["rules"] for clause in rule["sources"]}
    assert cited <= set(body["clauses"])
    assert body["path"] == "policies/expedite.yaml"
    file = HOME / "rules" / "policies" / "expedite.yaml"
    assert body["text"] == file.read_text(encoding="utf-8")


def test_every_policy_that_is_listed_can_be_read(calls: Calls) -> None:
    """Under its name."""
    for policy in body_of(calls.get("/api/v1/policies"))["policies"]:
        body = body_of(calls.get(f"/api/v1/policies/{policy['name']}"))
        assert {name: body[name] for name in policy} == policy


def test_a_policy_one_letter_off_is_recognized(calls: Calls) -> None:
    """404, with the name that was probably meant."""
    problem = problem_of(calls.get("/api/v1/policies/expedit"), 404, "not-found")
    assert "did you mean `expedite`?" in problem["detail"]


def test_a_practice_is_decided_like_any_policy(calls: Calls) -> None:
    """Its criteria are asked for; the first that is not met keeps it from starting."""
    ref, practice = "PRACTICE-2027", "catalogue-services-entry"

    def decided(**facts: bool) -> dict[str, object]:
        sent = {"case": {"ref": ref}, "facts": facts, "decision": practice}
        answer = calls.ask("POST", "/api/v1/decisions", body=sent)
        assert answer.status_code == 201, answer.text
        body: dict[str, object] = body_of(answer)
        return body

    asked = decided(resources_plan_approved=True)
    assert asked["status"] == "awaiting_facts"
    blocked = decided(resourcing_communicated=False)
    assert isinstance(outcome := blocked["outcome"], dict)
    assert (outcome["result"], outcome["action"]) == ("blocked", "communicate-resourcing")
    passed = decided(resourcing_communicated=True, portfolios_updated=True)
    assert isinstance(outcome := passed["outcome"], dict)
    assert (outcome["result"], outcome["assign_to"]) == ("pass", "Head of IT")
    policy = body_of(calls.get(f"/api/v1/policies/{practice}"))
    assert policy["owner"] == "Head of IT"
    assert "Responsibility: LOB Executives" in policy["clauses"]["MTC 4.3.2 roles"]


def test_what_of_an_agreement_cannot_be_matched_is_named(calls: Calls) -> None:
    """Of all nine aspects of what a customer requires, at once."""
    decision = "match-agreement-requirements"
    aspects = [each["name"] for each in body_of(calls.get("/api/v1/vocabulary"))["facts"]]
    facts = {each: each != "capacity_matched" for each in aspects if each.endswith("_matched")}
    sent = {"case": {"ref": "SLA-7"}, "facts": facts, "decision": decision}
    outcome = body_of(calls.ask("POST", "/api/v1/decisions", body=sent))["outcome"]
    assert len(facts) == 9
    assert (outcome["result"], outcome["unmatched"]) == ("fail", ["capacity"])
