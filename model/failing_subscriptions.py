"""Subscriptions that fail: since when, and disabled by the service itself when it is no use.

Only the time in which it was tried counts: a receiver that was away on Monday and on Saturday has
not been away for five days when it was us who were off in between. What lies between two attempts
in vain counts, but no more of it than the longest wait of a message that is tried again and again:
whoever was on would have tried by then, had there been anything to deliver.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, Update, select, update
from sqlalchemy.orm import Session

from model.deliveries import Delivery, State, hold_all
from model.retrying import JITTER, LONGEST_WAIT
from model.subscriptions import Subscription

Columns = TypeVarTuple("Columns")

PATIENCE = timedelta(days=5)
"""A subscription to which nothing could be delivered for so long, though tried, is disabled."""

LONGEST_GAP = LONGEST_WAIT * (1 + JITTER)
"""So much of the time between two attempts counts: a message that waits is tried within it."""

SECOND = timedelta(seconds=1)
SHORTEST_PUT_OFF = timedelta(seconds=5)
LONGEST_PUT_OFF = timedelta(minutes=5)

GONE = "the receiver answered 410: it wants nothing any more"
IN_VAIN = f"nothing could be delivered for {PATIENCE.days} days"


def hold_subscriptions(session: Session, ids: Collection[str]) -> None:
    """Have nobody else note anything of these subscriptions until the transaction ends.

    Whoever changes deliveries of more than one claim holds them first: of two that do so at once,
    each would wait for what the other one has changed.
    """
    if ids:
        session.execute(_held(select(Subscription.id).where(Subscription.id.in_(ids)))).all()


def note_reached(session: Session, ids: Collection[str]) -> None:
    """Forget that deliveries to these subscriptions failed before."""
    failing = (Subscription.id.in_(ids), Subscription.failing_since.is_not(None))
    if ids:
        none = {"failing_since": None, "missed_at": None, "missed_for": 0}
        _update(session, update(Subscription).where(*failing).values(none))


def note_missed(session: Session, ids: Collection[str], now: datetime) -> None:
    """Note that nothing reached these subscriptions; disable those that were tried for days."""
    columns = (Subscription.id, Subscription.failing_since, Subscription.missed_at)
    ours = select(*columns, Subscription.missed_for).where(Subscription.id.in_(ids))
    rows = session.execute(_held(ours)).all() if ids else []
    long = []
    for id, since, missed_at, missed_for in rows:
        # A process of the version before, which reached it, forgets `failing_since` alone.
        before = timedelta(seconds=missed_for if since else 0)
        last = (missed_at or since) if since else now
        tried = before + _counted(last, now)
        seconds = tried // SECOND
        if tried >= PATIENCE:
            long.append(id)
        values: dict[str, object] = {"failing_since": since or now}
        # What is left of a second counts the next time: a busy one is tried many times in each.
        values["missed_at"] = max(last, now) - (tried - seconds * SECOND)
        values["missed_for"] = seconds
        _update(session, update(Subscription).where(Subscription.id == id).values(values))
    _disable(session, long, IN_VAIN, now)


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


def _held(statement: Select[*Columns]) -> Select[*Columns]:
    # In one order everywhere; what happens meanwhile may still be announced to them.
    return statement.order_by(Subscription.id).with_for_update(key_share=True)


def _counted(last: datetime, now: datetime) -> timedelta:
    return min(max(now - last, timedelta(0)), LONGEST_GAP)


def _disable(session: Session, ids: Collection[str], because: str, now: datetime) -> None:
    for id in sorted(ids):
        enabled = (Subscription.id == id, Subscription.disabled_at.is_(None))
        values = {"disabled_at": now, "disabled_because": because}
        _update(session, update(Subscription).where(*enabled).values(values))
        hold_all(session, id)


def _update(session: Session, statement: Update) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
