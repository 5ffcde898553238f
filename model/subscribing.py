"""Making, changing, rotating and removing subscriptions, each act recorded with who did it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model.administration import Act, Actor, record_act
from model.deliveries import cancel_all, hold_all, release_all
from model.destinations import require_destination
from model.events import EventType
from model.locking import hold
from model.moment import rfc3339
from model.subscriptions import (
    LONGEST_GRACE,
    Subscription,
    SubscriptionView,
    shown,
    signing_secret,
    subscription_row,
)
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, Refused
from rules.field_problem import FieldProblem

MOST = 100
"""So many subscriptions there may be: each decision looks at all of them."""

BY_HAND = "an administrator disabled it"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscription is to be; what is `None` stays as it is."""

    name: str | None = None
    url: str | None = None
    types: Sequence[EventType] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A subscription and its secret, which is shown this once."""

    subscription: SubscriptionView
    secret: str


def subscribe(
    session: Session,
    actor: Actor,
    name: str,
    url: str,
    types: Sequence[EventType],
    *,
    new_id: str,
    secret: bytes,
    private_hosts: Collection[str],
    now: datetime,
) -> Made:
    """Make a subscription. `secret` is the service's own, from which its secret is derived.

    Raises:
        BadFields: the name or the URL is unsound.
        Refused: there are as many as there may be.
    """
    _require_sound(name, url, private_hosts)
    hold(session, "subscriptions")
    _require_room(session)
    row = Subscription(id=new_id, name=name, url=url, types=_plain(types), created_at=now)
    session.add(row)
    session.flush()
    told = {"name": name, "url": url, "types": row.types}
    record_act(session, actor, Act.SUBSCRIPTION_CREATED, row.id, now, **told)
    return Made(shown(row), signing_secret(secret, row.id, row.generation))


def change(
    session: Session,
    actor: Actor,
    subscription_id: str,
    wish: Wish,
    *,
    private_hosts: Collection[str],
    now: datetime,
) -> SubscriptionView:
    """Make a subscription what it is to be.

    Disabled, what waits for it is held; enabled again, it goes on and has days of patience anew.

    Raises:
        UnknownRecord: there is no such subscription.
        BadFields: the name or the URL is unsound.
    """
    _require_sound(wish.name, wish.url, private_hosts)
    row = subscription_row(session, subscription_id)
    before = _told(row)
    row.name = row.name if wish.name is None else wish.name
    row.url = row.url if wish.url is None else wish.url
    row.types = row.types if wish.types is None else _plain(wish.types)
    if wish.enabled is not None and wish.enabled != (row.disabled_at is None):
        (_enable if wish.enabled else _disable)(session, row, now)
    changed = {name: value for name, value in _told(row).items() if value != before[name]}
    if changed:
        session.flush()
        record_act(session, actor, Act.SUBSCRIPTION_CHANGED, row.id, now, **changed)
    return shown(row)


def rotate(
    session: Session,
    actor: Actor,
    subscription_id: str,
    *,
    secret: bytes,
    grace: timedelta,
    now: datetime,
) -> Made:
    """Give a subscription a new secret; the old one signs too until `grace` has passed.

    Raises:
        UnknownRecord: there is no such subscription.
        BadFields: `grace` is too long.
    """
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        detail = f"must be between 0 and {LONGEST_GRACE.days} days"
        raise BadFields([FieldProblem("/grace", detail)])
    row = subscription_row(session, subscription_id)
    row.generation += 1
    row.rotated_until = now + grace
    session.flush()
    until = rfc3339(row.rotated_until)
    record_act(session, actor, Act.SUBSCRIPTION_ROTATED, row.id, now, old_secret_ends=until)
    return Made(shown(row), signing_secret(secret, row.id, row.generation))


def unsubscribe(
    session: Session, actor: Actor, subscription_id: str, now: datetime
) -> SubscriptionView:
    """Remove a subscription and give up what has not been delivered; its deliveries stay listed.

    Raises:
        UnknownRecord: there is no such subscription.
    """
    row = subscription_row(session, subscription_id)
    row.removed_at = now
    row.disabled_at = row.disabled_at or now
    cancel_all(session, row.id)
    record_act(session, actor, Act.SUBSCRIPTION_REMOVED, row.id, now, name=row.name, url=row.url)
    return shown(row)


def _enable(session: Session, row: Subscription, now: datetime) -> None:
    row.disabled_at = row.disabled_because = row.failing_since = row.missed_at = None
    row.missed_for = 0
    release_all(session, row.id, now)


def _disable(session: Session, row: Subscription, now: datetime) -> None:
    row.disabled_at, row.disabled_because = now, BY_HAND
    hold_all(session, row.id)


def _require_sound(name: str | None, url: str | None, private_hosts: Collection[str]) -> None:
    require_texts({"/name": (name, LONGEST_NAME)})
    if url is not None:
        require_destination(url, private_hosts)


def _require_room(session: Session) -> None:
    ours = select(func.count()).select_from(Subscription).where(Subscription.removed_at.is_(None))
    if (session.scalar(ours) or 0) >= MOST:
        raise Refused(f"there are {MOST} subscriptions already: remove one first")


def _plain(types: Sequence[EventType]) -> list[str]:
    return [each.value for each in types]


def _told(row: Subscription) -> dict[str, object]:
    enabled = row.disabled_at is None
    return {"name": row.name, "url": row.url, "types": row.types, "enabled": enabled}
