"""Verifications of the record that were made, so that an alarm can tell what the last one found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, RowNumber
from model.database import Base


@append_only
class Verification(Base):
    """A walk over the whole record: when, over how many decisions, with how many findings."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    decisions: Mapped[int] = mapped_column(RowNumber)
    findings: Mapped[int] = mapped_column(RowNumber)


def last_verification(session: Session) -> Verification | None:
    """Return the verification that was made last."""
    return session.scalar(select(Verification).order_by(Verification.id.desc()).limit(1))
