"""Noting what an older process, beside newer ones while they are upgraded, did and did not note.

It knows customers and maintenance, and not that either is noted in the life of a service.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import InstrumentedAttribute

from model.customers import Customer
from model.locking import hold
from model.maintenance import Maintenance
from model.moment import rfc3339
from model.service_events import UNKNOWN, Noted, ServiceEvent
from model.services import Service

Instant = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
Name = InstrumentedAttribute[str]

AT_ONCE = 100
LOOKED_BACK = timedelta(days=30)
"""No upgrade lasts as long; what is older was noted by the migration."""


def note_missed(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """Note up to `most` of each kind of what nobody noted; say how many. Needs a `transaction()`.

    Each at its own instant, and at the version that its service has now.
    """
    hold(session, "missed events")
    since = now - LOOKED_BACK
    found = [
        *_of_customers(session, Noted.CUSTOMER_CAME, Customer.since, since, most),
        *_of_customers(session, Noted.CUSTOMER_LEFT, Customer.until, since, most),
        *_of_maintenance(session, Noted.MAINTENANCE_PLANNED, Maintenance.planned_at, since, most),
        *_of_maintenance(
            session, Noted.MAINTENANCE_CALLED_OFF, Maintenance.called_off_at, since, most
        ),
    ]
    for event in sorted(found, key=lambda each: (each.at, each.what)):
        session.add(event)
    session.flush()
    return len(found)


def _of_customers(
    session: Session, what: Noted, at: Instant, since: datetime, most: int
) -> Iterator[ServiceEvent]:
    """Yield who came (`at`: `since`) or left (`until`), once for each name: the latest first.

    Who comes back has the same name: there is a note for each time, at its instant or later.
    """
    other = aliased(Customer)
    same = (other.service_id == Customer.service_id, other.name == Customer.name)
    times = select(func.count()).where(*same, getattr(other, at.key) >= at).scalar_subquery()
    notes = _notes(what, Customer.service_id, Customer.name)
    noted = select(func.count()).where(*notes, ServiceEvent.at >= at).scalar_subquery()
    query = select(Customer).where(at >= since, noted < times).order_by(at.desc()).limit(most)
    latest: dict[tuple[int, str], Customer] = {}
    for row in session.scalars(query):
        latest.setdefault((row.service_id, row.name), row)
    for row in latest.values():
        by = row.ended_by if what is Noted.CUSTOMER_LEFT else None
        yield _event(session, row.service_id, what, row.name, getattr(row, at.key), by)


def _of_maintenance(
    session: Session, what: Noted, at: Instant, since: datetime, most: int
) -> Iterator[ServiceEvent]:
    """Yield what was planned, or called off."""
    notes = _notes(what, Maintenance.service_id, cast(Maintenance.id, String))
    missed = (at >= since, ~exists().where(*notes))
    for row in session.scalars(select(Maintenance).where(*missed).order_by(at).limit(most)):
        planned = what is Noted.MAINTENANCE_PLANNED
        by = row.planned_by if planned else row.called_off_by
        event = _event(session, row.service_id, what, str(row.id), getattr(row, at.key), by)
        times = {"begins_at": rfc3339(row.begins_at), "ends_at": rfc3339(row.ends_at)}
        event.after = {**times, "what": row.what}
        yield event


def _notes(
    what: Noted, service_id: InstrumentedAttribute[int], subject: ColumnElement[str] | Name
) -> tuple[ColumnElement[bool], ...]:
    table = ServiceEvent
    return table.service_id == service_id, table.what == what.value, table.subject == subject


def _event(
    session: Session, service_id: int, what: Noted, subject: str, at: datetime, by: str | None
) -> ServiceEvent:
    service = session.get_one(Service, service_id)
    return ServiceEvent(
        service_id=service_id,
        service_version=service.subject.version,
        what=what.value,
        subject=subject,
        before={},
        after={},
        by=by or UNKNOWN,
        at=at,
    )
