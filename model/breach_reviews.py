"""Reviews of targets that were missed: one for a metric and period, and again once it was held."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreement_reviews import hold_reviews, review_soon, span_of, subject_of
from model.agreements import Agreement
from model.holding_reviews import HeldReview
from model.moment import Moment
from model.review_subjects import BREACH
from model.reviews import Review
from rules.review_rules import ReviewKind


def review_breach(
    session: Session, agreement: Agreement, metric: str, day: date, why: str, moment: Moment
) -> None:
    """Have a target that turned out to be missed on a day reviewed. Needs a `transaction()`.

    There is one review for each metric and period of its target, or month of the agreement where
    that is longer: whatever else is missed within it is looked at in that one. What turns out to
    be missed once it was held nobody has looked at: it is held again, and its title says so. What
    is agreed no more is reviewed as often as the whole.
    """
    key = f"{BREACH}{metric}/{span_of(agreement, metric, day)[0]}"
    subject = f"{subject_of(agreement)}/{key}"
    hold_reviews(session)
    # Whoever is holding it at this very moment does not know of this one.
    same = (Review.kind == ReviewKind.SERVICE_LEVEL, Review.subject == subject)
    session.execute(select(Review.id).where(*same).with_for_update())
    said = missed(metric, why, last_held(session, subject))
    review_soon(session, agreement, key, said, moment, again=True)


def last_held(session: Session, subject: str) -> date | None:
    """Return for which day the review of a breach was held last; `None`: it never was."""
    held = select(HeldReview.due_on).join(Review, Review.id == HeldReview.review_id)
    ours = held.where(Review.kind == ReviewKind.SERVICE_LEVEL, Review.subject == subject)
    return session.scalar(ours.order_by(HeldReview.number.desc()).limit(1))


def missed(metric: str, why: str, held: date | None = None) -> str:
    """Return what the title of a breach's review says beside the agreement; `held`: last so."""
    again = f" again, after its review of {held} was held" if held else ""
    return f"{metric} was missed{again}: {why}"
