"""The bundled toll-gates over every combination of their inputs: nothing passes that must not.

What each gate must say stands once more, in Python, in `tollgate_contract`; the rules agree with it
on every combination of the facts that they look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import pytest

import rules
from rules.decision import Decision
from rules.rule_book import RuleBook, load, read_files
from rules.values import Value
from tests.rules.tollgate_contract import VERDICTS, Facts, expected

DAY = date(2026, 11, 22)
LINE_MANAGERS = (5, 6)
TRIED_APART = {"gate_1_passed": (1,), "gate_3_passed": (3,), "gate_4_passed": (3,),
               "gate_6_passed": (3,), "gate_5_failed": (5,)}  # fmt: skip
"""Facts that a gate looks at to tell the phase, and those of gate 3 that say what it ends.

They are tried with all that a service can have passed, below.
"""


@cache
def book() -> RuleBook:
    """Return the bundled rule book."""
    return load(read_files(Path(rules.__path__[0])))


def hold(gate: int, facts: Facts) -> Decision:
    """Return what a gate says."""
    return book().decide(f"tollgate-{gate}", facts, DAY)


def every_combination(gate: int) -> Iterator[dict[str, Value]]:
    """Yield every combination of the inputs of a gate, `verdict` missing included."""
    inputs = book().policies[f"tollgate-{gate}"].inputs
    varied = [
        name
        for name in inputs
        if name != "verdict"
        and not name.startswith(("amend_", "still_"))
        and name not in ("proceed_directly", "customer_approved")
        and gate not in TRIED_APART.get(name, ())
    ]
    for values in product((False, True), repeat=len(varied)):
        facts: dict[str, Value] = dict(zip(varied, values, strict=True))
        for verdict in VERDICTS[gate]:
            yield {**facts, "verdict": verdict} if verdict else facts


@pytest.mark.parametrize("gate", VERDICTS)
def test_a_gate_says_what_the_contract_wants_of_every_combination(gate: int) -> None:
    """A gate passes only with its predecessor, every input and its footnotes, and the approval."""
    passed = 0
    for facts in every_combination(gate):
        decided = hold(gate, {**facts, "customer_approved": True})
        result, lacking = expected(gate, facts)
        outcome = decided.outcome
        assert outcome["result"] == result, facts
        assert list(outcome["missing"] or ()) == lacking, facts  # type: ignore[arg-type]
        assert [need.fact for need in decided.needs] == ([] if result else ["verdict"]), facts
        assert outcome["assign_to"], facts
        assert outcome["action"], facts
        if lacking:
            who = "Service Line Manager" if gate in LINE_MANAGERS else "Service Product Manager"
            assert (outcome["assign_to"], outcome["action"]) == (who, "supply-artifacts")
        passed += result == "pass"
    assert passed


@pytest.mark.parametrize("gate", VERDICTS)
def test_a_rejected_service_passes_nothing(gate: int) -> None:
    """Whatever else is so: it is blocked, or the gate is not required of it."""
    for facts in every_combination(gate):
        if facts["service_rejected"]:
            result = hold(gate, facts).outcome["result"]
            assert result == (
                "blocked" if expected(gate, facts)[0] == "blocked" else "not_required"
            )


@pytest.mark.parametrize("gate", VERDICTS)
def test_a_verdict_that_a_gate_does_not_know_leads_nowhere(gate: int) -> None:
    """It passes and fails nothing, whatever else is so; and no combination is without an answer."""
    choices = book().vocabulary.facts["verdict"].domain.choices
    for facts in every_combination(gate):
        if "verdict" in facts:
            continue
        for verdict in set(choices) - set(VERDICTS[gate]):
            result = hold(gate, {**facts, "verdict": verdict}).outcome["result"]
            silent = expected(gate, facts)[0]
            assert result == silent


@pytest.mark.parametrize("gate", VERDICTS)
def test_every_phase_follows_from_the_gates_alone(gate: int) -> None:
    """Only a verdict on a gate that is open and complete takes a service to another phase."""
    for past, verdict in product(pasts(), VERDICTS[gate]):
        facts = {**all_there(gate), **past, "customer_approved": True}
        said: dict[str, Value] = {"verdict": verdict} if verdict else {}
        outcome = hold(gate, {**facts, **said}).outcome
        after = phase_of(after_result(gate, outcome["result"], facts))
        assert outcome["phase"] == after, (facts, verdict)


def pasts() -> Iterator[dict[str, Value]]:
    """Yield what can have come of a service's gates: each comes after the one before."""
    passed = ("gate_1_passed", "gate_3_passed", "gate_4_passed")
    for count in range(len(passed) + 1):
        stand = {name: place < count for place, name in enumerate(passed)}
        ends = product((False, True), repeat=2) if stand["gate_4_passed"] else [(False, False)]
        for failed, ended in ends:
            yield {**stand, "gate_5_failed": failed, "gate_6_passed": ended}


