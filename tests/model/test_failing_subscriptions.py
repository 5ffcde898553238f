"""Subscriptions that fail: disabled when the receiver is gone, or after days in vain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from model.database import Database
from model.failing_subscriptions import (
    GONE,
    IN_VAIN,
    LONGEST_PUT_OFF,
    PATIENCE,
    SHORTEST_PUT_OFF,
)
from model.subscriptions import SubscriptionView, view_of
from tests.model.telling import NOW, claimed, happened, listed, settled, states, subscribed

SECOND = timedelta(seconds=1)


@pytest.fixture
def id(database: Database) -> str:
    """The id of a subscription that two messages wait for."""
    made = subscribed(database)
    happened(database)
    happened(database)
    return made.subscription.id


def shown(database: Database, id: str) -> SubscriptionView:
    """Return the subscription as it is now."""
    with database.reading() as session:
        return view_of(session, id)


def test_it_is_told_since_when_deliveries_fail(database: Database, id: str) -> None:
    """From the first failure until something arrives."""
    settled(database, claimed(database, most=1), status=500, error="x")
    settled(database, claimed(database, most=1), NOW + SECOND, status=500, error="x")
    assert shown(database, id).failing_since == NOW
    settled(database, claimed(database, NOW + timedelta(minutes=1), most=1), delivered=True)
    assert shown(database, id).failing_since is None


def test_a_receiver_that_is_gone_is_told_nothing_more(database: Database, id: str) -> None:
    """410 disables its subscription; what waits is held, for whoever enables it again."""
    settled(database, claimed(database, most=1), status=410, error="gone", gone=True)
    view = shown(database, id)
    assert (view.enabled, view.disabled_at, view.disabled_because) == (False, NOW, GONE)
    assert states(database) == ["held", "held"]


def test_after_days_in_vain_it_is_disabled(database: Database, id: str) -> None:
    """Five days without one delivery, though tried."""
    settled(database, claimed(database, most=1), status=500, error="x")
    early = NOW + PATIENCE - SECOND
    settled(database, claimed(database, early, most=1), early, status=500, error="x")
    assert shown(database, id).enabled
    late = NOW + PATIENCE
    happened(database, now=late)
    settled(database, claimed(database, late, most=1), late, status=500, error="x")
    view = shown(database, id)
    assert (view.enabled, view.disabled_because) == (False, IN_VAIN)
    assert set(states(database)) == {"held"}


def test_one_that_reaches_some_is_not_failing(database: Database, id: str) -> None:
    """One message that it cannot stomach does not disable a receiver."""
    bad, good = claimed(database)
    settled(database, [good], delivered=True, status=200)
    settled(database, [bad], status=400, error="x")
    later = NOW + PATIENCE
    happened(database, now=later)
    [again, new] = claimed(database, later)
    settled(database, [new], later, delivered=True, status=200)
    settled(database, [again], later, status=400, error="x")
    assert shown(database, id).enabled


def test_to_one_that_does_not_answer_little_is_tried(database: Database, id: str) -> None:
    """Everything for it is put off: for seconds at first, for minutes when it lasts."""
    settled(database, claimed(database, most=1), error="no answer", not_now=True)
    assert {each.due_at for each in listed(database)} == {NOW + SHORTEST_PUT_OFF}
    later = NOW + timedelta(hours=2)
    settled(database, claimed(database, later, most=1), later, error="no answer", not_now=True)
    soonest = min(each.due_at for each in listed(database) if each.due_at)
    assert soonest == later + LONGEST_PUT_OFF
