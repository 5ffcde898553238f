"""Reminders: whoever is to review something hears of it before, on the day, and after it.

On which days, and from when on others hear of it as well, the live rules say (`reviews.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.moment import Moment
from model.outbox import Event, EventType, Letter, announce
from model.reviews import Review
from model.revisions import book_of, live_revision
from model.roster import Roster
from model.rosters import current_roster
from rules.review_rules import ReviewRules, Schedule

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders were told, and whether there may be more that are due."""

    told: int
    more: bool


def remind_due(session: Session, moment: Moment, local: datetime | None = None) -> Reminded:
    """Announce the reminders that are due and have not been, some at a time. In a `transaction()`.

    Each that anybody hears of is recorded under a key that no other has (review, day,
    step), so that it is told once, however many processes look at the same time. `local`: the
    local time, so that quiet hours are kept; without it they are not.
    """
    rules = review_rules(session)
    if local is not None and rules.quiet.is_at(local):
        return Reminded(0, more=False)
    reviews = _due(session, moment)
    roster = current_roster(session).roster
    told = 0
    for review in reviews:
        told += _remind(session, review, rules.schedule_of(review.kind), roster, moment)
    session.flush()
    return Reminded(told, more=len(reviews) == AT_ONCE)


def review_rules(session: Session) -> ReviewRules:
    """Return the live rules of reviews; those that hold unsaid, before anything is published."""
    revision = live_revision(session)
    return book_of(session, revision).reviews if revision else ReviewRules()


def _due(session: Session, moment: Moment) -> Sequence[Review]:
    due = select(Review).where(Review.ended_at.is_(None), Review.remind_on <= moment.today)
    first = due.order_by(Review.due_on, Review.id).limit(AT_ONCE)
    return session.scalars(first.with_for_update(skip_locked=True)).all()


def _remind(
    session: Session, review: Review, schedule: Schedule, roster: Roster, moment: Moment
) -> bool:
    """Tell what is due of a review, if it is; note when its next reminder comes."""
    step = schedule.latest_step(review.due_on, review.before, moment.today)
    last = review.reminded_on
    is_due = step is not None and (last is None or step > (last - review.due_on).days)
    if step is not None and is_due:
        people = _people(review, schedule, roster, moment)
        announce(session, _event(review, step, moment), people)
        review.reminded_on = moment.today
    review.remind_on = schedule.next_day(review.due_on, review.before, moment.today)
    return is_due


def _people(review: Review, schedule: Schedule, roster: Roster, moment: Moment) -> list[str]:
    roles = [review.role]
    overdue = (moment.today - review.due_on).days
    above = review.escalate_to or schedule.escalates_to
    if overdue >= schedule.escalates_after and above:
        roles.append(above)
    holders = [h for role in roles for h in roster.holders(role, review.agency, moment.today)]
    return [holder.person.email for holder in holders]


def _event(review: Review, step: int, moment: Moment) -> Event:
    overdue = (moment.today - review.due_on).days
    data = {
        "review": {"id": review.id, "kind": review.kind, "subject": review.subject},
        "title": review.title,
        "role": review.role,
        "due_on": review.due_on.isoformat(),
        "days_overdue": overdue,
    }
    key = f"review.due/{review.id}/{review.due_on}/{step}"
    letter = Letter(f"{_when(overdue)}: {review.title}", _text(review, overdue))
    return Event(EventType.REVIEW_DUE, key, f"reviews/{review.id}", data, moment.now, letter)


def _when(overdue: int) -> str:
    if overdue == 0:
        return "Review today"
    days = f"{abs(overdue)} day{'' if abs(overdue) == 1 else 's'}"
    return f"Review overdue by {days}" if overdue > 0 else f"Review in {days}"


def _text(review: Review, overdue: int) -> str:
    is_due = "was due" if overdue > 0 else "is due"
    return (
        f"{review.title}: the review {is_due} on {review.due_on.isoformat()}."
        f"\n\nIt is for: {review.role}. Once it was held, record it:"
        f" `review complete {review.id} --due {review.due_on.isoformat()} --outcome …`,"
        f" or POST /api/v1/reviews/{review.id}/complete."
    )
