"""What each toll-gate must say, once more, in Python, after contract section 5."""

from __future__ import annotations

from collections.abc import Mapping

from rules.values import Value

Facts = Mapping[str, Value]
VERDICTS = {
    1: ("approve", "amend", "reject", None),
    2: ("approve", "amend", "reject", None),
    3: ("approve", "amend", "reject", None),
    4: ("approve", "amend", "reject", None),
    5: ("approve", "amend", None),
    6: ("approve", "amend", "communicate", None),
    7: ("approve", "reject", None),
}
OF_2 = ("service_roadmap", "service_release_plan", "high_level_business_case")
OF_3 = (
    "service_design", "preliminary_acceptance_criteria", "proof_of_concept_report",
    "indicative_unit_price", "detailed_business_case",
)  # fmt: skip


def blocked(gate: int, facts: Facts) -> bool:
    """Whether the gate is closed: the service was rejected, or something must come before."""
    before = {2: "gate_1_passed", 4: "gate_3_passed", 5: "gate_4_passed", 6: "gate_4_passed",
              7: "gate_6_passed"}.get(gate)  # fmt: skip
    if gate == 3:
        before = "gate_2_passed" if facts["complex_or_risky"] else "gate_1_passed"
    also = {5: "being_consumed", 7: "removed_from_operation"}.get(gate)
    return bool(
        facts["service_rejected"] or (before and not facts[before]) or (also and not facts[also])
    )


def needed(gate: int, facts: Facts) -> tuple[str, ...]:
    """Return what must be there at a gate: its inputs, and what an earlier verdict amended."""
    match gate:
        case 1:
            return ("service_strategy",)
        case 2:
            return ("service_strategy", *OF_2)
        case 3:
            two = ("service_roadmap",) if facts["complex_or_risky"] else OF_2
            return ("service_strategy", *two, *OF_3)
        case 4:
            return ("service_acceptance_criteria", "service_contract", "detailed_business_case")
        case 5:
            inputs = ("business_case_verification_report", "improvement_plans")
            return (*inputs, "service_strategy", "service_roadmap")
        case 6:
            reports = ("operational_report", "consumption_report")
            inputs = ("service_roadmap", "retirement_proposal")
            return (*inputs, *reports) if facts["reports_required"] else inputs
        case _:
            return ("phase_out_proposal",)


def missing(gate: int, facts: Facts) -> list[str]:
    """Return what is not there, or not as the footnotes want it."""
    footnotes = {
        "service_release_plan": "first_release_covered",
        "service_acceptance_criteria": "customer_experience_tested",
        "service_contract": "contract_signed",
    }
    return [
        artifact
        for artifact in needed(gate, facts)
        if not (facts[f"has_{artifact}"] and facts.get(footnotes.get(artifact, ""), True))
    ]


def expected(gate: int, facts: Facts) -> tuple[str | None, list[str]]:
    """Return the result that the contract wants, and what is named as missing."""
    verdict = facts.get("verdict")
    if gate == 2 and not facts["complex_or_risky"]:
        return "not_required", []
    if blocked(gate, facts):
        return "blocked", []
    if verdict == "reject":
        return "fail", []
    if lacking := missing(gate, facts):
        return "incomplete", lacking
    return {"approve": "pass", None: None}.get(verdict, "fail"), []  # type: ignore[arg-type]
