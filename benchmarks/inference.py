"""Inference in the process: which rules are true, beside zen-engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from benchmarks.jdm import evaluator, table
from benchmarks.jdm_routing import context_of, routing_rows
from benchmarks.measuring import Effort, Pass, rates
from benchmarks.report import Comparison, Findings, compared
from benchmarks.routing_cases import DAY, ROUTING, bundled_book, routing_cases
from benchmarks.tables import SIZES, SizedTable
from benchmarks.ways import laid_out
from rules.inference import Inference
from rules.values import Value
from rules.wayfinder import wayfinder_for

PEER = "zen-engine"
AT_LEAST = 1.0
_CASES = 200


def measured(effort: Effort) -> Findings:
    """Measure the routing and tables of each size; every answer must be the peer's."""
    sized = (_compared(of_table(size), f"inference, {size:,} rules", effort) for size in SIZES)
    return Findings((_compared(routing(), "inference, the routing", effort), *sized))


def routing() -> dict[str, Pass]:
    """Return both engines on the routing's examples, after making sure that they agree."""
    book = bundled_book()
    ways = laid_out(book, ROUTING, DAY)
    evaluate = evaluator(table(routing_rows(ways, book.vocabulary)))
    cases = [(case.known, context_of(case.known, ways)) for case in routing_cases(book)]
    for known, context in cases:
        answer = evaluate(context)
        assert (answer["stage"], answer.get("rule")) == ways.finder.way_of(known)[-1], context

    def ours() -> int:
        for known, _ in cases:
            ways.finder.way_of(known)
        return len(cases)

    def theirs() -> int:
        for _, context in cases:
            evaluate(context)
        return len(cases)

    return {"ours": ours, PEER: theirs}


def of_table(size: int) -> dict[str, Pass]:
    """Return both engines on a table of that size, after making sure that they agree."""
    sized = SizedTable(size)
    (infer, rule_in), evaluate = _inferring(sized), evaluator(table(sized.rows()))
    cases = sized.cases(_CASES)
    for case in cases:
        assert rule_in(infer(case)) == evaluate(case)["rule"], case

    def ours() -> int:
        for case in cases:
            infer(case)
        return len(cases)

    def theirs() -> int:
        for case in cases:
            evaluate(case)
        return len(cases)

    return {"ours": ours, PEER: theirs}


def _inferring(
    sized: SizedTable,
) -> tuple[Callable[[Mapping[str, Value]], Any], Callable[[Any], str | None]]:
    """Return what the product asks a table with, and what reads the true rule in its answer."""
    name, program = f"a table of {sized.rules} rules", sized.program()
    finder = wayfinder_for(name, [sized.stage()], program.domains)
    if finder is not None:
        return finder.way_of, lambda steps: cast("str | None", steps[-1][1])
    inference = Inference(name, program.rules)
    return lambda case: inference.true_rules(program.message(case)), lambda rules: next(iter(rules))


def _compared(contenders: Mapping[str, Pass], what: str, effort: Effort) -> Comparison:
    figures = rates(contenders, effort)
    return compared(what, figures["ours"], PEER, figures[PEER], AT_LEAST)
