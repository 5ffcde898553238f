"""Telling the customers of a service what its toll-gates decide: that it begins, and that it ends.

It is told in the transaction of the gate, once for each decision, and only when it is new to them:
not by a gate that had passed before, nor of a service that had ended. One that is rejected in
operation ends too.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from model import standing
from model.customers import hearers_of
from model.moment import Moment
from model.outbox import Event, EventType, Letter, Listeners, announce
from model.recording import Made
from model.service_in_hand import AnyService
from model.whom_to_ask import whom_to_ask
from rules.decision import OutcomeValue
from rules.values import Value

_INTO_OPERATION, _OUT_OF_OPERATION = 4, 6
_COMMUNICATE = "communicate-transition"
_SAYS = {
    "live": ("is in operation", "It has passed toll-gate 4 and is there to be used."),
    "transition": (
        "is to end",
        "Before it is taken out of the catalogue, each of its customers moves to something else.",
    ),
    "ended": ("has ended", "It has been taken out of the catalogue."),
}


def announce_to_customers(
    session: Session,
    service: AnyService,
    gate: int,
    made: Made,
    moment: Moment,
    listening: Listeners,
) -> None:
    """Announce what a toll-gate means to the customers of a service, if it means anything.

    Where it means nothing, nothing is asked of the database.
    """
    what = _what(gate, made.decision.outcome, made.held)
    if what is None:
        return
    hearers = hearers_of(session, [service.id], moment.today)
    data = {
        "what": what,
        "service": {"key": service.key, "name": service.name},
        "gate": gate,
        "decision": made.id,
        "customers": hearers.customers,
        "unheard": list(hearers.unheard),
    }
    key, subject = f"service.announced/{made.id}", f"services/{service.key}"
    letter = _letter(service, what)
    event = Event(EventType.SERVICE_ANNOUNCED, key, subject, data, moment.now, letter)
    announce(session, event, hearers.people, listening)


def _what(
    gate: int, outcome: Mapping[str, OutcomeValue], before: Mapping[str, Value]
) -> str | None:
    """Return what a gate's outcome means to customers, after what stood before."""
    if outcome.get("action") == standing.REJECTING:
        return "ended" if standing.in_operation(before) else None
    if standing.has_passed(gate, before):
        return None
    passed = outcome.get("result") == "pass"
    if gate == _INTO_OPERATION and passed:
        return "live"
    if gate == _OUT_OF_OPERATION and passed:
        return "ended"
    if gate == _OUT_OF_OPERATION and outcome.get("action") == _COMMUNICATE:
        return "transition"
    return None


def _letter(service: AnyService, what: str) -> Letter:
    short, long = _SAYS[what]
    text = f"{service.name} {short}. {long} {whom_to_ask(service)}"
    return Letter(f"Service {service.name} {short}", text)
