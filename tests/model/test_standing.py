"""What stands of a service, in the words of the bundled vocabulary."""

from __future__ import annotations

from functools import cache

import pytest

from model import standing
from model.settings import HOME
from rules.errors import BadFields
from rules.rule_book import RuleBook, load, read_files

OF_SERVICES = ("has_service_design", "gate_1_passed", "gate_5_failed", "service_rejected")


@cache
def book() -> RuleBook:
    """Return the bundled rule book."""
    return load(read_files(HOME / "rules"))


def test_every_artifact_has_its_fact() -> None:
    """What a gate can miss it can also see; the others are milestones of a case, or kept beside."""
    vocabulary = book().vocabulary
    milestones, kept = set(vocabulary.milestones), set(vocabulary.artifacts)
    every = standing.artifacts_of(vocabulary)
    of_gates = [name for name in every if name not in milestones | kept]
    for artifact in of_gates:
        assert vocabulary.facts[f"has_{artifact}"].default is False
    assert len([name for name in vocabulary.facts if name.startswith("has_")]) == len(of_gates)
    assert milestones == {"support_model", "parts_form"}
    assert kept == {"continuity_plan", "continuity_test_report"}
    assert kept < set(every)


@pytest.mark.parametrize(
    ("gate", "verdicts"),
    [
        (1, {"approve", "amend", "reject"}),
        (2, {"approve", "amend", "reject"}),
        (3, {"approve", "amend", "reject"}),
        (4, {"approve", "amend", "reject"}),
        (5, {"approve", "amend"}),
        (6, {"approve", "amend", "communicate"}),
        (7, {"approve", "reject"}),
    ],
)
def test_a_gate_knows_the_verdicts_that_its_rules_name(gate: int, verdicts: set[str]) -> None:
    """Those that contract section 5 shows, and none that it shows as –."""
    policy = book().policies[standing.gate_policy(gate)]
    assert set(policy.texts) == verdicts


def test_a_rejection_is_told_by_its_action() -> None:
    """Every rule that rejects a service says so, and no other rule does."""
    rejecting = [
        (policy.name, rule.id)
        for policy in book().policies.values()
        for rule in policy.rules
        if rule.outcome.get("action") == standing.REJECTING
    ]
    assert rejecting == [(f"tollgate-{gate}", "rejected") for gate in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("outcome", "stands"),
    [
        ({"result": "pass"}, {"gate_3_passed": True}),
        ({"result": "fail", "amend": ("service_roadmap",)}, {"has_service_roadmap": False}),
        ({"result": "fail", "action": standing.REJECTING}, {"service_rejected": True}),
        ({"result": "incomplete", "missing": ("service_design",)}, {}),
        ({"result": "blocked"}, {}),
        ({}, {}),
    ],
)
def test_what_follows_from_a_gate(outcome: dict[str, object], stands: dict[str, object]) -> None:
    """A gate that passed, an artifact to amend, a rejection; and else nothing."""
    after = standing.after_gate(3, outcome, book().vocabulary)  # type: ignore[arg-type]
    assert after == stands


def test_only_the_review_remembers_that_it_failed() -> None:
    """And forgets it once it passes."""
    vocabulary = book().vocabulary
    assert standing.after_gate(5, {"result": "fail"}, vocabulary) == {"gate_5_failed": True}
    assert standing.after_gate(5, {"result": "pass"}, vocabulary) == {"gate_5_failed": None}


@pytest.mark.parametrize("name", OF_SERVICES)
def test_nobody_supplies_what_follows(name: str) -> None:
    """Neither at a gate nor outside."""
    for in_session in (True, False):
        with pytest.raises(BadFields, match="cannot be supplied"):
            standing.require_suppliable({name: True}, in_session=in_session)


def test_a_verdict_is_given_at_a_gate() -> None:
    """Outside of one it is refused."""
    standing.require_suppliable({"verdict": "approve"}, in_session=True)
    with pytest.raises(BadFields, match="one session of a toll-gate"):
        standing.require_suppliable({"verdict": "approve"})


def test_what_the_board_names_is_spelled_out() -> None:
    """One fact for each artifact; everything else stays as it came."""
    policy = book().policies["tollgate-3"]
    raw = {"verdict": "amend", "amend_artifacts": ["service_roadmap"], "reports_required": True}
    assert standing.spelled_out(raw, policy) == {
        "verdict": "amend", "reports_required": True, "amend_service_roadmap": True,
    }  # fmt: skip
    with pytest.raises(BadFields) as refused:
        standing.spelled_out(
            {"verdict": "amend", "amend_artifacts": ["service_roadmop", 3]}, policy
        )
    first, second = refused.value.problems
    assert (first.pointer, first.help) == (
        "/facts/amend_artifacts/0", "did you mean `service_roadmap`?",
    )  # fmt: skip
    assert (second.pointer, second.help) == ("/facts/amend_artifacts/1", None)
