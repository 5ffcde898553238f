"""Toll-gates: their sessions beside the decisions of cases, both stored."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from itertools import count, product

from benchmarks import filled, growth
from benchmarks.measuring import Effort, Pass, rates
from benchmarks.report import Findings, compared
from benchmarks.routing_cases import bundled_book, growing_case, routing_cases
from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, decide
from model.holding_gates import GateRequest, hold_gate
from model.service_life import ServiceChange, make_service
from model.standing import gate_policy
from model.supplying_artifacts import Supplied, supply_artifact
from rules.rule_book import RuleBook

AT_LEAST = 1.0
PEER = "a case's decision"
REPEATED = "one that brings nothing new"
GATES = (1, 3, 4, 5)
"""Those that every service passes on its way into operation, and is held to there."""

SERVICES = 12
_FACTS = {"customer_experience_tested": True, "contract_signed": True, "being_consumed": True}
_SAID = {4: {"customer_approved": True}}


def measured(effort: Effort) -> Findings:
    """Measure sessions of each gate in turn, on each kind of database.

    A session brings a verdict. So the decisions beside it bring facts, as those over HTTP do.
    """
    found = Findings()
    with ExitStack() as stack:
        for kind in growth.kinds(stack):
            database = stack.enter_context(closing(Database(kind.made("gates"))))
            figures = rates(contenders(database), effort)
            what = f"a toll-gate's session, stored, {kind.name}"
            for peer, target in ((PEER, AT_LEAST), (REPEATED, None)):
                found += Findings((compared(what, figures["ours"], peer, figures[peer], target),))
    return found


def contenders(database: Database) -> dict[str, Pass]:
    """Return sessions of the toll-gates that pass, and the examples of the routing decided."""
    caller, numbers, book = filled.fill(database), count(), bundled_book()
    services = [f"mail-{number}" for number in range(SERVICES)]
    for service in services:
        _offer(database, caller, book, service)
    examples = routing_cases(book)
    steps = growing_case(examples)
    repeated = [filled.request_of(case, f"CRM-{number}") for number, case in enumerate(examples)]

    def decided(requests: Sequence[DecisionRequest]) -> int:
        for request in requests:
            with database.transaction() as session:
                decide(session, request, caller, filled.NOON, f"case-{next(numbers)}")
        return len(requests)

    def gates() -> int:
        for service, gate in product(services, GATES):
            facts = {"verdict": "approve", **_SAID.get(gate, {})}
            request = GateRequest(service, gate, facts)
            with database.transaction() as session:
                id = f"gate-{next(numbers)}"
                answer = hold_gate(session, request, caller, filled.NOON, id)
            assert answer.body["outcome"]["result"] == "pass", answer.body  # type: ignore[index]  # JSON
        return len(services) * len(GATES)

    def growing() -> int:
        ref = f"NEW-{next(numbers)}"
        return decided([filled.request_of(step, ref) for step in steps])

    return {"ours": gates, PEER: growing, REPEATED: lambda: decided(repeated)}


def _offer(database: Database, caller: Caller, book: RuleBook, service: str) -> None:
    """Make a service with everything that its gates ask for."""
    change = ServiceChange({"name": "Mail"}, _FACTS)
    asked = {name for gate in GATES for name in book.policies[gate_policy(gate)].inputs}
    artifacts = sorted(name.removeprefix("has_") for name in asked if name.startswith("has_"))
    with database.transaction() as session:
        make_service(session, service, change, caller, filled.NOON)
        for name in artifacts:
            supplied = Supplied(name, "https://documents.example/it.pdf")
            supply_artifact(session, service, supplied, lambda _: None, caller, filled.NOON)
