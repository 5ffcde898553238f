"""Overdue reviews: how many there are, and how many of them nobody was ever told of."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model.reviews import Review


def overdue(session: Session, today: date) -> dict[str, int]:
    """Return how many reviews are overdue, and how many of those nobody has heard of.

    Nobody hears of one whose role has no holder, while nobody subscribes either.
    """
    unheard = Review.reminded_on.is_(None)
    late = (Review.ended_at.is_(None), Review.due_on < today)
    counts = select(func.count(), func.count().filter(unheard)).where(*late)
    all_of_them, silent = session.execute(counts).one()
    return {"heard": all_of_them - silent, "unheard": silent}
