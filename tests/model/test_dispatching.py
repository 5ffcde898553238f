"""Dispatching: claimed by one at a time, tried again as promised, and never lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from model.database import Database, Session
from model.deliveries import Delivery
from model.dispatching import LEASE, PAUSE, Parcel, claim, is_due
from model.outbox import EventType, take_back
from model.retrying import SCHEDULE
from model.subscribing import Wish, change, rotate, unsubscribe
from tests.model.telling import (
    KIM,
    LETTER,
    NOW,
    SECRET,
    URL,
    claimed,
    happened,
    listed,
    settled,
    states,
    subscribed,
)

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def claim_five(session: Session, by: str) -> list[Parcel]:
    """Claim a few."""
    return claim(session, by, NOW, 5)


def to_waiting(session: Session) -> None:
    """Leave every delivery as one is that was announced at that very moment."""
    session.execute(update(Delivery).values(state="waiting", due_at=NOW))


@pytest.fixture
def waiting(database: Database) -> Database:
    """A database in which one subscriber is to be told of three events."""
    subscribed(database)
    for _ in range(3):
        happened(database)
    return database


def test_a_parcel_has_all_that_is_sent(database: Database) -> None:
    """To a subscriber: the event, its id, the address."""
    made = subscribed(database)
    event = happened(database)
    [parcel] = claimed(database)
    assert parcel.target is not None
    assert (parcel.target.url, parcel.target.generations) == (URL, (1,))
    assert parcel.receiver == made.subscription.id
    assert (parcel.message_id, parcel.type) == (event.id, EventType.DECISION_MADE)
    assert (parcel.subject, parcel.data, parcel.at) == (event.subject, '{"what": "ever"}', NOW)


def test_a_letter_has_its_words(database: Database) -> None:
    """To a person: the words and the e-mail address."""
    happened(database, None, "ada@example.org")
    [parcel] = claimed(database)
    assert (parcel.recipient, parcel.target) == ("ada@example.org", None)
    assert (parcel.title, parcel.text) == (LETTER.title, LETTER.text)


def test_nothing_is_due_before_its_time(waiting: Database) -> None:
    """What is to be told later waits."""
    with waiting.reading() as session:
        assert not is_due(session, NOW - SECOND)
        assert is_due(session, NOW)
    assert claimed(waiting, NOW - SECOND) == []
    assert len(claimed(waiting, NOW)) == 3


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(waiting: Database) -> None:
    """Whoever dies with it loses it to the next one, which sends it under the same id."""
    mine = claimed(waiting)
    assert claimed(waiting, NOW + LEASE - SECOND, by="another") == []
    theirs = claimed(waiting, NOW + LEASE, by="another")
    assert [each.message_id for each in theirs] == [each.message_id for each in mine]
    assert [each.attempts for each in theirs] == [2, 2, 2]


def test_no_two_claim_the_same(database: Database) -> None:
    """Of many that claim at once, each gets its own, and together they get all."""
    subscribed(database)
    for _ in range(40):
        happened(database)

    def some(number: int) -> list[Parcel]:
        return database.write(lambda session: claim_five(session, str(number)))

    with ThreadPoolExecutor(6) as pool:
        taken = [parcel.delivery_id for part in pool.map(some, range(24)) for parcel in part]
    taken += [parcel.delivery_id for parcel in claimed(database)]
    assert max(Counter(taken).values()) == 1
    assert len(taken) == 40


def test_many_that_settle_for_one_dead_receiver_do_not_end_each_other(database: Database) -> None:
    """Nor does who takes back what is waiting for it: no transaction is lost to a deadlock."""
    subscribed(database)
    for number in range(200):
        happened(database, subject=f"cases/{number % 10}")

    def work(worker: int) -> None:
        for turn in range(10):
            now = NOW + turn * timedelta(minutes=6)
            parcels = claimed(database, now, most=20, by=f"{worker}/{turn}")
            settled(database, parcels, now, status=500, error="x", not_now=True)
            with database.transaction() as session:
                take_back(session, EventType.DECISION_MADE, f"cases/{turn}")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert Counter(states(database)) == {"cancelled": 200}


def test_those_who_are_busy_are_left_alone(database: Database) -> None:
    """A receiver that is being sent to gets no further lane; the others do."""
    one, other = subscribed(database), subscribed(database)
    happened(database, None, "ada@example.org")
    for busy, left in (
        ({one.subscription.id}, {other.subscription.id, "mail"}),
        ({one.subscription.id, "mail"}, {other.subscription.id}),
        ({one.subscription.id, other.subscription.id, "mail"}, set()),
    ):
        with database.transaction() as session:
            found = claim(session, "x", NOW, 10, busy)
            assert {parcel.receiver for parcel in found} == left
            assert is_due(session, NOW, busy) is False
            session.rollback()


def test_what_arrived_is_delivered(waiting: Database) -> None:
    """It is not sent again, and the answer is kept."""
    settled(waiting, claimed(waiting), delivered=True, status=204)
    assert claimed(waiting, NOW + 400 * HOUR) == []
    assert {(each.state, each.status, each.attempts) for each in listed(waiting)} == {
        ("delivered", 204, 1)
    }


def test_what_arrived_late_is_delivered_too(waiting: Database) -> None:
    """Whose lease ran out while it was sent tells so, and what has arrived is not sent again."""
    slow = claimed(waiting)
    claimed(waiting, NOW + LEASE, by="another")
    settled(waiting, slow, NOW + LEASE, delivered=True, status=200)
    assert states(waiting) == ["delivered"] * 3


def test_a_failure_of_a_lost_lease_counts_no_more(waiting: Database) -> None:
    """What another one is sending now is not put off by whoever sent it before."""
    slow = claimed(waiting)
    claimed(waiting, NOW + LEASE, by="another")
    before = [each.due_at for each in listed(waiting)]
    settled(waiting, slow, NOW + LEASE, status=500, error="late")
    assert [each.due_at for each in listed(waiting)] == before
    assert {each.error for each in listed(waiting)} == {None}


def test_it_is_tried_as_often_as_promised_and_then_failed(database: Database) -> None:
    """At the promised times, with what went wrong last; ten attempts in all."""
    subscribed(database)
    happened(database)
    now = NOW
    for wait in SCHEDULE:
        settled(database, claimed(database, now), now, status=500, error="it answered 500")
        [told] = listed(database)
        assert (told.state, told.due_at) == ("waiting", now + wait)
        assert claimed(database, now + wait - SECOND) == []
        now += wait
    settled(database, claimed(database, now), now, status=500, error="it answered 500")
    [told] = listed(database)
    assert (told.state, told.due_at, told.attempts) == ("failed", None, len(SCHEDULE) + 1)
    assert (told.status, told.error) == (500, "it answered 500")
    assert claimed(database, now + 1000 * HOUR) == []


def test_what_was_not_tried_counts_no_attempt(waiting: Database) -> None:
    """Given back, it is tried soon, as if it had never been claimed."""
    settled(waiting, claimed(waiting), tried=False)
    assert {each.attempts for each in listed(waiting)} == {0}
    assert claimed(waiting, NOW + PAUSE - SECOND) == []
    assert len(claimed(waiting, NOW + PAUSE)) == 3


def test_what_is_hopeless_is_given_up_at_once(database: Database) -> None:
    """A letter to nobody is not written ten times."""
    happened(database, None, "nobody@example.org")
    settled(database, claimed(database), status=550, error="no such user", hopeless=True)
    assert states(database) == ["failed"]


def test_a_receiver_that_is_busy_is_let_alone_as_long_as_it_asks(waiting: Database) -> None:
    """Everything for it waits so long, and not only what it refused."""
    some = claimed(waiting, most=1)
    settled(waiting, some, status=503, error="busy", not_now=True, retry_after=HOUR)
    assert claimed(waiting, NOW + HOUR - SECOND) == []
    assert len(claimed(waiting, NOW + HOUR)) == 3


def test_while_it_rotates_both_secrets_sign(database: Database) -> None:
    """The new one first; when the grace is over, the new one alone."""
    made = subscribed(database)
    with database.transaction() as session:
        rotate(session, KIM, made.subscription.id, secret=SECRET, grace=HOUR, now=NOW)
    happened(database)
    happened(database, now=NOW + HOUR)
    [during] = claimed(database)
    settled(database, [during], delivered=True, status=200)
    [after] = claimed(database, NOW + HOUR)
    assert during.target is not None
    assert after.target is not None
    assert (during.target.generations, after.target.generations) == ((2, 1), (2,))


def test_what_is_for_somebody_disabled_meanwhile_is_held(database: Database) -> None:
    """An event that was announced while it was being disabled is not sent, and not lost."""
    made = subscribed(database)
    happened(database)
    id = made.subscription.id
    with database.transaction() as session:
        change(session, KIM, id, Wish(enabled=False), private_hosts=(), now=NOW)
        to_waiting(session)
    assert claimed(database) == []
    assert states(database) == ["held"]
    with database.transaction() as session:
        unsubscribe(session, KIM, id, NOW)
        to_waiting(session)
    assert claimed(database) == []
    assert states(database) == ["cancelled"]
