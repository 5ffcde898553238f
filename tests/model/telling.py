"""Subscriptions and events to try the outbox with, in a few short words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from model.administration import Actor, Via
from model.database import Database
from model.deliveries import Delivery, DeliveryView, deliveries_before
from model.dispatching import Outcome, Parcel, claim, settle
from model.outbox import Event, EventType, Letter, announce
from model.subscribing import Made, subscribe

SECRET = b"a secret made up for the tests"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KIM = Actor("Kim", Via.HTTP, "the-id-of-her-key")
URL = "https://desk.example.org/hooks"
LETTER = Letter(
    "A review is due", "The service\nCRM is to be reviewed.\n\nBy <Friday> & not later."
)
_NUMBERS = count(1)


def subscribed(
    database: Database,
    *types: EventType,
    url: str = URL,
    hosts: Sequence[str] = (),
    now: datetime = NOW,
) -> Made:
    """Subscribe to some types of events, or to all."""
    with database.transaction() as session:
        return subscribe(
            session,
            KIM,
            "desk",
            url,
            types or tuple(EventType),
            new_id=str(uuid4()),
            secret=SECRET,
            private_hosts=hosts,
            now=now,
        )


def happened(
    database: Database,
    key: str | None = None,
    *people: str,
    type: EventType = EventType.DECISION_MADE,
    now: datetime = NOW,
    subject: str = "cases/CRM-1",
) -> Event:
    """Announce something."""
    letter = LETTER if people else None
    event = Event(type, key or f"key {next(_NUMBERS)}", subject, {"what": "ever"}, now, letter)
    with database.transaction() as session:
        announce(session, event, people)
    return event


def claimed(
    database: Database, now: datetime = NOW, most: int = 100, by: str = "me"
) -> list[Parcel]:
    """Claim what is due."""
    with database.transaction() as session:
        return claim(session, by, now, most)


def settled(
    database: Database,
    parcels: Sequence[Parcel],
    now: datetime = NOW,
    **outcome: Any,
) -> None:
    """Settle them all alike."""
    with database.transaction() as session:
        outcomes = [Outcome(parcel, **outcome) for parcel in parcels]
        settle(session, outcomes, now, lambda: 0.0)


def listed(database: Database) -> list[DeliveryView]:
    """Return every delivery, oldest first."""
    with database.reading() as session:
        return list(reversed(deliveries_before(session, None, 200).deliveries))


def states(database: Database) -> list[str]:
    """Return the state of every delivery, oldest first."""
    with database.reading() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))
