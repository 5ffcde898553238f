"""A whole decision in the process: facts in; outcome, reasons and questions out, confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.jdm import evaluator, table
from benchmarks.jdm_routing import context_of, routing_rows
from benchmarks.measuring import Effort, Pass, rates
from benchmarks.report import Findings, compared
from benchmarks.routing_cases import DAY, ROUTING, RoutingCase, bundled_book, routing_cases
from benchmarks.stages import stages_of
from rules.decision import Decision, OutcomeValue, Status
from rules.rule_book import RuleBook

PEER = "zen-engine, bare"
AT_LEAST = 0.5


def measured(effort: Effort) -> Findings:
    """Measure the routing's examples, and apart those that are decided and that wait."""
    figures = rates(routing(), effort)
    awaiting = "zen-engine only says that no rule is true; we find what to ask"
    parts = (
        ("all examples", "", ""),
        ("decided", " decided", ""),
        ("waiting", " waiting", awaiting),
    )
    return Findings(
        tuple(
            compared(
                f"decision, the routing, {said}",
                figures[f"ours{part}"],
                PEER,
                figures[f"{PEER}{part}"],
                None if part else AT_LEAST,
                note,
            )
            for said, part, note in parts
        )
    )


def routing() -> dict[str, Pass]:
    """Return both on the routing's examples, after making sure that they agree."""
    book = bundled_book()
    stages = stages_of(book, ROUTING, DAY)
    evaluate = evaluator(table(routing_rows(stages, book.vocabulary)))
    decided, waiting = [], []
    for case in routing_cases(book):
        context = context_of(case.known, stages)
        decision = book.decide(ROUTING, case.held, case.as_of)
        if decision.status is Status.DECIDED:
            _require_same(decision, evaluate(context), book)
            decided.append((case, context))
        else:
            waiting.append((case, context))
    contenders: dict[str, Pass] = {}
    for part, cases in (("", decided + waiting), (" decided", decided), (" waiting", waiting)):
        contenders[f"ours{part}"] = _deciding(book, [case for case, _ in cases])
        contenders[f"{PEER}{part}"] = _evaluating(evaluate, [context for _, context in cases])
    return contenders


def _require_same(decision: Decision, answer: Mapping[str, Any], book: RuleBook) -> None:
    last = decision.because[-1]
    assert (answer["stage"], answer["rule"]) == (last.policy, last.rule), answer
    outcomes = book.vocabulary.outcomes
    empty = {name: _json(outcome.empty) for name, outcome in outcomes.items()}
    said = {name: value for name, value in answer.items() if name in outcomes}
    ours = {name: _json(value) for name, value in decision.outcome.items()}
    assert {**empty, **said} == ours, answer


def _json(value: OutcomeValue) -> object:
    return list(value) if isinstance(value, tuple) else value


def _deciding(book: RuleBook, cases: Sequence[RoutingCase]) -> Pass:
    def run() -> int:
        for case in cases:
            book.decide(ROUTING, case.held, case.as_of)
        return len(cases)

    return run


def _evaluating(evaluate: Any, contexts: Sequence[Mapping[str, Any]]) -> Pass:
    def run() -> int:
        for context in contexts:
            evaluate(context)
        return len(contexts)

    return run
