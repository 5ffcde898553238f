"""What a service's own record says of it, in the words of the vocabulary.

`has_ARTIFACT`: it was supplied, and no verdict since wants it amended. `gate_N_passed`,
`gate_N_failed` and `service_rejected`: what came of its toll-gates. `still_…`: what hangs on it at
its end. Nobody supplies these facts; they follow from what was supplied and decided. A `verdict`,
and what it wants amended, belongs to one session of a gate and does not stay with the service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from rules.decision import OutcomeValue
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.policy import Policy
from rules.spelling import did_you_mean
from rules.values import Value
from rules.vocabulary import Vocabulary, escaped

VERDICT = "verdict"
AMEND = "amend_artifacts"
PHASE = "service-phase"
FIRST_PHASE = "strategy"
GATES = range(1, 8)
REJECTING = "close-service"
"""The action with which a gate rejects a service; no other outcome ends a service so."""

_STANDING = re.compile(r"has_\w+|gate_[1-7]_(passed|failed)|service_rejected|still_\w+")
_OF_A_SESSION = re.compile(r"verdict|amend_\w+")


def gate_policy(gate: int) -> str:
    """Return the name of the policy that decides a toll-gate."""
    return f"tollgate-{gate}"


def artifacts_of(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return every artifact that a gate may miss, milestones of a case, and those kept beside."""
    missing = vocabulary.outcomes.get("missing")
    of_gates = missing.domain.choices if missing else ()
    return tuple(dict.fromkeys((*of_gates, *vocabulary.milestones, *vocabulary.artifacts)))


def stands(name: str) -> bool:
    """Whether a fact is what the service's own record says."""
    return _STANDING.fullmatch(name) is not None


def of_a_session(name: str) -> bool:
    """Whether a fact belongs to one session of a gate."""
    return _OF_A_SESSION.fullmatch(name) is not None


def has_passed(gate: int, facts: Mapping[str, Value]) -> bool:
    """Whether a gate had passed before: what it says once more is no news to customers."""
    return facts.get(f"gate_{gate}_passed") is True


def in_operation(facts: Mapping[str, Value]) -> bool:
    """Whether customers have the service: ready for operation, and its end not approved."""
    ready, end = 4, 6
    return has_passed(ready, facts) and not has_passed(end, facts)


def require_suppliable(facts: Mapping[str, object], *, in_session: bool = False) -> None:
    """Refuse facts that nobody supplies, and outside of a session those that belong to one.

    Raises:
        BadFields: with one problem for each.
    """
    problems = [
        FieldProblem(f"/facts/{escaped(name)}", detail)
        for name in facts
        if (detail := _why_not(name, in_session))
    ]
    if problems:
        raise BadFields(problems)


def _why_not(name: str, in_session: bool) -> str | None:
    if stands(name):
        return "follows from the artifacts and the toll-gates: it cannot be supplied"
    if of_a_session(name) and not in_session:
        return "belongs to one session of a toll-gate: send it there"
    return None


def spelled_out(facts: Mapping[str, object], policy: Policy) -> dict[str, object]:
    """Return the raw facts of a session, with `amend_artifacts` as one fact for each artifact.

    Raises:
        BadFields: the gate's rules know no such verdict, or no such artifact to amend.
    """
    problems = [*_verdict_problems(facts, policy), *_amend_problems(facts, policy)]
    if problems:
        raise BadFields(problems)
    spelled = {name: value for name, value in facts.items() if name != AMEND}
    named = cast("list[str]", facts.get(AMEND) or [])
    return spelled | {f"amend_{name}": True for name in named}


def _verdict_problems(facts: Mapping[str, object], policy: Policy) -> Iterator[FieldProblem]:
    # The rules of a gate name no texts but verdicts; it knows no others.
    verdict, known = facts.get(VERDICT), policy.texts
    if isinstance(verdict, str) and verdict not in known:
        detail = f"this toll-gate knows the verdicts {', '.join(known)}"
        yield FieldProblem(f"/facts/{VERDICT}", detail, did_you_mean(verdict, known))


def _amend_problems(facts: Mapping[str, object], policy: Policy) -> Iterator[FieldProblem]:
    named, at = facts.get(AMEND), f"/facts/{AMEND}"
    if named is None:
        return
    known = [name.removeprefix("amend_") for name in policy.inputs if name.startswith("amend_")]
    if not known:
        yield FieldProblem(at, "at this toll-gate the board does not choose what to amend")
    elif not isinstance(named, list):
        yield FieldProblem(at, "must be a list of artifacts")
    elif facts.get(VERDICT) != "amend":
        yield FieldProblem(at, "goes with the verdict amend")
    else:
        for index, name in enumerate(named):
            if name not in known:
                help = did_you_mean(name, known) if isinstance(name, str) else None
                detail = f"must be one of {', '.join(known)}"
                yield FieldProblem(f"{at}/{index}", detail, help)


def after_gate(
    gate: int, outcome: Mapping[str, OutcomeValue], vocabulary: Vocabulary
) -> dict[str, Value | None]:
    """Return what stands of a service once a gate has said this, as far as rules speak of it."""
    amended = cast("tuple[str, ...]", outcome.get("amend") or ())
    changes: dict[str, Value | None] = {f"has_{artifact}": False for artifact in amended}
    match outcome.get("result"):
        case "pass":
            changes |= {f"gate_{gate}_passed": True, f"gate_{gate}_failed": None}
        case "fail" if outcome.get("action") == REJECTING:
            changes["service_rejected"] = True
        case "fail":
            changes[f"gate_{gate}_failed"] = True
    return {name: value for name, value in changes.items() if name in vocabulary.facts}
