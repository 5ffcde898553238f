"""Deliveries: every one is listed, and can be sent once more under its message id."""

from __future__ import annotations

from datetime import timedelta

import pytest

from model.administration import Act, acts_before
from model.database import Database
from model.deliveries import (
    State,
    deliveries_before,
    failed_ids,
    replay,
    undelivered,
)
from model.subscribing import Wish, change, unsubscribe
from rules.errors import BadFields, Refused, UnknownRecord
from tests.model.telling import KIM, NOW, claimed, happened, listed, settled, states, subscribed

LATER = NOW + timedelta(hours=1)


def again(database: Database, number: int) -> str:
    """Replay a delivery; return its state."""
    with database.transaction() as session:
        return replay(session, KIM, number, LATER).state


def test_deliveries_come_newest_first_page_by_page(database: Database) -> None:
    """Each is on one page, and a page stays what it was while new ones arrive."""
    subscribed(database)
    made = [happened(database).id for _ in range(5)]
    with database.reading() as session:
        first = deliveries_before(session, None, 2)
    happened(database)
    with database.reading() as session:
        second = deliveries_before(session, first.next, 2)
        third = deliveries_before(session, second.next, 2)
    shown = [one.message_id for page in (first, second, third) for one in page.deliveries]
    assert shown == made[::-1]
    assert third.next is None


def test_they_are_listed_by_state_and_by_subscription(database: Database) -> None:
    """Whoever looks for what failed sees that alone."""
    one, other = subscribed(database), subscribed(database)
    happened(database)
    for parcel in claimed(database):
        if parcel.receiver == one.subscription.id:
            settled(database, [parcel], delivered=True, status=200)
    with database.reading() as session:
        delivered = deliveries_before(session, None, 10, State.DELIVERED).deliveries
        others = deliveries_before(session, None, 10, None, other.subscription.id).deliveries
        none = deliveries_before(session, None, 10, State.FAILED).deliveries
    assert [each.subscription_id for each in delivered] == [one.subscription.id]
    assert [each.subscription_id for each in others] == [other.subscription.id]
    assert none == ()


def test_a_cursor_of_no_page_is_refused(database: Database) -> None:
    """It is named, and nothing is listed."""
    with database.reading() as session, pytest.raises(BadFields, match="/after"):
        deliveries_before(session, "x", 10)


@pytest.mark.parametrize("state", ["delivered", "failed", "waiting"])
def test_one_is_sent_once_more_under_its_message_id(database: Database, state: str) -> None:
    """At once, with all its attempts before it again, and with a word in the audit."""
    subscribed(database)
    event = happened(database)
    if state == "delivered":
        settled(database, claimed(database), delivered=True, status=200)
    elif state == "failed":
        settled(database, claimed(database), status=500, error="x", hopeless=True)
    [told] = listed(database)
    assert told.state == state
    assert again(database, told.id) == "waiting"
    [parcel] = claimed(database, LATER)
    assert (parcel.message_id, parcel.attempts) == (event.id, 1)
    with database.reading() as session:
        act = acts_before(session, None, 1).acts[0]
    assert (act.act, act.on, act.by) == (Act.DELIVERY_REPLAYED, str(told.id), "Kim")
    assert act.details["message_id"] == event.id


def test_a_claim_from_before_the_replay_settles_nothing_but_success(database: Database) -> None:
    """What failed before it was wanted once more does not put that off."""
    subscribed(database)
    happened(database)
    before = claimed(database)
    again(database, listed(database)[0].id)
    settled(database, before, LATER, status=500, error="x")
    assert listed(database)[0].due_at == LATER


def test_nobody_is_sent_to_who_does_not_listen(database: Database) -> None:
    """The one who replays is told what to do first."""
    made = subscribed(database)
    happened(database)
    number, id = listed(database)[0].id, made.subscription.id
    with database.transaction() as session:
        change(session, KIM, id, Wish(enabled=False), private_hosts=(), now=NOW)
    with pytest.raises(Refused, match="enable it first"):
        again(database, number)
    with database.transaction() as session:
        unsubscribe(session, KIM, id, NOW)
    with pytest.raises(Refused, match="was removed"):
        again(database, number)
    assert states(database) == ["cancelled"]


def test_what_is_not_there_cannot_be_replayed(database: Database) -> None:
    """It is said that there is none."""
    with pytest.raises(UnknownRecord, match="no delivery `7`"):
        again(database, 7)


def test_what_failed_is_found_by_subscription(database: Database) -> None:
    """All of it, or that of one subscriber, oldest first."""
    one = subscribed(database)
    subscribed(database)
    happened(database)
    happened(database)
    settled(database, claimed(database), status=500, error="x", hopeless=True)
    with database.reading() as session:
        every, ours = failed_ids(session, None, 10), failed_ids(session, one.subscription.id, 10)
        assert len(every) == 4
        assert every == sorted(every)
        assert failed_ids(session, None, 1) == every[:1]
        assert set(ours) < set(every)
        assert undelivered(session) == {"waiting": 0, "failed": 4, "held": 0, "asleep": 0}
    assert len(ours) == 2
