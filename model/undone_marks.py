"""Breaches that were told and turn out to be none: noted, and not said any more where that waits.

The mark stays as it was told. Should the time of its cycle run out after all, that is told anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant
from model.database import Base
from model.outbox import take_back_letters
from model.stale_warnings import key_of
from model.timers import TimerMark


@append_only
class UndoneMark(Base):
    """That a mark, which was told, is so no more: found at `undone_at`, once for each mark."""

    __tablename__ = "undone_marks"

    mark_id: Mapped[int] = mapped_column(
        ForeignKey("timer_marks.id"), primary_key=True, autoincrement=False
    )
    undone_at: Mapped[datetime] = mapped_column(Instant)


def undone_of(session: Session, marks: Collection[int]) -> Mapping[int, datetime]:
    """Return, of some marks by id, since when those that are so no more are not."""
    if not marks:
        return {}
    undone = select(UndoneMark.mark_id, UndoneMark.undone_at)
    rows = session.execute(undone.where(UndoneMark.mark_id.in_(marks)))
    return {row.mark_id: row.undone_at for row in rows}


def undo_marks(session: Session, marks: Collection[TimerMark], now: datetime) -> None:
    """Note that marks are so no more, and take back the letters that wait to say them.

    Their timers must be locked.
    """
    session.add_all(UndoneMark(mark_id=each.id, undone_at=now) for each in marks)
    told = [key_of(each.timer_id, each.cycle, each.mark, each.again) for each in marks]
    take_back_letters(session, told)
