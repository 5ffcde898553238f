"""Recording by hand that a review was held: what people do over HTTP and on the command line.

The business case of a service is reviewed by its toll-gate 5, and by nothing else: the session
of the gate is the review.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from model.holding_reviews import hold_review
from model.moment import Moment
from model.reviews import Review, find_review
from rules.errors import ReviewedAtGate
from rules.review_rules import ReviewKind


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody says of a review: which occurrence was held, and what came of it."""

    due_on: date
    outcome: str
    note: str | None = None


def complete_review(
    session: Session, review_id: str, held: Held, by: str, moment: Moment
) -> Review:
    """Record that a review was held; the next falls from the anchor. Needs a `transaction()`.

    Raises:
        ReviewedAtGate: a session of toll-gate 5 is this review.
        UnknownRecord, ReviewHeldAlready, BadFields: as `hold_review` does.
    """
    review = find_review(session, review_id, lock=True)
    if review.kind == ReviewKind.TOLLGATE_5 and review.ended_at is None:
        raise ReviewedAtGate(f"hold toll-gate 5 of the service `{review.subject}`")
    return hold_review(session, review_id, held.due_on, held.outcome, held.note, by, moment)
