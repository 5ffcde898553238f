"""Subscriptions that fail: since when, and disabled by the service itself when it is no use."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from model.deliveries import hold_all
from model.subscriptions import Subscription

PATIENCE = timedelta(days=5)
"""A subscription to which nothing could be delivered for so long is disabled."""

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
