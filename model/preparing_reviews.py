"""Preparing reviews: what is laid before those who will hold one, and by whom.

It belongs to one occurrence. Whoever is reminded of it is sent there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, RowNumber
from model.database import Base
from model.locations import require_location
from model.reviews import Review, find_review
from model.texts import LONGEST_NAME, require_texts
from rules.errors import ReviewHeldAlready
from rules.values import LONGEST_TEXT


@append_only
class Preparation(Base):
    """Something that was laid before those who hold an occurrence of a review."""

    __tablename__ = "preparations"
    __table_args__ = (Index(None, "review_id", "number"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id"))
    number: Mapped[int] = mapped_column(RowNumber)
    location: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What somebody prepares: for which occurrence, and where it is.

    `schemes`: those that a location may have, beside http and https.
    """

    due_on: date
    location: str
    note: str | None
    schemes: Collection[str] = ()


def prepare_review(
    session: Session, review_id: str, prepared: Prepared, by: str, now: datetime
) -> Review:
    """Lay something before those who will hold the awaited occurrence. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such review.
        ReviewHeldAlready: that occurrence is not the one that is awaited.
        BadFields: a location that nobody may be sent to, unsound texts.
    """
    require_texts({"/note": (prepared.note, LONGEST_TEXT), "/by": (by, LONGEST_NAME)})
    location = require_location(prepared.location, prepared.schemes)
    review = find_review(session, review_id, lock=True)
    if review.ended_at is not None or review.due_on != prepared.due_on:
        awaited = "it has ended" if review.ended_at else f"the one of {review.due_on} is awaited"
        raise ReviewHeldAlready(f"the review of {prepared.due_on} needs no preparing: {awaited}")
    session.add(
        Preparation(
            review_id=review.id,
            number=review.number,
            location=location,
            note=prepared.note,
            by=by,
            at=now,
        )
    )
    session.flush()
    return review


def prepared_for(session: Session, review: Review) -> Sequence[Preparation]:
    """Return what is prepared for the awaited occurrence, in the order in which it came."""
    ours = (Preparation.review_id == review.id, Preparation.number == review.number)
    return session.scalars(select(Preparation).where(*ours).order_by(Preparation.id)).all()
