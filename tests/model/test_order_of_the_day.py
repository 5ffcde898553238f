"""What holds for whatever is decided now is seen in one look."""

from __future__ import annotations

import pytest

from model.database import Database
from model.events import EventType
from model.order_of_the_day import order_of_the_day
from model.outbox import listeners
from model.revisions import live_revision
from model.subscribing import unsubscribe
from rules.errors import NoLiveRevision
from tests.model.lives import Lives
from tests.model.telling import KIM, NOW, subscribed


def test_the_live_rules_and_the_listeners_are_what_each_says_by_itself(lives: Lives) -> None:
    """Those that were removed among them are not told."""
    subscribed(lives.database, EventType.DECISION_MADE, EventType.CASE_REROUTED)
    gone = subscribed(lives.database, EventType.DECISION_MADE)
    with lives.database.transaction() as session:
        unsubscribe(session, KIM, gone.subscription.id, NOW)
    with lives.database.transaction() as session:
        today = order_of_the_day(session.connection())
        assert today.book.revision == live_revision(session)
        assert today.listening == listeners(session)
        assert len(today.listening[EventType.DECISION_MADE]) == 1


def test_without_rules_nothing_can_be_decided(database: Database) -> None:
    """It says what is to be done, also where somebody listens."""
    subscribed(database)
    with database.looking() as connection, pytest.raises(NoLiveRevision, match="policy publish"):
        order_of_the_day(connection)
