"""Housekeeping: what has been delivered is forgotten after a month."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from model.deliveries import Delivery, State
from model.events import OutboxEvent
from model.sleeping_letters import SleepingLetter

KEPT_FOR = timedelta(days=30)
AT_ONCE = 5_000
_OVER = (State.DELIVERED, State.CANCELLED)


def forget_delivered(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """Forget up to `most` old deliveries that are over, and events left without any; say how many.

    What failed stays until it is replayed. What was written to people stays: its key keeps it
    from being written to them twice, however late somebody asks for it.
    """
    old = (Delivery.state.in_(_OVER), Delivery.due_at <= now - KEPT_FOR)
    to_subscribers = Delivery.recipient.is_(None)
    found = select(Delivery.id, Delivery.event_id).where(*old, to_subscribers).limit(most)
    rows = session.execute(found.with_for_update(of=Delivery, skip_locked=True)).all()
    if not rows:
        return 0
    unsynchronized = {"synchronize_session": False}
    ids = [row.id for row in rows]
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)), execution_options=unsynchronized)
    alone = ~exists().where(Delivery.event_id == OutboxEvent.id)
    awake = ~exists().where(SleepingLetter.event_id == OutboxEvent.id)
    ours = OutboxEvent.id.in_({row.event_id for row in rows})
    events = delete(OutboxEvent).where(ours, alone, awake)
    session.execute(events, execution_options=unsynchronized)
    return len(rows)
