"""Answers kept under the caller's Idempotency-Key, for thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant
from model.database import Base

KEPT_FOR = timedelta(days=30)
LONGEST_KEY = 255
ERASED_REQUEST = ""
"""In place of a request's hash, from which an erased value might be guessed: any request fits."""


class KeptAnswer(Base):
    """What was answered to the request that first came under this key."""

    __tablename__ = "kept_answers"
    __table_args__ = (Index(None, "created_at"),)

    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


def kept_answer(session: Session, api_key_id: str, key: str, now: datetime) -> KeptAnswer | None:
    """Return what is kept under the key; what is older than thirty days is forgotten here."""
    kept = session.get(KeptAnswer, (api_key_id, key))
    if kept is not None and kept.created_at <= now - KEPT_FOR:
        session.delete(kept)
        session.flush()
        return None
    return kept


def purge(session: Session, now: datetime) -> None:
    """Forget every answer that is older than thirty days."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.created_at <= now - KEPT_FOR))
