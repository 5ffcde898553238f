"""What timers missed since the review of it had ended: reviewed again, whoever told it.

A breach is reviewed as it is told. This sees to what is not told, or not to these reviews: what an
event that came late moved into other days, and what an older process told, or took for told,
beside newer ones while they were upgraded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from model.agreement_reviews import hold_reviews, span_of, subject_of
from model.agreements import Agreement, all_agreements
from model.apart import Failed, apart
from model.breach_reviews import ran_out, review_breach
from model.holding_reviews import HeldReview
from model.moment import Moment, begins
from model.review_subjects import BREACH, OF_AGREEMENTS, metric_and_day
from model.reviews import Review
from model.timers_kept import first_run_out
from rules.review_rules import ReviewKind

LOOKED_BACK = timedelta(days=400)
"""So long after a review was ended it is seen whether what it was about is missed after all."""
HELD_BACK = timedelta(days=62)
"""So long after one was held it is seen whether more is missed: its month, and what comes late."""


def review_missed_again(session: Session, moment: Moment, failed: Failed | None = None) -> None:
    """Have reviewed what timers missed since its review had ended. Needs a `transaction()`.

    Of one that was ever held, it is what they missed after that. `failed` takes the agreements of
    which this fails; without it that is raised.
    """
    hold_reviews(session)
    ended = _ended(session, moment.now)
    agreements = {subject_of(each): each for each in all_agreements(session)} if ended else {}
    for subject_in_full, held_at in ended:
        subject, metric, first = metric_and_day(subject_in_full)
        if (agreement := agreements.get(subject)) is not None:
            with apart(session, subject, failed):
                _look(session, agreement, metric, first, held_at, moment)
    session.flush()


def _ended(session: Session, now: datetime) -> Sequence[tuple[str, datetime | None]]:
    """Return of which breaches the review has ended, and when it was held last if it was."""
    last = select(func.max(HeldReview.held_at)).where(HeldReview.review_id == Review.id)
    held_at = last.scalar_subquery()
    ours = select(Review.subject, held_at.label("held_at")).where(
        Review.kind == ReviewKind.SERVICE_LEVEL,
        Review.subject.startswith(OF_AGREEMENTS),
        Review.subject.contains(f"/{BREACH}"),
        Review.ended_at >= now - LOOKED_BACK,
        or_(held_at.is_(None), held_at < Review.ended_at, held_at >= now - HELD_BACK),
    )
    return [(row.subject, row.held_at) for row in session.execute(ours.order_by(Review.id))]


def _look(
    session: Session,
    agreement: Agreement,
    metric: str,
    first: date,
    held_at: datetime | None,
    moment: Moment,
) -> None:
    """Have a target reviewed again, if there is a miss in the days that its review looks at."""
    day, after = span_of(agreement, metric, first)
    if day != first:
        # The period was another when it was set up: which days it looks at is not known.
        return
    since, until = begins(first, moment.zone), begins(after, moment.zone)
    since = max(since, held_at or since)
    timer_id = first_run_out(session, agreement.id, metric, since, until, moment.now)
    if timer_id is not None:
        review_breach(session, agreement, metric, first, ran_out(timer_id), moment)
