"""Breaches that come after all: reviewed again, where the review had ended for being about none.

A timer tells the breach of a cycle once. Where an event that came late took it back, the cycle may
run out later all the same, and nobody would be told to look at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from model.agreement_reviews import hold_reviews, review_breach, span_of, subject_of
from model.agreements import Agreement, all_agreements
from model.apart import Failed, apart
from model.holding_reviews import HeldReview
from model.moment import Moment, begins
from model.review_subjects import BREACH, OF_AGREEMENTS, metric_and_day
from model.reviews import Review
from model.timers_kept import first_run_out
from rules.review_rules import ReviewKind

LOOKED_BACK = timedelta(days=400)
"""So long after a review was ended it is seen whether what it was about is missed after all."""


def review_missed_again(session: Session, moment: Moment, failed: Failed | None = None) -> None:
    """Have reviewed what timers missed since its review had ended. Needs a `transaction()`.

    A review that was held stays as it was held. `failed` takes the agreements of which this fails;
    without it that is raised.
    """
    hold_reviews(session)
    ended = _ended_unheld(session, moment.now)
    agreements = {subject_of(each): each for each in all_agreements(session)} if ended else {}
    for review in ended:
        subject, metric, first = metric_and_day(review.subject)
        if (agreement := agreements.get(subject)) is not None:
            with apart(session, subject, failed):
                _look(session, agreement, metric, first, moment)
    session.flush()


def _ended_unheld(session: Session, now: datetime) -> Sequence[Review]:
    """Return the reviews of breaches that have ended by nobody holding them."""
    by_holding = exists().where(
        HeldReview.review_id == Review.id, HeldReview.held_at == Review.ended_at
    )
    ours = select(Review).where(
        Review.kind == ReviewKind.SERVICE_LEVEL,
        Review.subject.startswith(OF_AGREEMENTS),
        Review.subject.contains(f"/{BREACH}"),
        Review.ended_at >= now - LOOKED_BACK,
        ~by_holding,
    )
    return session.scalars(ours.order_by(Review.id)).all()


def _look(session: Session, agreement: Agreement, metric: str, first: date, moment: Moment) -> None:
    """Have a target reviewed again, if there is a miss in the days that its review looks at."""
    since, after = span_of(agreement, metric, first)
    if since != first:
        # The period was another when it was set up: which days it looks at is not known.
        return
    zone = moment.zone
    ran_out = first_run_out(
        session, agreement.id, metric, begins(first, zone), begins(after, zone), moment.now
    )
    if ran_out is not None:
        why = f"the timer {ran_out} ran out"
        review_breach(session, agreement, metric, first, why, moment, cleared=True)
