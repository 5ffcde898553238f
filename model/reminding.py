"""Reminders: whoever is to review something hears of it before, on the day, and after it.

On which days, and from when on others hear of it as well, the live rules say (`reviews.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from model.moment import Moment
from model.outbox import Event, EventType, Letter, Listeners, announce, listeners
from model.preparing_reviews import prepared_for
from model.review_candidates import candidates_for
from model.reviews import UNPLANNED, Review
from model.revisions import book_of, live_revision
from model.roster import Roster
from model.rosters import current_roster
from model.services import Service
from rules.review_rules import ReviewKind, ReviewRules, Schedule

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
    hearers = _Hearers(session, current_roster(session).roster, listeners(session), moment)
    told = 0
    for review in reviews:
        told += _remind(session, review, rules.schedule_of(review.kind), hearers, moment)
    session.flush()
    return Reminded(told, more=len(reviews) == AT_ONCE)


def plan_reminders_anew(session: Session) -> None:
    """Have the days of all reminders worked out anew: the rules for them may be others."""
    going_on = update(Review).where(Review.ended_at.is_(None))
    session.execute(going_on.values(remind_on=UNPLANNED))


def review_rules(session: Session) -> ReviewRules:
    """Return the live rules of reviews; those that hold unsaid, before anything is published."""
    revision = live_revision(session)
    return book_of(session, revision).reviews if revision else ReviewRules()


def _due(session: Session, moment: Moment) -> Sequence[Review]:
    due = select(Review).where(Review.ended_at.is_(None), Review.remind_on <= moment.today)
    first = due.order_by(Review.due_on, Review.id).limit(AT_ONCE)
    return session.scalars(first.with_for_update(skip_locked=True)).all()


def _remind(
    session: Session, review: Review, schedule: Schedule, hearers: _Hearers, moment: Moment
) -> bool:
    """Tell what is due of a review, if it is; note when its next reminder comes.

    As long as nobody is there to hear it, it is tried again each day.
    """
    step = schedule.latest_step(review.due_on, review.before, moment.today)
    last = review.reminded_on
    is_due = step is not None and (last is None or step > (last - review.due_on).days)
    if step is not None and is_due:
        people = hearers.of(review, schedule)
        if not people and not hearers.subscribers:
            review.remind_on = moment.today + timedelta(days=1)
            return False
        prepared = [each.location for each in prepared_for(session, review)]
        looks_at = candidates_for(session, review, moment)
        event = _event(review, step, prepared, looks_at, moment)
        announce(session, event, people, hearers.listening)
        review.reminded_on = moment.today
    review.remind_on = schedule.next_day(review.due_on, review.before, moment.today)
    return is_due


@dataclass(frozen=True, slots=True)
class _Hearers:
    """Who hears of reviews on a day."""

    session: Session
    roster: Roster
    listening: Listeners
    moment: Moment

    @property
    def subscribers(self) -> Sequence[str]:
        """The subscriptions that hear of every review."""
        return self.listening.get(EventType.REVIEW_DUE, ())

    def of(self, review: Review, schedule: Schedule) -> list[str]:
        """The addresses of those who are to hold a review, and of those it has come to by now.

        Where nobody is there to hold it, it comes to the others at once.
        """
        people = self._responsible(review)
        overdue = (self.moment.today - review.due_on).days
        above = review.escalate_to or schedule.escalates_to
        if above and (overdue >= schedule.escalates_after or not people):
            people += self._holders(above, review.agency)
        return people

    def _responsible(self, review: Review) -> list[str]:
        """The line manager of the service itself, where the roster knows them; else the role."""
        if review.kind == ReviewKind.TOLLGATE_5:
            named = select(Service.line_manager).where(Service.key == review.subject)
            person = self.roster.there(self.session.scalar(named), self.moment.today)
            if person is not None:
                return [person.email]
        return self._holders(review.role, review.agency)

    def _holders(self, role: str, agency: str | None) -> list[str]:
        holders = self.roster.holders(role, agency, self.moment.today)
        return [holder.person.email for holder in holders]


def _event(
    review: Review, step: int, prepared: Sequence[str], looks_at: str, moment: Moment
) -> Event:
    overdue = (moment.today - review.due_on).days
    data = {
        "review": {"id": review.id, "kind": review.kind, "subject": review.subject},
        "title": review.title,
        "role": review.role,
        "due_on": review.due_on.isoformat(),
        "days_overdue": overdue,
    }
    key = f"review.due/{review.id}/{review.due_on}/{step}/{review.version}"
    text = _text(review, prepared, looks_at, overdue)
    letter = Letter(f"{_when(overdue)}: {review.title}", text)
    return Event(EventType.REVIEW_DUE, key, f"reviews/{review.id}", data, moment.now, letter)


def _when(overdue: int) -> str:
    if overdue == 0:
        return "Review today"
    days = f"{abs(overdue)} day{'' if abs(overdue) == 1 else 's'}"
    return f"Review overdue by {days}" if overdue > 0 else f"Review in {days}"


def _text(review: Review, prepared: Sequence[str], looks_at: str, overdue: int) -> str:
    is_due = "was due" if overdue > 0 else "is due"
    places = "\n".join(["\n\nIt is prepared:", *prepared]) if prepared else ""
    places += f"\n\n{looks_at}" if looks_at else ""
    return (
        f"{review.title}: the review {is_due} on {review.due_on.isoformat()}.{places}"
        f"\n\nIt is for: {review.role}. Once it was held, record it:"
        f" `review complete {review.id} --due {review.due_on.isoformat()} --outcome …`,"
        f" or POST /api/v1/reviews/{review.id}/complete."
    )
