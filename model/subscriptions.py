"""Subscriptions: which address is told of which events, and whether it still is."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import String, Text, select, text, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.destinations import LONGEST_URL
from model.texts import LONGEST_NAME
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem

LONGEST_PAGE = 200
LONGEST_GRACE = timedelta(days=90)
_LONGEST_ID = 36
_PURPOSE = b"tollgate webhook secret"


class Subscription(Base):
    """An address that is told of some events.

    Its signing secret is derived from the service's own and stored nowhere; `generation` grows
    when it is rotated, and the one before signs too until `rotated_until`.
    """

    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(String(_LONGEST_ID), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    types: Mapped[object] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(Instant)
    generation: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    rotated_until: Mapped[datetime | None] = mapped_column(Instant)
    # Since when nothing has been delivered, though it was tried.
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    # Until when it was tried in vain, as far as that is counted; how many seconds that makes.
    missed_at: Mapped[datetime | None] = mapped_column(Instant)
    missed_for: Mapped[int] = mapped_column(RowNumber, default=0, server_default=text("0"))
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_because: Mapped[str | None] = mapped_column(Text)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """What may be shown of a subscription: everything but its secret."""

    id: str
    name: str
    url: str
    types: tuple[str, ...]
    created_at: datetime
    enabled: bool
    disabled_at: datetime | None
    disabled_because: str | None
    failing_since: datetime | None
    rotated_until: datetime | None


@dataclass(frozen=True, slots=True)
class SubscriptionPage:
    """Some subscriptions, oldest first; `next` is the cursor of those after them."""

    subscriptions: tuple[SubscriptionView, ...]
    next: str | None


def subscription_row(session: Session, subscription_id: str) -> Subscription:
    """Return a subscription that was not removed, for the time being nobody else's to change.

    Raises:
        UnknownRecord: there is none.
    """
    row = session.get(Subscription, subscription_id, with_for_update=True)
    if row is None or row.removed_at is not None:
        raise UnknownRecord(f"there is no subscription `{subscription_id}`")
    return row


def view_of(session: Session, subscription_id: str) -> SubscriptionView:
    """Return what may be shown of a subscription; reads only.

    Raises:
        UnknownRecord: there is none.
    """
    row = session.get(Subscription, subscription_id)
    if row is None or row.removed_at is not None:
        raise UnknownRecord(f"there is no subscription `{subscription_id}`")
    return shown(row)


def subscriptions_after(session: Session, after: str | None, limit: int) -> SubscriptionPage:
    """Return up to `limit` (at most 200) subscriptions, oldest first.

    `after` is the `next` of the page before, `None` for the first page.

    Raises:
        BadFields: `after` is not a cursor.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    query = select(Subscription).where(Subscription.removed_at.is_(None))
    if after is not None:
        last = session.get(Subscription, after) if len(after) == _LONGEST_ID else None
        if last is None:
            raise BadFields([FieldProblem("/after", "is not a cursor that this service gave")])
        place = tuple_(Subscription.created_at, Subscription.id)
        query = query.where(place > (last.created_at, last.id))
    in_order = query.order_by(Subscription.created_at, Subscription.id).limit(limit + 1)
    rows = session.scalars(in_order).all()
    following = rows[limit - 1].id if len(rows) > limit else None
    return SubscriptionPage(tuple(shown(row) for row in rows[:limit]), following)


def shown(row: Subscription) -> SubscriptionView:
    """Return what may be shown of a row."""
    return SubscriptionView(
        row.id,
        row.name,
        row.url,
        tuple(cast("list[str]", row.types)),
        row.created_at,
        row.disabled_at is None,
        row.disabled_at,
        row.disabled_because,
        row.failing_since,
        row.rotated_until,
    )


def signing_secret(service_secret: bytes, subscription_id: str, generation: int) -> str:
    """Return a subscription's secret as Standard Webhooks writes it (`whsec_…`)."""
    told = f"{subscription_id}\n{generation}".encode()
    key = hmac.digest(hmac.digest(service_secret, _PURPOSE, "sha256"), told, "sha256")
    return f"whsec_{base64.b64encode(key).decode()}"
