"""Improvements: what is to become better of a service, or of the whole portfolio, by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from model.agreements import find_agreement
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.cursors import rows_after
from model.database import Base
from model.services import ANY, Service, find_service
from model.texts import LONGEST_NAME
from rules.errors import UnknownRecord

LONGEST_PAGE = 200
LONGEST_OBJECTIVE = 1_000
"""It stands in the title of the review that it is reminded of by."""
_LONGEST_ID = 36


class ImprovementState(StrEnum):
    """Whether it is still to be done."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Improvement(Base):
    """An improvement as it is planned now. Its review has its id.

    `service_id`: of which service; `None`: of the portfolio. `review_id`, `agreement_id`,
    `reason`: what led to it. `role`: who is to see to it, of an agency. `outcome`: what came of it.
    """

    __tablename__ = "improvements"
    __table_args__ = (Index(None, "service_id"), Index(None, "due_on"))

    id: Mapped[str] = mapped_column(String(_LONGEST_ID), primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    objective: Mapped[str] = mapped_column(Text)
    review_id: Mapped[str | None] = mapped_column(ForeignKey("reviews.id"))
    agreement_id: Mapped[str | None] = mapped_column(ForeignKey("agreements.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(LONGEST_NAME))
    agency: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(RowNumber)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))

    service: Mapped[Service | None] = relationship(lazy="select")


@append_only
class ImprovementVersion(Base):
    """What was planned from one change to the next, who changed it, and when."""

    __tablename__ = "improvement_versions"

    improvement_id: Mapped[str] = mapped_column(ForeignKey("improvements.id"), primary_key=True)
    version: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    plan: Mapped[object] = mapped_column(JsonText)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


def find_improvement(
    session: Session, improvement_id: str, *, lock: bool = False, seen: ColumnElement[bool] = ANY
) -> Improvement:
    """Return an improvement; with `lock` nobody else may change it until the end.

    Raises:
        UnknownRecord: there is no such improvement.
    """
    query = select(Improvement).where(Improvement.id == improvement_id, seen)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise UnknownRecord(f"there is no improvement `{improvement_id}`")
    return found


def improvements_after(
    session: Session,
    after: str | None,
    limit: int,
    service: str | None = None,
    state: ImprovementState | None = None,
    agreement: str | None = None,
    seen: ColumnElement[bool] = ANY,
) -> tuple[Sequence[Improvement], str | None]:
    """Return up to `limit` (at most 200) improvements, the soonest first, and the next cursor.

    `service`: only those of the service of this key; `agreement`: only those that the agreement of
    this id led to; `seen`: that whoever asks sees.

    Raises:
        UnknownRecord: there is no such service, or no such agreement.
        BadFields: `after` is not a cursor.
    """
    query = select(Improvement).where(seen)
    if service is not None:
        query = query.where(Improvement.service_id == find_service(session, service).id)
    if state is not None:
        query = query.where(Improvement.state == state.value)
    if agreement is not None:
        query = query.where(Improvement.agreement_id == find_agreement(session, agreement).id)
    return rows_after(session, query, Improvement, Improvement.due_on, after, limit)
