"""Letters that wait for the end of the quiet hours: written, and to whom not said before then.

In the morning another may have the role, its holder may be away, and what a letter says may be so
no more. So nobody is named while it sleeps: `model/waking_letters.py` does, on the day it goes out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant
from model.database import Base


class SleepingLetter(Base):
    """The letter of an event, which nobody was sent; it is looked at when it is due."""

    __tablename__ = "sleeping_letters"
    __table_args__ = (Index(None, "due_at"),)

    event_id: Mapped[str] = mapped_column(
        String(36), ForeignKey("outbox_events.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime] = mapped_column(Instant)


def is_letter_due(session: Session, now: datetime) -> bool:
    """Whether a letter is to be looked at; reads only."""
    due = select(SleepingLetter.event_id).where(SleepingLetter.due_at <= now).limit(1)
    return session.scalar(due) is not None


def never_wake(session: Session, event_ids: Collection[str]) -> None:
    """Have letters of some events not go out, if they still sleep."""
    ours = delete(SleepingLetter).where(SleepingLetter.event_id.in_(event_ids))
    session.execute(ours, execution_options={"synchronize_session": False})