def all_there(gate: int) -> dict[str, Value]:
    """Return the facts of a service of which nothing is missing at a gate."""
    inputs = book().policies[f"tollgate-{gate}"].inputs
    there = [name for name in inputs if name.startswith("has_")]
    also = ("customer_experience_tested", "contract_signed", "being_consumed", "gate_2_passed",
            "removed_from_operation")  # fmt: skip
    return {**dict.fromkeys((*there, *also), True), "complex_or_risky": gate == 2}


def after_result(gate: int, result: object, facts: Facts) -> Facts:
    """Return what stands after a gate has said this."""
    if result == "pass":
        return {**facts, f"gate_{gate}_passed": True, f"gate_{gate}_failed": False}
    return {**facts, f"gate_{gate}_failed": True} if result == "fail" else facts


def phase_of(facts: Facts) -> str:
    """Return the phase, as contract section 5 tells it."""
    if facts["gate_6_passed"]:
        return "retire"
    if facts["gate_5_failed"]:
        return "improve"
    for gate, phase in ((4, "operate"), (3, "transition"), (1, "design")):
        if facts[f"gate_{gate}_passed"]:
            return phase
    return "strategy"


@pytest.mark.parametrize("gate", VERDICTS)
@pytest.mark.parametrize("whole", [True, False])
def test_a_gate_that_is_held_again_says_what_the_contract_wants(gate: int, whole: bool) -> None:
    """Whatever was passed, whatever is missing; what it ends in operation, it says in words too."""
    there = all_there(gate)
    if not whole:
        there = {name: value and not name.startswith("has_") for name, value in there.items()}
    for past, verdict in product(pasts(), VERDICTS[gate]):
        facts = {**NOTHING_ELSE, **there, **past, "customer_approved": True}
        said: dict[str, Value] = {"verdict": verdict} if verdict else {}
        decided = hold(gate, {**facts, **said})
        outcome = decided.outcome
        assert outcome["result"] == expected(gate, {**facts, **said})[0], (past, verdict)
        rejected = outcome["action"] == "close-service"
        assert rejected == (gate <= 4 and verdict == "reject" and outcome["result"] == "fail")
        live = past["gate_4_passed"] and not past["gate_6_passed"]
        ends = [sentence for sentence in decided.assumptions if "leaves the catalogue" in sentence]
        assert len(ends) == (1 if rejected and live else 0), (past, verdict)


