"""What a calendar shows of reviews: those that are awaited, those that ended, and those held."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, not_, or_, select
from sqlalchemy.orm import Session

from model.holding_reviews import HeldReview
from model.reviews import Review

MOST = 1_000
"""So many of each kind a calendar shows: programs fetch all of it again and again."""


def reviews_in_feed(session: Session) -> Sequence[Review]:
    """Return the 1,000 reviews that are due soonest, the overdue first, and the last to end.

    One that was to be held once and was, awaits nothing: it is with those that were held.
    """
    going_on = select(Review).where(Review.ended_at.is_(None))
    awaited = session.scalars(going_on.order_by(Review.due_on, Review.id).limit(MOST))
    ended = select(Review).where(
        Review.ended_at.is_not(None), or_(not_(Review.once), Review.number == 0)
    )
    latest = session.scalars(ended.order_by(Review.ended_at.desc(), Review.id).limit(MOST))
    return [*awaited, *latest]


def held_in_feed(session: Session) -> Sequence[tuple[Review, HeldReview]]:
    """Return the latest 1,000 times that a review was held, with the review."""
    query = select(Review, HeldReview).join(HeldReview, HeldReview.review_id == Review.id)
    rows = session.execute(query.order_by(HeldReview.due_on.desc()).limit(MOST)).all()
    return [(review, held) for review, held in rows]


def left_out_of_feed(session: Session) -> int:
    """Return how many reviews go on and are too far away for a calendar to show them."""
    going_on = select(func.count()).select_from(Review).where(Review.ended_at.is_(None))
    return max(0, (session.scalar(going_on) or 0) - MOST)
