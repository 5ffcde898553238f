"""Sessions of toll-gate 5 as reviews of a business case: which of them is the agreed review.

One that passes is the review that is awaited, from the day of its first reminder on, and nearer to
it than to the review before. An earlier one is a session like any other: the agreed one is held
all the same, so that between two there is never more than the period and those days ahead, save
for lateness. One that fails ends no review: it is awaited until the repeated session passes.
Each session is one review at most, and the next one falls from the anchor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.gate_sessions import GateSession
from model.holding_reviews import FURTHEST, HeldReview, hold_review
from model.moment import Moment
from model.reviews import Review
from model.revisions import review_rules
from model.services import Service
from rules.review_rules import Schedule

GATE = 5


def note_sessions(session: Session, review: Review, schedule: Schedule, zone: tzinfo) -> None:
    """Take the sessions since the last review was held for the reviews that they are.

    `zone`: whose days count. Needs a `transaction()`.
    """
    for passed in _passed_since(session, review):
        day = Moment.at(passed.at, zone)
        if review.due_on > FURTHEST:
            return
        if day.today >= schedule.counts_from(review.due_on, review.before):
            hold_review(session, review.id, review.due_on, "pass", None, passed.by, day)


def reviewed_every(session: Session, service: Service) -> str:
    """Return how often toll-gate 5 is held of a service in operation, agreed on or not."""
    return service.review_every or review_rules(session).business_case_every


def _passed_since(session: Session, review: Review) -> Sequence[GateSession]:
    """Return the sessions that passed since the last review was held, in their order."""
    noted = select(HeldReview.held_at).where(HeldReview.review_id == review.id)
    last = session.scalar(noted.order_by(HeldReview.number.desc()).limit(1))
    passed = (
        select(GateSession)
        .join(Service, Service.id == GateSession.service_id)
        .where(
            Service.key == review.subject,
            GateSession.gate == GATE,
            GateSession.result == "pass",
            GateSession.at >= review.created_at,
        )
        .order_by(GateSession.at)
    )
    return session.scalars(passed if last is None else passed.where(GateSession.at > last)).all()