@pytest.mark.parametrize(
    ("gate", "fact"),
    [
        (4, "customer_experience_tested"),
        (4, "contract_signed"),
        (5, "being_consumed"),
        (7, "removed_from_operation"),
    ],
)
@pytest.mark.parametrize("said", [{}, {"verdict": "approve"}])
def test_a_fact_that_keeps_a_gate_from_being_held_is_named(
    gate: int, fact: str, said: dict[str, Value]
) -> None:
    """Where nothing but that fact is wanting; and where it is there, it is not named."""
    past = {"gate_1_passed": True, "gate_3_passed": True, "gate_4_passed": True}
    whole = {**all_there(gate), **past, "gate_6_passed": gate == 7, **said}
    without = {name: value for name, value in whole.items() if name != fact}
    for facts in (without, {**whole, fact: False}):
        decided = hold(gate, facts)
        assert decided.outcome["result"] in ("incomplete", "blocked")
        assert [f"`{fact}`" in sentence for sentence in decided.assumptions] == [True]
    assert not [sentence for sentence in hold(gate, whole).assumptions if fact in sentence]


def test_gate_2_is_not_required_of_a_service_that_is_not_complex_even_when_it_ended() -> None:
    """What is not required comes before what is blocked."""
    for past in pasts():
        assert hold(2, {**past, "verdict": "reject"}).outcome["result"] == "not_required"


NOTHING_ELSE: Facts = {
    "service_rejected": False, "first_release_covered": True, "reports_required": False,
}  # fmt: skip


@pytest.mark.parametrize("names", [*product((False, True), repeat=3)])
def test_gate_3_amends_what_the_board_names(names: tuple[bool, ...]) -> None:
    """All three when it names none."""
    three = ("service_strategy", "service_roadmap", "detailed_business_case")
    named = {f"amend_{artifact}": wanted for artifact, wanted in zip(three, names, strict=True)}
    whole = {**all_there(3), "gate_1_passed": True, "verdict": "amend"}
    amend = tuple(a for a in three if named[f"amend_{a}"]) or three
    assert hold(3, {**whole, **named}).outcome["amend"] == amend


@pytest.mark.parametrize("verdict", ["approve", "amend", "reject"])
def test_gate_4_needs_the_customer_too(verdict: str) -> None:
    """A customer who says no, or has not been asked, lets nothing pass."""
    whole = {**all_there(4), "gate_3_passed": True, "verdict": verdict}
    assert hold(4, {**whole, "customer_approved": False}).outcome["result"] == "fail"
    asked = [need.fact for need in hold(4, whole).needs]
    assert asked == (["customer_approved"] if verdict == "approve" else [])


@pytest.mark.parametrize(("gate", "starts"), [(1, "justification"), (2, "feasibility")])
def test_a_service_proceeds_directly_or_as_proposed(gate: int, starts: str) -> None:
    """The next gate is the same either way."""
    whole = {**all_there(gate), "gate_1_passed": True, "verdict": "approve"}
    direct, proposed = (hold(gate, {**whole, "proceed_directly": way}) for way in (True, False))
    assert direct.outcome["action"] == "proceed-to-realization"
    assert proposed.outcome["action"] == f"start-{starts}"
    assert direct.outcome["next_gate"] == proposed.outcome["next_gate"] == 3


@pytest.mark.parametrize("verdict", VERDICTS[6])
@pytest.mark.parametrize("used_by", [None, "Finance"])
@pytest.mark.parametrize("carries", [None, "chat"])
def test_what_hangs_on_a_service_is_named_beside_the_approval_of_its_end(
    verdict: str | None, used_by: str | None, carries: str | None
) -> None:
    """And changes nothing of what is decided: the contract lets an approval pass."""
    whole: dict[str, Value] = {**all_there(6), "gate_4_passed": True}
    if verdict:
        whole["verdict"] = verdict
    hangs = {"still_used_by": used_by, "still_carries": carries}
    told: dict[str, Value] = {name: value for name, value in hangs.items() if value}
    alone, beside = hold(6, whole), hold(6, {**whole, **told})
    assert (beside.outcome, beside.needs) == (alone.outcome, alone.needs)
    named = {name for reason in beside.because for name in reason.facts}
    assert named & set(hangs) == (set(told) if verdict == "approve" else set())
    sentences = [sentence for sentence in beside.assumptions if "still" in sentence]
    assert len(sentences) == (len(told) if verdict == "approve" else 0)
