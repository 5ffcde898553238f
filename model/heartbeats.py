"""Heartbeats: when each tick of the scheduler last went well, in whichever process that was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant
from model.database import Base

NOTED_EVERY = timedelta(seconds=15)
"""A tick that comes every other second need not be written down each time."""


class Heartbeat(Base):
    """A tick, and when it was last done."""

    __tablename__ = "heartbeats"

    tick: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


def beat(session: Session, tick: str, now: datetime) -> None:
    """Note that a tick was done; an earlier one of a slower process does not undo a later one."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(Heartbeat).values(tick=tick, at=now)
    newer = Heartbeat.at < row.excluded.at
    session.execute(
        row.on_conflict_do_update(
            index_elements=["tick"], set_={"at": row.excluded.at}, where=newer
        )
    )


def is_fresh(session: Session, tick: str, now: datetime) -> bool:
    """Whether it was noted just now that a tick was done."""
    at = session.scalar(select(Heartbeat.at).where(Heartbeat.tick == tick))
    return at is not None and timedelta(0) <= now - at < NOTED_EVERY


def lateness(
    session: Session, intervals: Mapping[str, timedelta], now: datetime
) -> dict[str, timedelta | None]:
    """Return how late each tick is; `None`: never done.

    It is not late within its interval, and as long again as it need not be noted.
    """
    last = {row.tick: row.at for row in session.scalars(select(Heartbeat))}
    return {
        tick: max(now - last[tick] - every - NOTED_EVERY, timedelta(0)) if tick in last else None
        for tick, every in intervals.items()
    }
