"""Sessions of toll-gate 5 as reviews of a business case: which of them is the agreed review.

One that passes is the review that is awaited, from the day of its first reminder on, and nearer to
it than to the review before. An earlier one is a session like any other: the agreed one is held
all the same, so that between two there is never more than the period and those days ahead, save
for lateness. One that fails ends no review: it is awaited until the repeated session passes.
Each session is one review at most, and the next one falls from the anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from model.gate_sessions import GateSession
from model.holding_reviews import FURTHEST, HeldReview, hold_review
from model.moment import Moment
from model.reviews import Review
from model.revisions import review_rules
from model.services import Service
from rules.review_rules import ReviewKind, Schedule

GATE = 5


def note_sessions(
    session: Session, reviews: Iterable[Review], schedule: Schedule, zone: tzinfo
) -> None:
    """Take the sessions since the last review was held for the reviews that they are, of each.

    `zone`: whose days count. Needs a `transaction()`.
    """
    passed = _passed_since(session)
    for review in reviews:
        _note(session, review, passed.get(review.subject, ()), schedule, zone)


def _note(
    session: Session,
    review: Review,
    sessions: Sequence[GateSession],
    schedule: Schedule,
    zone: tzinfo,
) -> None:
    for passed in sessions:
        day = Moment.at(passed.at, zone)
        if review.due_on > FURTHEST:
            return
        if day.today >= schedule.counts_from(review.due_on, review.before):
            hold_review(session, review.id, review.due_on, "pass", None, passed.by, day)


def reviewed_every(session: Session, service: Service) -> str:
    """Return how often toll-gate 5 is held of a service in operation, agreed on or not."""
    return service.review_every or review_rules(session).business_case_every


def _passed_since(session: Session) -> Mapping[str, Sequence[GateSession]]:
    """Return the sessions that passed since the last review was held, by service, in their order.

    One statement for all services: most have no such session, and somebody waits for the reviews.
    """
    held = func.max(HeldReview.held_at)
    last = select(held).where(HeldReview.review_id == Review.id).scalar_subquery()
    query = (
        select(Service.key, GateSession)
        .join(Service, Service.id == GateSession.service_id)
        .join(Review, Review.subject == Service.key)
        .where(
            Review.kind == ReviewKind.TOLLGATE_5,
            Review.ended_at.is_(None),
            GateSession.gate == GATE,
            GateSession.result == "pass",
            GateSession.at >= Review.created_at,
            or_(last.is_(None), GateSession.at > last),
        )
        .order_by(GateSession.at)
    )
    passed: dict[str, list[GateSession]] = {}
    for key, each in session.execute(query):
        passed.setdefault(key, []).append(each)
    return passed
