"""Dispatching: deliveries that are due, claimed under a lease, and what became of each.

A process that dies loses its lease, and another one sends what it had: at least once, always
under the same message id. Nothing here waits for a receiver: claiming and settling are short
transactions, and what lies between them is in none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    Text,
    bindparam,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from model.deliveries import LONGEST_ERROR, Delivery, State, cancel_all, hold_all
from model.events import OutboxEvent
from model.failing_subscriptions import (
    disable_gone,
    hold_subscriptions,
    note_missed,
    note_reached,
    put_off,
)
from model.retrying import Chance, wait_after
from model.subscriptions import Subscription

LEASE = timedelta(minutes=2)
"""Longer than any process may take over what it claimed."""

MAIL = "mail"
"""The receiver of all that goes to people."""

PAUSE = timedelta(seconds=5)
"""After which what was claimed and not tried is tried."""

Where = tuple[ColumnElement[bool], ...]
Row = dict[str, object]

_TABLE = cast("Table", Delivery.__table__)
# What was claimed and is still ours to settle: the lease may have run out meanwhile.
_OURS: Where = (
    _TABLE.c.id == bindparam("b_id"),
    _TABLE.c.claim == bindparam("b_claim"),
    _TABLE.c.state == State.WAITING,
)


@dataclass(frozen=True, slots=True)
class Target:
    """A subscription's address, and the generations of its secret that sign now."""

    subscription_id: str
    url: str
    generations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that this process has claimed: what to send, and to whom.

    Either `target` is given, or `recipient` (an e-mail address) with `title` and `text`. `data`
    is JSON's text. `claim_id`: who claimed it.
    """

    claim_id: str
    delivery_id: int
    attempts: int
    message_id: str
    type: str
    subject: str
    data: str
    at: datetime
    title: str | None
    text: str | None
    target: Target | None
    recipient: str | None

    @property
    def receiver(self) -> str:
        """Who takes it in: a subscription, or the mail server."""
        return self.target.subscription_id if self.target else MAIL


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt; `tried` is false for what was given back untouched.

    `status`: the receiver's answer, if there was one. `not_now`: what follows to the same receiver
    is better not tried for now. `gone`: it wants nothing any more. `hopeless`: to try this one
    again would be no use.
    """

    parcel: Parcel
    delivered: bool = False
    tried: bool = True
    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None
    not_now: bool = False
    gone: bool = False
    hopeless: bool = False


def is_due(session: Session, now: datetime, busy: Collection[str] = ()) -> bool:
    """Whether something is to be sent, but to the receivers in `busy`; reads only."""
    return session.scalar(select(Delivery.id).where(*_due(now, busy)).limit(1)) is not None


def claim(
    session: Session, claim_id: str, now: datetime, most: int, busy: Collection[str] = ()
) -> list[Parcel]:
    """Claim up to `most` deliveries that are due, for as long as the lease lasts.

    Others skip what is being claimed (on SQLite, only one claims at a time). What goes to a
    receiver in `busy` is left. What goes to a subscription that has been disabled or removed is
    held or cancelled instead.
    """
    rows = session.execute(_oldest(_due(now, busy), most)).all()
    if not rows:
        return []
    # Nobody else has these: they are locked until the end, or (SQLite) everything is.
    lease: Row = {"claim": claim_id, "due_at": now + LEASE, "tried_at": now}
    lease["attempts"] = _TABLE.c.attempts + 1
    _update_all(session, [row.id for row in rows], lease)
    targets = _targets(session, {row.subscription_id for row in rows} - {None}, now)
    return [
        _parcel(claim_id, row, targets.get(row.subscription_id))
        for row in rows
        if row.subscription_id is None or row.subscription_id in targets
    ]


def settle(session: Session, outcomes: Sequence[Outcome], now: datetime, chance: Chance) -> None:
    """Record what became of claimed deliveries. Needs a `transaction()`."""
    delivered = [outcome for outcome in outcomes if outcome.delivered]
    failed = [outcome for outcome in outcomes if outcome.tried and not outcome.delivered]
    targets = (outcome.parcel.target for outcome in outcomes)
    hold_subscriptions(session, {target.subscription_id for target in targets if target})
    _note_delivered(session, delivered)
    _note_failed(session, failed, now, chance)
    _give_back(session, [outcome for outcome in outcomes if not outcome.tried], now)
    reached = {one.parcel.target.subscription_id for one in delivered if one.parcel.target}
    missed = {one.parcel.target.subscription_id for one in failed if one.parcel.target}
    gone = {one.parcel.target.subscription_id for one in failed if one.parcel.target and one.gone}
    note_reached(session, reached)
    note_missed(session, missed - reached, now)
    for one in failed:
        if one.not_now and one.parcel.target is not None:
            put_off(session, one.parcel.target.subscription_id, now, one.retry_after)
    disable_gone(session, gone, now)


