"""Subscribing: every act is recorded, no secret is stored, and nothing that waits is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text

from model.administration import acts_before
from model.database import Database
from model.outbox import EventType
from model.subscribing import MOST, Wish, change, rotate, subscribe, unsubscribe
from model.subscriptions import view_of
from rules.errors import BadFields, Refused, UnknownRecord
from tests.model.telling import KIM, NOW, SECRET, claimed, happened, settled, states, subscribed

HOUR = timedelta(hours=1)


def changed(database: Database, id: str, **wish: object) -> None:
    """Change a subscription."""
    with database.transaction() as session:
        change(session, KIM, id, Wish(**wish), private_hosts=(), now=NOW)  # type: ignore[arg-type]


def audited(database: Database) -> list[tuple[str, Mapping[str, object]]]:
    """Return what was done, oldest first."""
    with database.reading() as session:
        acts = acts_before(session, None, 100).acts
    return [(act.act, act.details) for act in reversed(acts)]


def test_every_act_is_recorded_and_no_secret_is(database: Database) -> None:
    """What, on which, by whom; the secret is in no table at all."""
    made = subscribed(database, EventType.DECISION_MADE)
    id = made.subscription.id
    changed(database, id, name="other", enabled=False)
    changed(database, id, name="other")
    with database.transaction() as session:
        again = rotate(session, KIM, id, secret=SECRET, grace=HOUR, now=NOW)
        unsubscribe(session, KIM, id, NOW)
    url = made.subscription.url
    assert audited(database) == [
        ("subscription-created", {"name": "desk", "url": url, "types": ["decision.made"]}),
        ("subscription-changed", {"name": "other", "enabled": False}),
        ("subscription-rotated", {"old_secret_ends": "2026-11-22T10:30:00.000Z"}),
        ("subscription-removed", {"name": "other", "url": url}),
    ]
    assert made.secret != again.secret
    with database.reading() as session:
        stored = str(session.execute(text("SELECT * FROM subscriptions")).all())
        stored += str(session.execute(text("SELECT * FROM administration_acts")).all())
    for secret in (made.secret, again.secret):
        assert secret.removeprefix("whsec_") not in stored


def test_two_subscriptions_have_two_secrets(database: Database) -> None:
    """Nobody who receives for one can sign for another."""
    secrets = {subscribed(database).secret for _ in range(3)}
    assert len(secrets) == 3


@pytest.mark.parametrize(
    ("name", "url", "pointer"),
    [("", "https://a.example", "/name"), ("x", "http://10.0.0.1", "/url"), ("x", "no", "/url")],
)
def test_what_cannot_be_told_is_refused(
    database: Database, name: str, url: str, pointer: str
) -> None:
    """By its member, made or changed; nothing is stored."""
    how = {"new_id": "x", "secret": SECRET, "private_hosts": (), "now": NOW}
    with pytest.raises(BadFields, match=pointer), database.transaction() as session:
        subscribe(session, KIM, name, url, [EventType.DECISION_MADE], **how)  # type: ignore[arg-type]
    made = subscribed(database)
    with pytest.raises(BadFields, match=pointer):
        changed(database, made.subscription.id, name=name, url=url)
    assert [act for act, _ in audited(database)] == ["subscription-created"]


def test_there_are_only_so_many(database: Database) -> None:
    """Each decision looks at all of them; one that is removed makes room."""
    made = [subscribed(database) for _ in range(MOST)]
    with pytest.raises(Refused, match="remove one first"):
        subscribed(database)
    with database.transaction() as session:
        unsubscribe(session, KIM, made[0].subscription.id, NOW)
    subscribed(database)


def test_what_waits_is_held_and_goes_on(database: Database) -> None:
    """Disabled, nothing is sent; enabled, it is, with all attempts before it again."""
    made = subscribed(database)
    happened(database)
    settled(database, claimed(database), status=500, error="x")
    changed(database, made.subscription.id, enabled=False)
    happened(database)
    assert states(database) == ["held"]
    changed(database, made.subscription.id, enabled=True)
    [parcel] = claimed(database)
    assert parcel.attempts == 1
    with database.reading() as session:
        view = view_of(session, made.subscription.id)
    assert (view.enabled, view.disabled_because, view.failing_since) == (True, None, None)


def test_what_was_removed_is_there_no_more(database: Database) -> None:
    """Its messages are cancelled; it can be neither changed, rotated nor removed again."""
    made = subscribed(database)
    happened(database)
    id = made.subscription.id
    with database.transaction() as session:
        unsubscribe(session, KIM, id, NOW)
    assert states(database) == ["cancelled"]
    with pytest.raises(UnknownRecord):
        changed(database, id, name="x")
    with database.transaction() as session:
        with pytest.raises(UnknownRecord):
            rotate(session, KIM, id, secret=SECRET, grace=HOUR, now=NOW)
        with pytest.raises(UnknownRecord):
            unsubscribe(session, KIM, id, NOW)


@pytest.mark.parametrize("grace", [timedelta(seconds=-1), timedelta(days=91)])
def test_a_grace_without_bounds_is_refused(database: Database, grace: timedelta) -> None:
    """An old secret does not sign for ever."""
    made = subscribed(database)
    with pytest.raises(BadFields, match="/grace"), database.transaction() as session:
        rotate(session, KIM, made.subscription.id, secret=SECRET, grace=grace, now=NOW)
