"""Telling of maintenance: the customers of a service, and of all that rests on it.

Each is told once, however many of these services they use; and whoever was told that it is planned
is told that it is called off, customer still or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.customers import hearers_of
from model.deliveries import Delivery
from model.dependencies import resting_on
from model.events import OutboxEvent
from model.moment import Moment, rfc3339
from model.outbox import Event, EventType, Letter, announce
from model.services import Service
from model.whom_to_ask import whom_to_ask

_SAYS = {
    EventType.MAINTENANCE_PLANNED: "Maintenance of {name} is planned {when}",
    EventType.MAINTENANCE_CALLED_OFF: "Maintenance of {name} {when} is called off",
}


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance `number`: from when until when, and what for."""

    number: int
    begins_at: datetime
    ends_at: datetime
    what: str

    def written(self, zone: tzinfo) -> str:
        """Return from when until when, as a letter gives it."""
        begins, ends = self.begins_at.astimezone(zone), self.ends_at.astimezone(zone)
        until = "%H:%M %Z" if begins.date() == ends.date() else "%Y-%m-%d %H:%M %Z"
        return f"from {begins:%Y-%m-%d %H:%M} until {ends.strftime(until)}"


def announce_maintenance(
    session: Session,
    type: EventType,
    service: Service,
    window: Window,
    moment: Moment,
    zone: tzinfo,
) -> None:
    """Announce that maintenance of a service is planned, or called off."""
    affected = resting_on(session, service.id)
    hearers = hearers_of(session, [service.id, *affected], moment.today)
    data = {
        "maintenance": window.number,
        "service": {"key": service.key, "name": service.name},
        "affected": list(affected.values()),
        "begins_at": rfc3339(window.begins_at),
        "ends_at": rfc3339(window.ends_at),
        "what": window.what,
        "customers": hearers.customers,
        "unheard": list(hearers.unheard),
    }
    says = _SAYS[type].format(name=service.name, when=window.written(zone))
    rest = [f"On {service.name} rest: {', '.join(affected.values())}."] if affected else []
    subject = f"services/{service.key}"
    text = "\n\n".join([f"{says}: {window.what}", *rest, whom_to_ask(service)])
    key = f"{type}/{window.number}"
    event = Event(type, key, subject, data, moment.now, Letter(says, text))
    announce(session, event, [*_told_before(session, window), *hearers.people])


def _told_before(session: Session, window: Window) -> list[str]:
    """Return who was told that it is planned, if it was."""
    query = (
        select(Delivery.recipient)
        .join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
        .where(
            OutboxEvent.key == f"{EventType.MAINTENANCE_PLANNED}/{window.number}",
            Delivery.recipient.is_not(None),
        )
        .order_by(Delivery.id)
    )
    return [str(person) for person in session.scalars(query)]
