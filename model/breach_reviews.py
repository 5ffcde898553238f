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

_THE_TIMER, _RAN_OUT = "the timer ", " ran out"


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
    said = missed(metric, why, last_holding(session, subject))
    review_soon(session, agreement, key, said, moment, again=True)


def last_holding(session: Session, subject: str) -> HeldReview | None:
    """Return how the review of a breach was held last; `None`: it never was."""
    held = select(HeldReview).join(Review, Review.id == HeldReview.review_id)
    ours = held.where(Review.kind == ReviewKind.SERVICE_LEVEL, Review.subject == subject)
    return session.scalar(ours.order_by(HeldReview.number.desc()).limit(1))


def ran_out(timer_id: str) -> str:
    """Return how the title of a breach's review names a timer."""
    # By its id: its name may be about a person, and a title goes far.
    return f"{_THE_TIMER}{timer_id}{_RAN_OUT}"


def named_in(title: str) -> str:
    """Return the id of the timer that the title of a breach's review names; empty: of none."""
    named = title.rpartition(_THE_TIMER)[2]
    return named.removesuffix(_RAN_OUT) if named.endswith(_RAN_OUT) else ""


def missed(metric: str, why: str, last: HeldReview | None = None) -> str:
    """Return what the title of a breach's review says beside the agreement; `last`: held so."""
    again = f" again, after its review of {last.due_on} was held" if last else ""
    return f"{metric} was missed{again}: {why}"
