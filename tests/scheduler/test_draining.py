"""Draining: everything that is due is sent; who is slow, silent or gone holds up nobody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event, Thread

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from model.database import Database
from model.deliveries import DeliveryView
from model.mail_server import MailServer
from model.outbox import EventType
from model.retrying import LONGEST_WAIT
from model.subscriptions import view_of
from scheduler.draining import LANES_OF_ONE, UNANSWERED_IN_A_ROW, drain
from scheduler.parts import Parts
from scheduler.tick_log import TickLog
from tests.fire.service import wait_until
from tests.model.telling import happened, listed, states, subscribed
from tests.scheduler.conftest import Clock, Postbox, parts_on
from tests.scheduler.receiver import RETRY_AFTER
from tests.scheduler.receiving import Receiving

HERE = ("127.0.0.1",)
MANY = 90


def told_of(database: Database, receiver: Receiving, way: str = "fine", events: int = 1) -> str:
    """Have a receiver of some kind subscribe, and something happen; return its secret."""
    made = subscribed(database, url=receiver.url(way), hosts=HERE)
    for _ in range(events):
        happened(database)
    return made.secret


def drained_to_the_end(parts: Parts, clock: Clock) -> None:
    """Drain, and let time pass, until nothing waits any more."""
    for _ in range(60):
        drain(parts)
        if "waiting" not in states(parts.database):
            return
        clock.advance(LONGEST_WAIT / 8)
    raise AssertionError(Counter(states(parts.database)))


def test_what_is_due_is_sent_and_signed(parts: Parts, clock: Clock, receiver: Receiving) -> None:
    """All of it, each once; an independent reader verifies every message."""
    clock.now = datetime.now(UTC)
    secret = told_of(parts.database, receiver, events=0)
    expected = [happened(parts.database, now=clock.now).id for _ in range(MANY)]
    assert drain(parts) == MANY
    assert drain(parts) == 0
    assert sorted(receiver.ids) == sorted(expected)
    for got in receiver.told:
        assert Webhook(secret).verify(got["body"], got["headers"])
    assert set(states(parts.database)) == {"delivered"}


def test_a_moody_receiver_gets_everything_in_the_end(
    parts: Parts, clock: Clock, receiver: Receiving
) -> None:
    """It fails one time in four, lies, hangs up and dawdles: nothing is lost, no id changes."""
    told_of(parts.database, receiver, "moody", MANY)
    drained_to_the_end(parts, clock)
    assert set(states(parts.database)) == {"delivered"}
    taken = {
        each["headers"]["webhook-id"] for each in receiver.told if each["way"] in ("fine", "late")
    }
    assert taken == {each.message_id for each in listed(parts.database)}
    assert len(receiver.told) > MANY


def test_a_receiver_that_is_gone_is_asked_once(parts: Parts, receiver: Receiving) -> None:
    """Its subscription is disabled, and says why."""
    told_of(parts.database, receiver, "gone", 5)
    assert drain(parts) == 1
    assert len(receiver.told) == 1
    [delivery, *_] = listed(parts.database)
    with parts.database.reading() as session:
        assert delivery.subscription_id is not None
        view = view_of(session, delivery.subscription_id)
    assert not view.enabled
    assert "410" in (view.disabled_because or "")
    assert set(states(parts.database)) == {"held"}


def test_a_receiver_that_is_busy_is_let_alone(
    parts: Parts, clock: Clock, receiver: Receiving
) -> None:
    """One message tells so, and none follows until the time that it asked for has passed."""
    told_of(parts.database, receiver, "busy", 5)
    assert drain(parts) == 1
    clock.advance(timedelta(seconds=int(RETRY_AFTER) - 1))
    assert drain(parts) == 0
    clock.advance(timedelta(seconds=1))
    assert drain(parts) == 1
    assert len(receiver.told) == 2


def test_a_receiver_that_is_not_there_holds_up_nobody(parts: Parts, receiver: Receiving) -> None:
    """What goes elsewhere arrives meanwhile; of the many messages to it few are tried."""
    gone = Receiving(receiver.file.with_name("nowhere"))
    told_of(parts.database, gone, events=0)
    told_of(parts.database, receiver, events=MANY)
    drain(parts)
    assert len(receiver.told) == MANY
    left = [each for each in listed(parts.database) if each.state == "waiting"]
    assert len(left) == MANY
    assert sum(each.attempts for each in left) <= LANES_OF_ONE * UNANSWERED_IN_A_ROW


def test_while_one_hangs_others_are_sent_to(parts: Parts, receiver: Receiving) -> None:
    """Even what is announced only then."""
    told_of(parts.database, receiver, "hanging")
    draining = Thread(target=drain, args=(parts,))
    draining.start()
    wait_until(lambda: len(receiver.told) == 1)
    subscribed(parts.database, EventType.CASE_REROUTED, url=receiver.url(), hosts=HERE)
    event = happened(parts.database, type=EventType.CASE_REROUTED)
    wait_until(lambda: "delivered" in states(parts.database))
    assert draining.is_alive()
    receiver.stop()
    draining.join()
    delivered = [each for each in listed(parts.database) if each.state == "delivered"]
    assert [each.message_id for each in delivered] == [event.id]


def test_a_private_address_is_not_sent_to(database: Database, clock: Clock) -> None:
    """A name may lead into the private network only since yesterday: nothing is sent there."""
    subscribed(database, url="http://localhost:9/hooks", hosts=("localhost",))
    happened(database)
    parts = parts_on(database, clock)
    drain(parts)
    [delivery] = listed(database)
    assert delivery.error == "`localhost` leads to a private address"


def test_people_are_written_to(
    database: Database, clock: Clock, mail_server: MailServer, postbox: Postbox
) -> None:
    """Letters leave by the same way as webhooks: at least once, and tried again."""
    parts = parts_on(database, clock, mail_server)
    happened(database, None, "ada@example.org", "kim@example.org")
    postbox.refusal = "451 later"
    drain(parts)
    assert set(states(database)) == {"waiting"}
    postbox.refusal = None
    clock.advance(timedelta(minutes=1))
    drain(parts)
    assert set(states(database)) == {"delivered"}
    assert sorted(postbox.recipients) == ["ada@example.org", "kim@example.org"]


def test_without_a_mail_server_it_is_said_what_to_set(parts: Parts) -> None:
    """The letter waits for an operator who reads it."""
    happened(parts.database, None, "ada@example.org")
    drain(parts)
    [delivery] = listed(parts.database)
    assert delivery.state == "waiting"
    assert "TOLLGATE_SMTP_HOST" in (delivery.error or "")


def test_a_process_that_ends_gives_back_what_it_has_not_begun(
    parts: Parts, receiver: Receiving
) -> None:
    """Others go on with it at once, and it counts as no attempt."""
    told_of(parts.database, receiver, "late", 50)
    draining = Thread(target=drain, args=(parts,))
    draining.start()
    wait_until(lambda: bool(receiver.told))
    parts.ending.set()
    draining.join()
    waiting: list[DeliveryView] = [
        each for each in listed(parts.database) if each.state == "waiting"
    ]
    assert waiting
    assert {each.attempts for each in waiting} == {0}
    assert len(receiver.told) + len(waiting) == 50


def test_a_message_that_cannot_be_sent_holds_up_no_other(parts: Parts, receiver: Receiving) -> None:
    """A fault of the product itself is said, tried again, and stays with the one message."""
    told_of(parts.database, receiver)
    with parts.database.transaction() as session:
        # An address that nobody could have subscribed.
        session.execute(text("UPDATE subscriptions SET url = :url"), {"url": receiver.url("ü")})
    told_of(parts.database, receiver)
    stream = StringIO()
    drain(replace(parts, log=TickLog(stream)))
    assert len(receiver.told) == 1
    faulty = [each for each in listed(parts.database) if each.state == "waiting"]
    assert {each.error for each in faulty} == {"a fault of the product: UnicodeEncodeError"}
    assert "tick failed" in stream.getvalue()


def test_it_says_that_it_is_alive(parts: Parts, receiver: Receiving) -> None:
    """A long drain is not taken for one that does not come."""
    told_of(parts.database, receiver, events=3)
    said = Event()
    drain(parts, said.set)
    assert said.is_set()


@pytest.mark.parametrize("way", ["failing", "lying"])
def test_what_failed_is_logged_without_what_was_told(
    parts: Parts, receiver: Receiving, way: str
) -> None:
    """The operator finds the delivery; the log holds nothing of the case."""
    stream = StringIO()
    told_of(parts.database, receiver, way)
    drain(replace(parts, log=TickLog(stream)))
    [delivery] = listed(parts.database)
    assert delivery.message_id in stream.getvalue()
    assert "CRM-1" not in stream.getvalue()
