"""Telling the customers of a service in time when it is planned to begin, and when to end.

Each planned day is told once, four weeks ahead or, where it was planned later than that, at once.
A day that is planned anew is told anew; one that has passed is told no more. Only the toll-gates
decide: a service that is live already is told of no more as about to begin.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from model.catalogue_standing import LIVE, PREPARED
from model.customers import hearers_of
from model.moment import Moment
from model.outbox import Event, EventType, Letter, announce, listeners
from model.services import Service
from model.whom_to_ask import whom_to_ask

TOLD_AHEAD = timedelta(days=28)
"""Less than what was told is kept for (`model/housekeeping.py`): so it is never told again."""


@dataclass(frozen=True, slots=True)
class _Plan:
    what: str
    day: InstrumentedAttribute[date | None]
    phases: Collection[str]
    words: str


_PLANS = (
    _Plan("nears_live", Service.planned_live_on, PREPARED, "is planned to be in operation from"),
    _Plan("nears_end", Service.planned_end_on, LIVE, "is planned to end on"),
)


def tell_plans(session: Session, moment: Moment) -> int:
    """Announce the planned days that are near; say how many were. Needs a `transaction()`."""
    told = 0
    for plan in _PLANS:
        near = plan.day.between(moment.today, moment.today + TOLD_AHEAD)
        ours = (near, Service.phase.in_(plan.phases), Service.rejected.is_(False))
        for service in session.scalars(select(Service).where(*ours).order_by(Service.id)).all():
            told += _announce(session, service, plan, moment)
    return told


def _announce(session: Session, service: Service, plan: _Plan, moment: Moment) -> bool:
    day = service.planned_live_on if plan.what == "nears_live" else service.planned_end_on
    assert day is not None
    hearers = hearers_of(session, [service.id], moment.today)
    data = {
        "what": plan.what,
        "service": {"key": service.key, "name": service.name},
        "on": day.isoformat(),
        "customers": hearers.customers,
        "unheard": list(hearers.unheard),
    }
    subject = f"services/{service.key}"
    key = f"service.announced/{subject}/{plan.what}/{day.isoformat()}"
    letter = _letter(service, f"{plan.words} {day.isoformat()}")
    event = Event(EventType.SERVICE_ANNOUNCED, key, subject, data, moment.now, letter)
    return announce(session, event, hearers.people, listeners(session))


def _letter(service: Service, says: str) -> Letter:
    text = f"{service.name} {says}. It is a plan: you are told again once it is so."
    return Letter(f"Service {service.name} {says}", f"{text} {whom_to_ask(service)}")
