"""Toll-gates: a session of a gate beside the decision of a case, both stored."""

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
from model.supplying_artifacts import Supplied, supply_artifact

AT_LEAST = 1.0
PEER = "a case's decision"
_SERVICE = "mail"


def measured(effort: Effort) -> Findings:
    """Measure on each kind of database: the same service, and the same case, again and again."""
    found = Findings()
    with ExitStack() as stack:
        for kind in growth.kinds(stack):
            database = stack.enter_context(closing(Database(kind.made("gates"))))
            figures = rates(contenders(database), effort)
            what = f"a toll-gate's session, stored, {kind.name}"
            found += Findings((compared(what, figures["ours"], PEER, figures[PEER], AT_LEAST),))
    return found


def contenders(database: Database) -> dict[str, Pass]:
    """Return a session of toll-gate 1 that passes, and a case that is decided."""
    caller, numbers = filled.fill(database), count()
    case = routing_cases(bundled_book())[0]
    request = filled.request_of(case, "CRM-1")
    _offer(database, caller)

    def a_gate() -> int:
        session_of_gate = GateRequest(_SERVICE, 1, {"verdict": "approve"})
        with database.transaction() as session:
            id = f"gate-{next(numbers)}"
            answer = hold_gate(session, session_of_gate, caller, filled.NOON, id)
        assert answer.body["outcome"]["result"] == "pass", answer.body  # type: ignore[index]  # JSON
        return 1

    def a_case() -> int:
        with database.transaction() as session:
            decide(session, request, caller, filled.NOON, f"case-{next(numbers)}")
        return 1

    return {"ours": a_gate, PEER: a_case}


def _offer(database: Database, caller: Caller) -> None:
    change, supplied = (
        ServiceChange({"name": "Mail"}, {}),
        Supplied("service_strategy", "https://documents.example/strategy.pdf"),
    )
    with database.transaction() as session:
        make_service(session, _SERVICE, change, caller, filled.NOON)
        supply_artifact(session, _SERVICE, supplied, lambda _: None, caller, filled.NOON)
