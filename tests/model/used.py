"""Services that are used: customers, who holds their role, and what they were told."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from model.customers import Contact, Customer, put_customer
from model.database import Database
from model.deliveries import Delivery
from model.events import EventType, OutboxEvent
from model.rosters import replace_roster
from tests.model.portfolio import Portfolio

FINANCE, DEPUTY, TAX = "finance@x.example", "deputy@x.example", "tax@x.example"


def staff(database: Database) -> None:
    """Have a customer's representative for Finance, away on the 23rd of November."""
    document: dict[str, list[dict[str, object]]] = {
        "people": [{"name": email.split("@")[0], "email": email} for email in (FINANCE, DEPUTY)],
        "groups": [],
        "roles": [
            {"role": "Customer", "agency": "Finance", "held_by": FINANCE},
            {"role": "Customer", "agency": "Finance", "held_by": DEPUTY, "deputy": True},
        ],
        "absences": [{"person": FINANCE, "since": "2026-11-23", "until": "2026-11-24"}],
    }
    with database.transaction() as session:
        replace_roster(session, document, "Dana", datetime(2026, 11, 1, tzinfo=UTC), lambda _: None)


def use(of: Portfolio, key: str, name: str, **contact: str) -> Customer:
    """Have somebody use a service."""
    with of.database.transaction() as session:
        return put_customer(session, key, name, Contact(**contact), "Sam", of.moment.now)


def told(database: Database, type: EventType) -> list[tuple[str, str]]:
    """Return the letters of a type of event that were written, and to whom, in order."""
    with database.reading() as session:
        rows = session.execute(
            select(OutboxEvent.title, Delivery.recipient)
            .join(Delivery, Delivery.event_id == OutboxEvent.id)
            .where(OutboxEvent.type == type)
            .order_by(Delivery.id)
        ).all()
    return [(str(title), str(recipient)) for title, recipient in rows]
