"""Toll-gates: their sessions beside the decisions of cases, both stored."""

from __future__ import annotations

from contextlib import ExitStack, closing
from itertools import count

from benchmarks import filled, growth
from benchmarks.measuring import Effort, Pass, rates
from benchmarks.report import Findings, compared
from benchmarks.routing_cases import bundled_book, routing_cases
from model.access import Caller
from model.database import Database
from model.deciding import decide
from model.holding_gates import GateRequest, hold_gate
from model.service_life import ServiceChange, make_service
from model.standing import gate_policy
from model.supplying_artifacts import Supplied, supply_artifact
from rules.rule_book import RuleBook

AT_LEAST = 1.0
PEER = "a case's decision"
GATES = (1, 3, 4, 5)
"""Those that every service passes on its way into operation, and is held to there."""

_SERVICE = "mail"
_FACTS = {"customer_experience_tested": True, "contract_signed": True, "being_consumed": True}
_SAID = {4: {"customer_approved": True}}


def measured(effort: Effort) -> Findings:
    """Measure on each kind of database: sessions of each gate in turn, and each example in turn."""
    found = Findings()
    with ExitStack() as stack:
        for kind in growth.kinds(stack):
            database = stack.enter_context(closing(Database(kind.made("gates"))))
            figures = rates(contenders(database), effort)
            what = f"a toll-gate's session, stored, {kind.name}"
            found += Findings((compared(what, figures["ours"], PEER, figures[PEER], AT_LEAST),))
    return found


def contenders(database: Database) -> dict[str, Pass]:
    """Return sessions of the toll-gates that pass, and the examples of the routing decided."""
    caller, numbers, book = filled.fill(database), count(), bundled_book()
    _offer(database, caller, book)
    requests = [
        filled.request_of(case, f"CRM-{number}") for number, case in enumerate(routing_cases(book))
    ]

    def gates() -> int:
        for gate in GATES:
            facts = {"verdict": "approve", **_SAID.get(gate, {})}
            request = GateRequest(_SERVICE, gate, facts)
            with database.transaction() as session:
                id = f"gate-{next(numbers)}"
                answer = hold_gate(session, request, caller, filled.NOON, id)
            assert answer.body["outcome"]["result"] == "pass", answer.body  # type: ignore[index]  # JSON
        return len(GATES)

    def cases() -> int:
        for request in requests:
            with database.transaction() as session:
                decide(session, request, caller, filled.NOON, f"case-{next(numbers)}")
        return len(requests)

    return {"ours": gates, PEER: cases}


def _offer(database: Database, caller: Caller, book: RuleBook) -> None:
    """Make a service with everything that its gates ask for."""
    change = ServiceChange({"name": "Mail"}, _FACTS)
    asked = {name for gate in GATES for name in book.policies[gate_policy(gate)].inputs}
    artifacts = sorted(name.removeprefix("has_") for name in asked if name.startswith("has_"))
    with database.transaction() as session:
        make_service(session, _SERVICE, change, caller, filled.NOON)
        for name in artifacts:
            supplied = Supplied(name, "https://documents.example/it.pdf")
            supply_artifact(session, _SERVICE, supplied, lambda _: None, caller, filled.NOON)
