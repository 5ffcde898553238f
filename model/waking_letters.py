"""Waking letters: once the quiet hours are over, whom they are for by now, and if they still hold.

A letter that wakes is written anew, and gets its addresses: those who hold its roles on the day on
which it goes out. It goes out once, under the id of its event, however many processes look. What
nobody holds yet, or is not so for now, sleeps on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.apart import Failed, apart
from model.events import OutboxEvent
from model.letters_of_today import LOOK_AGAIN, letter_of_today
from model.moment import Moment
from model.outbox import write_to
from model.sleeping_letters import SleepingLetter

AT_ONCE = 50
FORGOTTEN_AFTER = timedelta(days=7)
"""So long it is looked for somebody to write to."""


def wake_letters(session: Session, moment: Moment, failed: Failed | None = None) -> bool:
    """Have letters go out whose time has come; say whether there may be more.

    `failed` takes those that cannot be written; without it that is raised. Needs a `transaction()`.
    """
    due = select(SleepingLetter).join(OutboxEvent).where(SleepingLetter.due_at <= moment.now)
    # In the order in which things happened, as their letters would have come.
    first = due.order_by(SleepingLetter.due_at, OutboxEvent.at, OutboxEvent.id).limit(AT_ONCE)
    ours = first.with_for_update(of=SleepingLetter, skip_locked=True)
    rows = session.scalars(ours.execution_options(populate_existing=True)).all()
    events = _hold_events(session, [row.event_id for row in rows])
    for row in rows:
        row.due_at = moment.now + LOOK_AGAIN
        session.flush()
        with apart(session, f"letters/{row.event_id}", failed):
            if not _wake(session, row, events[row.event_id], moment) and failed is not None:
                failed[f"letters/{row.event_id}"] = "nobody was there to write to for a week"
    session.flush()
    return len(rows) == AT_ONCE


def _hold_events(session: Session, ids: Sequence[str]) -> Mapping[str, OutboxEvent]:
    """Return some events, which nobody else changes until the end.

    Before anything is read that goes into their letters: what is erased meanwhile is erased from
    those as well, or not read. In the order of erasing: neither waits for the other in turn.
    """
    query = select(OutboxEvent).where(OutboxEvent.id.in_(ids)).order_by(OutboxEvent.id)
    held = query.with_for_update().execution_options(populate_existing=True)
    return {event.id: event for event in session.scalars(held)}


def _wake(session: Session, row: SleepingLetter, event: OutboxEvent, moment: Moment) -> bool:
    """Let a letter go out, sleep on or be over; say whether it is not given up."""
    send = letter_of_today(session, event, moment)
    if send.since > moment.now:
        row.due_at = send.since
        return True
    nobody = send.letter is not None and not send.people
    if nobody and moment.now < event.at + FORGOTTEN_AFTER:
        return True
    if send.letter is not None and send.people:
        write_to(session, event, send.letter, send.people, moment.now)
    session.delete(row)
    session.flush()
    return not nobody
