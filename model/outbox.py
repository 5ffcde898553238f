"""The outbox: what is to be told, written in the very transaction that causes it.

What is rolled back was never to be told, and what is committed will be, whatever happens to the
process. `scheduler/` sends it, at least once, under an id that stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from model import json_text
from model.database import table_of
from model.deliveries import Delivery, State
from model.events import Event, EventType, Letter, OutboxEvent, id_of
from model.failing_subscriptions import hold_subscriptions
from model.sleeping_letters import SleepingLetter, never_wake

__all__ = [
    "Event",
    "EventType",
    "Letter",
    "Listeners",
    "announce",
    "cancel_letters",
    "listeners",
    "listeners_in",
    "take_back",
    "take_back_letters",
    "write_to",
]

# One event at a time: of several at once SQLite looks through everything that waits.
_CANCEL = (
    update(table_of(Delivery))
    .where(
        table_of(Delivery).c.event_id == bindparam("of_event"),
        table_of(Delivery).c.recipient.is_not(None),
        table_of(Delivery).c.state == State.WAITING,
    )
    .values(state=State.CANCELLED)
)
LISTENING = "SELECT id, types FROM subscriptions WHERE disabled_at IS NULL"
"""Who listens to what; what was removed is disabled. As text, since every decision asks it."""

Listeners = Mapping[str, Sequence[str]]
"""The ids of the subscriptions to each type of event; a type without any is missing."""


def listeners(session: Session) -> Listeners:
    """Return who listens to what, with one look at a small table."""
    return listeners_in(session.connection().execute(text(LISTENING)))


def listeners_in(rows: Iterable[Sequence[str]]) -> Listeners:
    """Return what rows of `LISTENING` say."""
    found: dict[str, list[str]] = {}
    for id, types in sorted((row[0], row[1]) for row in rows):
        for each in cast("list[str]", json_text.loads(types)):
            found.setdefault(each, []).append(id)
    return found


def announce(
    session: Session,
    event: Event,
    people: Sequence[str] = (),
    listening: Listeners | None = None,
    people_from: datetime | None = None,
) -> bool:
    """Have the event's subscribers and some people (by e-mail address) told of it.

    Nothing is written when nobody is to be told, or when it was announced before. Say whether
    something was. `listening`: what `listeners` said in this transaction, to look only once.
    `people_from`: when people are told first (`quiet_hours.loud_from`), if not at once: then its
    letter sleeps, and who they are is found when it wakes.
    """
    listening = listeners(session) if listening is None else listening
    subscriptions = listening.get(event.type, ())
    sleeps = people_from is not None and people_from > event.at and event.letter is not None
    if not (subscriptions or people or sleeps) or not _is_new(session, event):
        return False
    if sleeps:
        session.add(SleepingLetter(event_id=event.id, due_at=people_from))
        session.flush()
    to = [{"subscription_id": id, "recipient": None} for id in subscriptions]
    to += [] if sleeps else _by_mail(people)
    _deliver(session, event.id, to, event.at, event.at)
    return True


def write_to(
    session: Session, event: OutboxEvent, letter: Letter, people: Sequence[str], now: datetime
) -> None:
    """Have an event whose letter slept be told to people now, by the letter as it is by now."""
    event.title, event.text = letter.title, letter.text
    _deliver(session, event.id, _by_mail(people), event.at, now)


def take_back(session: Session, type: EventType, subject: str, key: str = "") -> None:
    """Cancel what is still to be told of a type of event about a subject: its reason is gone.

    `key`: only what was announced under one that begins so.
    """
    ours = select(OutboxEvent.id).where(OutboxEvent.type == type, OutboxEvent.subject == subject)
    if key:
        ours = ours.where(OutboxEvent.key.startswith(key, autoescape=True))
    waiting = (Delivery.state.in_((State.WAITING, State.HELD)), Delivery.event_id.in_(ours))
    told = select(Delivery.subscription_id).where(*waiting, Delivery.subscription_id.is_not(None))
    hold_subscriptions(session, {id for id in session.scalars(told.distinct()) if id})
    cancelled = update(Delivery).where(*waiting).values(state=State.CANCELLED)
    session.execute(cancelled, execution_options={"synchronize_session": False})


def take_back_letters(session: Session, keys: Sequence[str]) -> None:
    """Cancel what people are still to be told of what was announced under some keys.

    What it says is so no more; subscribers, who know the order of things, are told all the same.
    """
    if keys:
        # First those that sleep: one that wakes at this very moment is waiting once that is over.
        never_wake(session, [id_of(key) for key in keys])
        cancel_letters(session, keys)


def cancel_letters(session: Session, keys: Sequence[str]) -> None:
    """Do so of letters that are on their way; one that sleeps is asked as it wakes if it holds."""
    if keys:
        session.execute(_CANCEL, [{"of_event": id_of(key)} for key in keys])


def _by_mail(people: Iterable[str]) -> list[dict[str, str | None]]:
    return [{"subscription_id": None, "recipient": each} for each in dict.fromkeys(people)]


def _deliver(
    session: Session,
    event_id: str,
    to: Sequence[Mapping[str, str | None]],
    at: datetime,
    due_at: datetime,
) -> None:
    same = {"event_id": event_id, "state": State.WAITING, "at": at, "due_at": due_at}
    if to:
        session.execute(insert(Delivery), [{**same, **one} for one in to])


def _is_new(session: Session, event: Event) -> bool:
    """Write the event; of several processes that announce it at once, one does."""
    letter = event.letter
    row = {
        "id": event.id,
        "key": event.key,
        "type": event.type.value,
        "subject": event.subject,
        "data": event.data,
        "title": letter.title if letter else None,
        "text": letter.text if letter else None,
        "at": event.at,
    }
    insert_one = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert_one(OutboxEvent).values(row).on_conflict_do_nothing().returning(OutboxEvent.id)
    return session.scalar(new) is not None
