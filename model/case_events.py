"""What happened to a case as a whole: it was reopened, renamed, merged with a double."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.case_in_hand import Locked
from model.cases import Case
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.texts import LONGEST_NAME


class What(StrEnum):
    """What can happen to a case as a whole."""

    REOPENED = "reopened"
    RENAMED = "renamed"
    MERGED = "merged"
    MERGED_INTO = "merged_into"


@append_only
class CaseEvent(Base):
    """One thing that happened, with who wanted it and why; each has a version of its own."""

    __tablename__ = "case_events"
    __table_args__ = (UniqueConstraint("case_id", "case_version"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    case_version: Mapped[int] = mapped_column(RowNumber)
    what: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[object] = mapped_column(JsonText)
    at: Mapped[datetime] = mapped_column(Instant)
    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"))


def last_reopening(session: Session, case: Locked) -> int:
    """Return the version that the case had when it was last reopened; 0: it never was."""
    if case.reopened_at is None:
        return 0
    ours = (CaseEvent.case_id == case.id, CaseEvent.what == What.REOPENED)
    versions = select(CaseEvent.case_version).where(*ours)
    return session.scalar(versions.order_by(CaseEvent.case_version.desc()).limit(1)) or 0


def note(
    session: Session,
    case: Case,
    what: What,
    details: Mapping[str, object],
    *,
    by: str,
    reason: str | None,
    at: datetime,
    api_key_id: str,
) -> None:
    """Record what happened to the case at the version that it has now."""
    session.add(
        CaseEvent(
            case_id=case.id,
            case_version=case.version,
            what=what.value,
            by=by,
            reason=reason,
            details=details,
            at=at,
            api_key_id=api_key_id,
        )
    )
