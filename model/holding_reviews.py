"""Holding reviews: every time that one was held, and what is awaited after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, RowNumber
from model.database import Base
from model.moment import Moment
from model.reviews import LONGEST_PAGE, Review, await_occurrence, end_review, find_review
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, ReviewHeldAlready
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

FURTHEST = date(9000, 1, 1)
"""An occurrence after this day is not held: what follows might lie beyond the calendar."""


@append_only
class HeldReview(Base):
    """A review that was held: which occurrence, when, by whom, and what came of it."""

    __tablename__ = "held_reviews"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    number: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    due_on: Mapped[date]
    held_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(LONGEST_NAME))
    note: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))


def hold_review(
    session: Session,
    review_id: str,
    due_on: date,
    outcome: str,
    note: str | None,
    by: str,
    moment: Moment,
) -> Review:
    """Record that a review was held; the next falls from the anchor. Needs a `transaction()`.

    `due_on`: the occurrence that it was. Those that were missed meanwhile are not made up for.

    Raises:
        UnknownRecord: there is no such review.
        ReviewHeldAlready: that occurrence is not the one that is awaited.
        BadFields: unsound texts; an occurrence of the far future.
    """
    require_texts({"/outcome": (outcome, LONGEST_NAME), "/note": (note, LONGEST_TEXT),
                   "/by": (by, LONGEST_NAME)})  # fmt: skip
    review = find_review(session, review_id, lock=True)
    if review.ended_at is not None or review.due_on != due_on:
        awaited = "it has ended" if review.ended_at else f"the one of {review.due_on} is awaited"
        raise ReviewHeldAlready(f"the review of {due_on} cannot be held: {awaited}")
    if review.due_on > FURTHEST:
        far = f"cannot be held before its time, since it is after {FURTHEST}"
        raise BadFields([FieldProblem("/due_on", far, "leave it, or end the review")])
    session.add(
        HeldReview(
            review_id=review.id,
            number=review.number,
            due_on=review.due_on,
            held_at=moment.now,
            outcome=outcome,
            note=note,
            by=by,
        )
    )
    if review.once:
        review.number += 1
        end_review(session, review, moment.now)
    else:
        tomorrow = max(moment.today, review.due_on) + timedelta(days=1)
        following = review.number - review.shift + 1
        place = max(following, review.recurrence.number_on_or_after(tomorrow))
        await_occurrence(session, review, place, moment.now)
    session.flush()
    return review


def held_of(session: Session, review: Review, limit: int = LONGEST_PAGE) -> Sequence[HeldReview]:
    """Return the times that a review was held, the latest first."""
    ours = select(HeldReview).where(HeldReview.review_id == review.id)
    return session.scalars(ours.order_by(HeldReview.number.desc()).limit(limit)).all()