def _due(now: datetime, busy: Collection[str]) -> Where:
    due = (Delivery.state == State.WAITING, Delivery.due_at <= now)
    if not busy:
        return due
    by_mail = Delivery.subscription_id.is_(None)
    elsewhere = Delivery.subscription_id.not_in(busy)
    return (*due, elsewhere if MAIL in busy else or_(by_mail, elsewhere))


def _oldest(due: Where, most: int) -> Any:
    columns = (Delivery.id, Delivery.attempts, Delivery.subscription_id, Delivery.recipient)
    event = (OutboxEvent.id.label("message_id"), OutboxEvent.type, OutboxEvent.subject)
    data = type_coerce(OutboxEvent.data, Text).label("data")
    content = (data, OutboxEvent.at, OutboxEvent.title, OutboxEvent.text)
    joined = select(*columns, *event, *content).join(OutboxEvent).where(*due)
    oldest = joined.order_by(Delivery.due_at, Delivery.id).limit(most)
    return oldest.with_for_update(of=Delivery, skip_locked=True)


def _parcel(claim_id: str, row: Any, target: Target | None) -> Parcel:
    return Parcel(
        claim_id,
        row.id,
        row.attempts + 1,
        row.message_id,
        row.type,
        row.subject,
        row.data,
        row.at,
        row.title,
        row.text,
        target,
        row.recipient,
    )


def _targets(session: Session, ids: Iterable[str], now: datetime) -> Mapping[str, Target]:
    found = {}
    for row in session.scalars(select(Subscription).where(Subscription.id.in_(ids))):
        if row.removed_at is not None:
            cancel_all(session, row.id)
        elif row.disabled_at is not None:
            hold_all(session, row.id)
        else:
            rotating = row.rotated_until is not None and row.rotated_until > now
            generations = (row.generation, row.generation - 1) if rotating else (row.generation,)
            found[row.id] = Target(row.id, row.url, generations)
    return found


def _note_delivered(session: Session, outcomes: Sequence[Outcome]) -> None:
    by_status: dict[int | None, list[int]] = {}
    for one in outcomes:
        by_status.setdefault(one.status, []).append(one.parcel.delivery_id)
    for status, ids in by_status.items():
        # Whoever's claim it is now: what has arrived need not be sent again.
        values: Row = {"state": State.DELIVERED, "status": status, "error": None}
        _update_all(session, ids, values)


def _note_failed(
    session: Session, outcomes: Sequence[Outcome], now: datetime, chance: Chance
) -> None:
    rows: list[Row] = []
    for one in outcomes:
        wait = wait_after(one.parcel.attempts, chance, one.retry_after)
        wait = None if one.hopeless else wait
        rows.append(
            {
                **_named(one),
                "b_state": State.FAILED if wait is None else State.WAITING,
                "b_due_at": now if wait is None else now + wait,
                "b_status": one.status,
                "b_error": (one.error or "")[:LONGEST_ERROR],
            }
        )
    names = ("state", "due_at", "status", "error")
    values: Row = {name: bindparam(f"b_{name}") for name in names}
    _update_each(session, _OURS, values, rows)


def _give_back(session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    values: Row = {"due_at": now + PAUSE, "attempts": _TABLE.c.attempts - 1}
    _update_each(session, _OURS, values, [_named(one) for one in outcomes])


def _named(outcome: Outcome) -> Row:
    return {"b_id": outcome.parcel.delivery_id, "b_claim": outcome.parcel.claim_id}


def _update_all(session: Session, ids: Sequence[int], values: Row) -> None:
    # Hundreds of numbers of our own are cheaper in the statement than as its parameters.
    listed: BindParameter[int] = bindparam("ids", ids, expanding=True, literal_execute=True)
    session.connection().execute(update(_TABLE).where(_TABLE.c.id.in_(listed)).values(values))


def _update_each(
    session: Session, where: Where, values: Mapping[str, object], rows: Sequence[Row]
) -> None:
    if rows:
        # In one order everywhere: of two that settle at once, none waits for the other in turn.
        in_order = sorted(rows, key=lambda row: str(row["b_id"]))
        session.connection().execute(update(_TABLE).where(*where).values(values), in_order)
