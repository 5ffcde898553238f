"""Telling the customers of a service in time when it is planned to begin, and when to end.

Each customer is told once of a plan, four weeks ahead or, where it was planned or they came later
than that, at once. A day that is planned anew is told anew, be it one that was planned before; what
still waits to be told of a day that was given up is taken back; one that has passed is told no
more. Only the toll-gates decide: a service that is live already is told of no more as about to
begin.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from model import json_text
from model.catalogue_standing import LIVE, PREPARED
from model.customers import hearers_of
from model.deliveries import Delivery
from model.events import OutboxEvent
from model.moment import Moment
from model.outbox import Event, EventType, Letter, announce, listeners, take_back
from model.service_events import Members, Noted, ServiceEvent
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

    def day_of(self, service: Service) -> date | None:
        """Return the day that is planned for a service."""
        day: date | None = getattr(service, self.day.key)
        return day


_PLANNED = (Noted.MADE, Noted.CHANGED)
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


def take_back_plans(session: Session, service: Service, before: Members) -> None:
    """Cancel what is still to be told of planned days that are others now than `before`."""
    for plan in _PLANS:
        if plan.day.key in before and before[plan.day.key] != plan.day_of(service):
            subject = f"services/{service.key}"
            take_back(session, EventType.SERVICE_ANNOUNCED, subject, f"{_key_of(plan, subject)}/")


def _announce(session: Session, service: Service, plan: _Plan, moment: Moment) -> bool:
    day = plan.day_of(service)
    assert day is not None
    subject, version = f"services/{service.key}", _planned_at(session, service, plan)
    key = f"{_key_of(plan, subject)}/{day.isoformat()}/{version}"
    hearers = hearers_of(session, [service.id], moment.today)
    told = _told(session, key)
    new = [each for each in hearers.people if each not in told]
    latecomers = session.scalar(select(OutboxEvent.id).where(OutboxEvent.key == key)) is not None
    if latecomers:
        # Whoever subscribed was told: only those who came since are to be.
        key += f"/{sha256(json_text.dumps(sorted(new)).encode()).hexdigest()}"
    data = {
        "what": plan.what,
        "service": {"key": service.key, "name": service.name},
        "on": day.isoformat(),
        "customers": hearers.customers,
        "unheard": list(hearers.unheard),
    }
    letter = _letter(service, f"{plan.words} {day.isoformat()}")
    event = Event(EventType.SERVICE_ANNOUNCED, key, subject, data, moment.now, letter)
    return announce(session, event, new, {} if latecomers else listeners(session))


def _key_of(plan: _Plan, subject: str) -> str:
    return f"{EventType.SERVICE_ANNOUNCED}/{subject}/{plan.what}"


def _planned_at(session: Session, service: Service, plan: _Plan) -> int:
    """Return the version of the service at which the day was planned last; 0: nobody noted it."""
    ours = (ServiceEvent.service_id == service.id, ServiceEvent.what.in_(_PLANNED))
    query = select(ServiceEvent).where(*ours).order_by(ServiceEvent.id.desc())
    noted = (each.service_version for each in session.scalars(query) if plan.day.key in each.after)
    return next(noted, 0)


def _told(session: Session, key: str) -> Collection[str]:
    """Return who was told, or will be, of what was announced under a key, and after it."""
    told = select(Delivery.recipient).join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
    first = OutboxEvent.key == key
    later = OutboxEvent.key.startswith(f"{key}/", autoescape=True)
    return {str(person) for person in session.scalars(told.where(or_(first, later)))}


def _letter(service: Service, says: str) -> Letter:
    text = f"{service.name} {says}. It is a plan: you are told again once it is so."
    return Letter(f"Service {service.name} {says}", f"{text} {whom_to_ask(service)}")
