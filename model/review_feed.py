"""What a calendar shows of reviews: those that are awaited, and those that were held."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import not_, or_, select
from sqlalchemy.orm import Session

from model.holding_reviews import HeldReview
from model.reviews import Review

MOST = 1_000


def reviews_in_feed(session: Session) -> Sequence[Review]:
    """Return the reviews that a calendar shows: the latest 1,000, those that ended among them.

    One that was to be held once and was, awaits nothing: it is with those that were held.
    """
    awaits = select(Review).where(or_(not_(Review.once), Review.number == 0))
    return session.scalars(awaits.order_by(Review.due_on.desc()).limit(MOST)).all()


def held_in_feed(session: Session) -> Sequence[tuple[Review, HeldReview]]:
    """Return the latest 1,000 times that a review was held, with the review."""
    query = select(Review, HeldReview).join(HeldReview, HeldReview.review_id == Review.id)
    rows = session.execute(query.order_by(HeldReview.due_on.desc()).limit(MOST)).all()
    return [(review, held) for review, held in rows]
