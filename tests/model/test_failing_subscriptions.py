"""Subscriptions that fail: disabled when the receiver is gone, or after days in vain."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from model.database import Database
from model.failing_subscriptions import (
    GONE,
    IN_VAIN,
    LONGEST_GAP,
    LONGEST_PUT_OFF,
    PATIENCE,
    SHORTEST_PUT_OFF,
    note_missed,
)
from model.subscribing import Wish, change
from model.subscriptions import Subscription, SubscriptionView, view_of
from tests.model.telling import KIM, NOW, claimed, happened, listed, settled, states, subscribed

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


def miss(database: Database, now: datetime) -> None:
    """Have something happen, try to deliver one message, and fail."""
    happened(database, now=now)
    settled(database, claimed(database, now, most=1), now, status=500, error="x")


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
    """Five days without one delivery, though tried each day."""
    days = [NOW + timedelta(days=day) for day in range(5)]
    for moment in (*days, NOW + PATIENCE - SECOND):
        miss(database, moment)
        assert shown(database, id).enabled
    miss(database, NOW + PATIENCE)
    view = shown(database, id)
    assert (view.enabled, view.disabled_because) == (False, IN_VAIN)
    assert set(states(database)) == {"held"}


def test_days_on_which_nobody_tried_do_not_count(database: Database, id: str) -> None:
    """Two failures with a week between them, while the service was off, are two failures."""
    for week in range(4):
        miss(database, NOW + timedelta(weeks=week))
        assert shown(database, id).enabled
    assert shown(database, id).failing_since == NOW
    miss(database, NOW + timedelta(weeks=4))
    assert shown(database, id).enabled
    miss(database, NOW + timedelta(weeks=5))
    assert not shown(database, id).enabled


def test_a_time_in_which_it_was_tried_counts_once(database: Database, id: str) -> None:
    """However many try at once: no more counts than has passed."""
    for moment in (NOW, NOW, NOW + PATIENCE / 2, NOW, NOW + PATIENCE / 4, NOW + PATIENCE / 2):
        with database.transaction() as session:
            note_missed(session, [id], moment)
    with database.reading() as session:
        row = session.get_one(Subscription, id)
    assert timedelta(seconds=row.missed_for) == LONGEST_GAP
    assert (row.failing_since, row.missed_at) == (NOW, NOW + PATIENCE / 2)


@pytest.mark.parametrize("pause", [timedelta(seconds=0.4), timedelta(seconds=1.9)])
def test_a_busy_one_is_counted_all_its_time(database: Database, id: str, pause: timedelta) -> None:
    """Parts of a second add up, however often something is tried in vain."""
    tries = 30
    with database.transaction() as session:
        for number in range(tries + 1):
            note_missed(session, [id], NOW + number * pause)
    with database.reading() as session:
        row = session.get_one(Subscription, id)
    assert row.missed_for == tries * pause // SECOND


def test_enabled_again_it_has_all_its_time(database: Database, id: str) -> None:
    """What it missed before it was disabled is forgotten."""
    for day in range(6):
        miss(database, NOW + timedelta(days=day))
    with database.transaction() as session:
        wish = Wish(enabled=True)
        change(session, KIM, id, wish, private_hosts=(), now=NOW + PATIENCE)
    miss(database, NOW + PATIENCE)
    view = shown(database, id)
    assert (view.enabled, view.failing_since) == (True, NOW + PATIENCE)


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


def test_what_the_version_before_has_reached_begins_anew(database: Database, id: str) -> None:
    """It forgets since when a subscription fails, and knows nothing of the rest."""
    for day in range(5):
        miss(database, NOW + timedelta(days=day))
    with database.transaction() as session:
        session.get_one(Subscription, id).failing_since = None
    miss(database, NOW + PATIENCE)
    assert shown(database, id).enabled
