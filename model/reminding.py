"""Reminders: whoever is to review something hears of it before, on the day, and after it.

Told 30 days and 7 days ahead, on the day, and each week that it is overdue; of several that were
missed, the latest. Two weeks overdue, those it escalates to hear of it too.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.moment import Moment
from model.outbox import Event, EventType, Letter, announce
from model.reminder_days import latest_step, next_day
from model.reviews import Review
from model.roster import Roster
from model.rosters import current_roster

ESCALATED_AFTER = 14
AT_ONCE = 500


def remind_due(session: Session, moment: Moment) -> int:
    """Announce the reminders that are due and have not been; return how many. In a `transaction()`.

    Each that anybody hears of is recorded under a key that no other has (review, occurrence,
    step), so that it is told once, however many processes look at the same time.
    """
    due = (
        select(Review)
        .where(Review.ended_at.is_(None), Review.remind_on <= moment.today)
        .order_by(Review.remind_on, Review.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    reviews = session.scalars(due).all()
    roster = current_roster(session).roster
    for review in reviews:
        step = latest_step(review.due_on, review.before, moment.today)
        people = _people(review, step, roster, moment.today)
        announce(session, _event(review, step, moment), people)
        review.remind_on = next_day(review.due_on, review.before, moment.today)
    session.flush()
    return len(reviews)


def _people(review: Review, step: int, roster: Roster, today: date) -> list[str]:
    roles = [review.role]
    if step >= ESCALATED_AFTER and review.escalate_to:
        roles.append(review.escalate_to)
    holders = [h for role in roles for h in roster.holders(role, review.agency, today)]
    return [holder.person.email for holder in holders]


def _event(review: Review, step: int, moment: Moment) -> Event:
    data = {
        "review": {"id": review.id, "kind": review.kind, "subject": review.subject},
        "title": review.title,
        "role": review.role,
        "due_on": review.due_on.isoformat(),
        "days_overdue": step,
    }
    key = f"review.due/{review.id}/{review.number}/{step}"
    ahead = (review.due_on - moment.today).days
    letter = Letter(f"{_when(step, ahead)}: {review.title}", _text(review, step))
    return Event(EventType.REVIEW_DUE, key, f"reviews/{review.id}", data, moment.now, letter)


def _when(step: int, ahead: int) -> str:
    if step < 0:
        return f"Review in {ahead} day{'' if ahead == 1 else 's'}"
    return "Review today" if step == 0 else f"Review overdue by {step} days"


def _text(review: Review, step: int) -> str:
    is_due = "was due" if step > 0 else "is due"
    return (
        f"{review.title}: the review {is_due} on {review.due_on.isoformat()}."
        f"\n\nIt is for: {review.role}. Once it was held, record it:"
        f" `review complete {review.id} --due {review.due_on.isoformat()} --outcome …`,"
        f" or POST /api/v1/reviews/{review.id}/complete."
    )
