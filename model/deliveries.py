"""Deliveries: one event on its way to one subscriber or person; listed, and sent once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.administration import Act, Actor, record_act
from model.columns import Instant, RowNumber
from model.cursors import numbered
from model.database import Base
from model.events import OutboxEvent
from model.sleeping_letters import SleepingLetter
from model.subscriptions import Subscription
from rules.errors import Refused, UnknownRecord

LONGEST_ERROR = 500
LONGEST_ADDRESS = 320


class State(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    """To be tried when it is due; while it is being tried, when the lease of who does ends."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Tried for days in vain; not tried again unless it is replayed."""
    HELD = "held"
    """Its subscription is disabled; it goes on when that is enabled."""
    CANCELLED = "cancelled"
    """Its subscription was removed, or its reason is gone."""


class Delivery(Base):
    """One event for one subscription or one person; never both."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "event_id"),
        Index(None, "subscription_id"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("outbox_events.id"))
    subscription_id: Mapped[str | None] = mapped_column(ForeignKey("subscriptions.id"))
    recipient: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Who tries it now, or did last: a process whose lease ran out is told from its successor.
    claim: Mapped[str | None] = mapped_column(String(36))
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery as it is shown. `status`: the last answer's; `error`: what went wrong last."""

    id: int
    message_id: str
    type: str
    subject: str
    subscription_id: str | None
    recipient: str | None
    state: str
    at: datetime
    due_at: datetime | None
    attempts: int
    tried_at: datetime | None
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Some deliveries, newest first; `next` is the cursor of those after them."""

    deliveries: tuple[DeliveryView, ...]
    next: str | None


def deliveries_before(
    session: Session,
    after: str | None,
    limit: int,
    state: State | None = None,
    subscription_id: str | None = None,
) -> DeliveryPage:
    """Return up to `limit` (at most 200) deliveries, newest first; of one state, of one subscriber.

    `after` is the `next` of the page before, `None` for the first page.

    Raises:
        BadFields: `after` is not a cursor.
    """
    query = select(Delivery)
    if state is not None:
        query = query.where(Delivery.state == state)
    if subscription_id is not None:
        query = query.where(Delivery.subscription_id == subscription_id)
    rows, following = numbered(session, query, Delivery.id, after, limit, newest_first=True)
    return DeliveryPage(_views(session, rows), following)


def replay(session: Session, actor: Actor, delivery_id: int, now: datetime) -> DeliveryView:
    """Have a delivery sent once more, under the same message id; record who wanted it.

    Raises:
        UnknownRecord: there is no such delivery.
        Refused: its subscription is disabled or removed.
    """
    row = _row(session, delivery_id)
    _require_enabled(session, row.subscription_id)
    row.state, row.due_at, row.attempts, row.claim = State.WAITING, now, 0, None
    told = {"message_id": row.event_id, "to": row.subscription_id or row.recipient}
    record_act(session, actor, Act.DELIVERY_REPLAYED, str(row.id), now, **told)
    return _views(session, [row])[0]


def failed_ids(session: Session, subscription_id: str | None, most: int) -> list[int]:
    """Return the deliveries that were given up, oldest first; of one subscription, or of all."""
    query = select(Delivery.id).where(Delivery.state == State.FAILED).order_by(Delivery.id)
    if subscription_id is not None:
        query = query.where(Delivery.subscription_id == subscription_id)
    return list(session.scalars(query.limit(most)))


def hold_all(session: Session, subscription_id: str) -> None:
    """Let what waits for a subscription wait until it is enabled."""
    _move(session, subscription_id, State.HELD, State.WAITING)


def release_all(session: Session, subscription_id: str, now: datetime) -> None:
    """Let what was held go on, now, and be tried as often as at first."""
    _move(session, subscription_id, State.WAITING, State.HELD, due_at=now, attempts=0)


def cancel_all(session: Session, subscription_id: str) -> None:
    """Give up what has not been delivered."""
    _move(session, subscription_id, State.CANCELLED, State.WAITING, State.HELD)


def undelivered(session: Session) -> dict[str, int]:
    """Return how many deliveries wait, have failed and are held, and how many letters sleep."""
    counted = {state.value: 0 for state in (State.WAITING, State.FAILED, State.HELD)}
    for state in counted:
        ours = select(func.count()).select_from(Delivery).where(Delivery.state == state)
        counted[state] = session.scalar(ours) or 0
    asleep = session.scalar(select(func.count()).select_from(SleepingLetter)) or 0
    return {**counted, "asleep": asleep}


def _row(session: Session, delivery_id: int) -> Delivery:
    row = session.get(Delivery, delivery_id, with_for_update=True)
    if row is None:
        raise UnknownRecord(f"there is no delivery `{delivery_id}`")
    return row


def _require_enabled(session: Session, subscription_id: str | None) -> None:
    if subscription_id is None:
        return
    subscription = session.get_one(Subscription, subscription_id)
    if subscription.removed_at is not None:
        raise Refused("its subscription was removed: nobody listens any more")
    if subscription.disabled_at is not None:
        raise Refused(f"the subscription `{subscription_id}` is disabled: enable it first")


def _move(session: Session, subscription_id: str, to: State, *of: State, **also: object) -> None:
    ours = (Delivery.subscription_id == subscription_id, Delivery.state.in_(of))
    moved = update(Delivery).where(*ours).values({"state": to, **also})
    session.execute(moved, execution_options={"synchronize_session": False})


def _views(session: Session, rows: Sequence[Delivery]) -> tuple[DeliveryView, ...]:
    ids = {row.event_id for row in rows}
    events = session.scalars(select(OutboxEvent).where(OutboxEvent.id.in_(ids)))
    by_id = {event.id: event for event in events}
    return tuple(_view(row, by_id[row.event_id]) for row in rows)


def _view(row: Delivery, event: OutboxEvent) -> DeliveryView:
    return DeliveryView(
        row.id,
        event.id,
        event.type,
        event.subject,
        row.subscription_id,
        row.recipient,
        row.state,
        row.at,
        row.due_at if row.state == State.WAITING else None,
        row.attempts,
        row.tried_at,
        row.status,
        row.error,
    )
