"""Subscriptions that fail: since when, and disabled by the service itself when it is no use."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from model.deliveries import Delivery, State, hold_all
from model.retrying import LONGEST_WAIT
from model.subscriptions import Subscription

PATIENCE = timedelta(days=5)
"""A subscription to which nothing could be delivered for so long is disabled."""

SHORTEST_PUT_OFF = timedelta(seconds=5)
LONGEST_PUT_OFF = timedelta(minutes=5)

GONE = "the receiver answered 410: it wants nothing any more"
IN_VAIN = f"nothing could be delivered for {PATIENCE.days} days"


def note_reached(session: Session, ids: Collection[str]) -> None:
    """Forget that deliveries to these subscriptions failed before."""
    failing = (Subscription.id.in_(ids), Subscription.failing_since.is_not(None))
    if ids:
        _update(session, update(Subscription).where(*failing).values(failing_since=None))


def note_missed(session: Session, ids: Collection[str], now: datetime) -> None:
    """Note that nothing reached these subscriptions; disable those that fail for days."""
    if not ids:
        return
    first = (Subscription.id.in_(ids), Subscription.failing_since.is_(None))
    _update(session, update(Subscription).where(*first).values(failing_since=now))
    long = (Subscription.id.in_(ids), Subscription.failing_since <= now - PATIENCE)
    _disable(session, session.scalars(select(Subscription.id).where(*long)).all(), IN_VAIN, now)


def put_off(session: Session, id: str, now: datetime, wait: timedelta | None) -> None:
    """Let everything that waits for a subscription wait on: its receiver does not answer now.

    For as long as it asked for (up to a day); else longer, the longer it has been failing. Of
    many messages to a receiver that is down one is tried now and then, and not each in vain.
    """
    if wait is None:
        since = session.scalar(select(Subscription.failing_since).where(Subscription.id == id))
        wait = (now - since) / 4 if since else SHORTEST_PUT_OFF
        wait = min(wait, LONGEST_PUT_OFF)
    until = now + min(max(wait, SHORTEST_PUT_OFF), LONGEST_WAIT)
    put = (Delivery.subscription_id == id, Delivery.state == State.WAITING, Delivery.due_at < until)
    _update(session, update(Delivery).where(*put).values(due_at=until))


def disable_gone(session: Session, ids: Collection[str], now: datetime) -> None:
    """Disable subscriptions whose receiver has said that it is gone."""
    _disable(session, ids, GONE, now)


def _disable(session: Session, ids: Collection[str], because: str, now: datetime) -> None:
    for id in sorted(ids):
        enabled = (Subscription.id == id, Subscription.disabled_at.is_(None))
        values = {"disabled_at": now, "disabled_because": because}
        _update(session, update(Subscription).where(*enabled).values(values))
        hold_all(session, id)


def _update(session: Session, statement: Update) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
