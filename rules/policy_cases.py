"""Runs the cases that owners write beside their rules, and tells which rules no case reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.decision import Decision, OutcomeValue
from rules.errors import BadFields, TollgateError
from rules.policy import CONTINUE, Case, Policy, Property
from rules.rule_book import RuleBook
from rules.three_valued import evaluate
from rules.vocabulary import Facts


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case of one policy (or of the routing) came out; `detail` when it failed."""

    policy: str
    name: str
    passed: bool
    detail: str = ""
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CasesReport:
    """Every case's result, and each rule (policy, id) that no case reaches."""

    results: tuple[CaseResult, ...]
    unreached: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The cases that came out otherwise than written."""
        return tuple(result for result in self.results if not result.passed)


def run_cases(book: RuleBook) -> CasesReport:
    """Decide every case of a book and compare."""
    results: list[CaseResult] = []
    for name, policy in book.policies.items():
        results += [_run(book, name, case, policy) for case in policy.cases]
    for name, routing in book.routings.items():
        results += [_run(book, name, case, None) for case in routing.cases]
    reached = {rule for result in results for rule in result.rules}
    every = [(name, rule.id) for name, policy in book.policies.items() for rule in policy.rules]
    return CasesReport(tuple(results), tuple(rule for rule in every if rule not in reached))


def _run(book: RuleBook, decision: str, case: Case, policy: Policy | None) -> CaseResult:
    try:
        held = book.vocabulary.read_changes(case.given, case.as_of)
        decided = book.decide(decision, held, case.as_of)
    except BadFields as error:
        return CaseResult(decision, case.name, False, str(error))
    except TollgateError as error:
        return CaseResult(decision, case.name, False, error.detail)
    differences = list(_differences(case, decided, book))
    if policy:
        differences += _broken_properties(policy, held, case, decided, book)
    rules = tuple((reason.policy, reason.rule) for reason in decided.because)
    return CaseResult(decision, case.name, not differences, "; ".join(differences), rules)


def _differences(case: Case, decided: Decision, book: RuleBook) -> Iterator[str]:
    expect = case.expect
    given = answered(decided, book)
    rule = decided.because[-1].rule if decided.because else None
    asks = tuple(question.fact for question in decided.needs)
    if expect.rule is not None and (expect.rule != rule or asks):
        yield f"expected rule {expect.rule}, got {_shown(rule if not asks else None)}"
    if (expect.asks or ()) != asks:
        yield f"expected to ask {_shown(expect.asks or ())}, asked {_shown(asks)}"
    if expect.continues is not None and expect.continues != given[CONTINUE]:
        yield f"expected continue {_shown(expect.continues)}, got {_shown(given[CONTINUE])}"
    if expect.stage is not None and expect.stage != decided.stage:
        yield f"expected stage {expect.stage}, got {decided.stage}"
    for name, value in expect.outcome.items():
        if given[name] != value:
            yield f"expected {name} {_shown(value)}, got {_shown(given[name])}"


def _broken_properties(
    policy: Policy, held: Facts, case: Case, decided: Decision, book: RuleBook
) -> list[str]:
    """Return the properties that this case, once it is decided, does not keep."""
    known = book.vocabulary.known(held, case.as_of)
    parameters = policy.parameters_on(case.as_of)
    if decided.needs:
        return []
    given = answered(decided, book)
    return [
        f"breaks the property: {claim.says}"
        for claim in policy.properties
        if evaluate(claim.when, known, parameters) and not _kept(claim, given)
    ]


def _kept(claim: Property, given: Mapping[str, OutcomeValue]) -> bool:
    then = all(given[name] == value for name, value in claim.then.items())
    never = bool(claim.never) and all(given[name] == v for name, v in claim.never.items())
    return then and not never


def answered(decided: Decision, book: RuleBook) -> Mapping[str, OutcomeValue]:
    """Return the outcome with `continue`: whether the last stage passed the case on."""
    last = decided.because[-1] if decided.because and not decided.needs else None
    rules = book.policies[last.policy].rules if last else ()
    continues = any(last and rule.id == last.rule and rule.continues for rule in rules)
    unset = {name: outcome.empty for name, outcome in book.vocabulary.outcomes.items()}
    return {**unset, **decided.outcome, CONTINUE: continues}


def _shown(value: OutcomeValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if value is None or value == "":
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
