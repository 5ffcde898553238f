"""Housekeeping: what was delivered is forgotten after a month, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from model.database import Database
from model.events import OutboxEvent
from model.housekeeping import KEPT_FOR, forget_delivered
from tests.model.telling import NOW, claimed, happened, settled, states, subscribed

# A claim moves the time at which it is due again to the end of the lease.
LATER = NOW + KEPT_FOR + timedelta(hours=1)


def forget(database: Database, most: int = 100) -> int:
    """Forget what is old by then."""
    with database.transaction() as session:
        return forget_delivered(session, LATER, most)


def events(database: Database) -> int:
    """Return how many events there are."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxEvent)) or 0


def test_what_was_delivered_long_ago_is_forgotten(database: Database) -> None:
    """With its event, a part at a time; what is younger stays."""
    subscribed(database)
    for _ in range(3):
        happened(database)
    settled(database, claimed(database), delivered=True, status=200)
    happened(database, now=LATER)
    settled(database, claimed(database, LATER), LATER, delivered=True, status=200)
    assert [forget(database, 2), forget(database, 2), forget(database, 2)] == [2, 1, 0]
    assert states(database) == ["delivered"]
    assert events(database) == 1


def test_what_has_not_arrived_everywhere_stays(database: Database) -> None:
    """What failed can be replayed, however old it is."""
    subscribed(database)
    subscribed(database)
    happened(database)
    one, other = claimed(database)
    settled(database, [one], delivered=True, status=200)
    settled(database, [other], status=500, error="x", hopeless=True)
    assert forget(database) == 1
    assert states(database) == ["failed"]
    assert events(database) == 1


def test_what_was_written_to_people_stays(database: Database) -> None:
    """Its key keeps anybody from being written to twice, however late it is announced again."""
    happened(database, "once", "ada@example.org")
    settled(database, claimed(database), delivered=True, status=250)
    assert forget(database) == 0
    happened(database, "once", "ada@example.org", now=LATER)
    assert states(database) == ["delivered"]
