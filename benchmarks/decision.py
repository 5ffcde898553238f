"""A whole decision in the process: facts in; outcome, reasons and questions out, confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.jdm import evaluator, table
from benchmarks.jdm_routing import context_of, routing_rows
from benchmarks.measuring import Effort, Pass, rates
from benchmarks.report import Findings, compared
from benchmarks.routing_cases import DAY, ROUTING, RoutingCase, bundled_book, different_cases
from benchmarks.ways import laid_out
from rules.decision import Decision, OutcomeValue, Status
from rules.rule_book import RuleBook

PEER = "zen-engine, bare"
AT_LEAST = 0.5
DIFFERENT = 5_000


def measured(effort: Effort) -> Findings:
    """Measure different cases of the routing, and apart those decided, waiting and made anew."""
    figures = rates(routing(), effort)
    awaiting = "zen-engine only says that no rule is true; we find what to ask"
    anew = "no stage decision kept in mind: every stage inferred and confirmed again"
    parts = (
        (f"{DIFFERENT:,} different cases", "", "", ""),
        ("those decided", " decided", " decided", ""),
        ("those that wait", " waiting", " waiting", awaiting),
        ("all, made anew", " anew", "", anew),
    )
    return Findings(
        tuple(
            compared(
                f"decision, the routing, {said}",
                figures[f"ours{ours}"],
                PEER,
                figures[f"{PEER}{theirs}"],
                None if ours else AT_LEAST,
                note,
            )
            for said, ours, theirs, note in parts
        )
    )


def routing(count: int = DIFFERENT) -> dict[str, Pass]:
    """Return both on so many cases of the routing, after making sure that they agree."""
    book = bundled_book()
    ways = laid_out(book, ROUTING, DAY)
    evaluate = evaluator(table(routing_rows(ways, book.vocabulary)))
    decided, waiting = [], []
    for case in different_cases(book, count):
        context = context_of(case.known, ways)
        decision = book.decide(ROUTING, case.held, case.as_of)
        if decision.status is Status.DECIDED:
            _require_same(decision, evaluate(context), book)
            decided.append((case, context))
        else:
            waiting.append((case, context))
    everything = decided + waiting
    contenders: dict[str, Pass] = {
        "ours anew": _deciding(bundled_book(remembered=0), [case for case, _ in everything])
    }
    for part, cases in (("", everything), (" decided", decided), (" waiting", waiting)):
        contenders[f"ours{part}"] = _deciding(book, [case for case, _ in cases])
        contenders[f"{PEER}{part}"] = _evaluating(evaluate, [context for _, context in cases])
    return contenders


def _require_same(decision: Decision, answer: Mapping[str, Any], book: RuleBook) -> None:
    last = decision.because[-1]
    assert (answer["stage"], answer["rule"]) == (last.policy, last.rule), answer
    outcomes = book.vocabulary.outcomes
    empty = {name: _json(outcomes[name].empty) for name in decision.outcome}
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
