"""Reminders: whoever is to review something hears of it before, on the day, and after it.

On which days, and from when on others hear of it as well, the live rules say (`reviews.yaml`). Who
comes to be the one to hear of it between two of those days need not wait for the next: they hear
the reminder that stands, on the day on which a review escalates or on which they take the role.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.heard_reviews import Heard, heard_of
from model.moment import Moment
from model.outbox import Event, EventType, Letter, Listeners, announce, listeners
from model.preparing_reviews import prepared_for
from model.review_candidates import candidates_for
from model.reviews import Review
from model.revisions import review_rules
from model.roster import Holder, Roster
from model.rosters import current_roster
from model.services import Service
from rules.review_rules import ReviewKind, Schedule

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
    heard = heard_of(session, [each for each in reviews if each.reminded_on is not None])
    told = 0
    for review in reviews:
        schedule, before = rules.schedule_of(review.kind), heard.get(review.id, {})
        told += _remind(session, review, schedule, hearers, before, moment)
    session.flush()
    return Reminded(told, more=len(reviews) == AT_ONCE)


def _due(session: Session, moment: Moment) -> Sequence[Review]:
    due = select(Review).where(Review.ended_at.is_(None), Review.remind_on <= moment.today)
    first = due.order_by(Review.due_on, Review.id).limit(AT_ONCE)
    return session.scalars(first.with_for_update(skip_locked=True)).all()


def _remind(
    session: Session,
    review: Review,
    schedule: Schedule,
    hearers: _Hearers,
    heard: Heard,
    moment: Moment,
) -> bool:
    """Tell what is due of a review, if anything is; note when it is looked at again.

    While there is a reminder that stands, that is each day: whoever is to hear of it may change.
    """
    step = schedule.latest_step(review.due_on, review.before, moment.today)
    if step is None:
        review.remind_on = schedule.next_day(review.due_on, review.before, moment.today)
        return False
    review.remind_on = moment.today + timedelta(days=1)
    last = review.reminded_on
    if last is None or step > (last - review.due_on).days:
        return _remind_all(session, review, step, hearers.of(review, schedule), hearers)
    people = hearers.of(review, schedule)
    late = [each.email for each in people if each.is_to_hear_now(heard)]
    prepared = _prepared(session, review, moment) if late else ""
    for email in late:
        # No subscriber hears of it again, and nobody else.
        key = f"{(moment.today - review.due_on).days}/{sha256(email.encode()).hexdigest()[:16]}"
        announce(session, _event(review, key, prepared, moment), [email], {})
    return bool(late)


def _remind_all(
    session: Session, review: Review, step: int, people: Sequence[_Hearer], hearers: _Hearers
) -> bool:
    """Tell everybody; as long as nobody is there to hear it, it is tried again each day."""
    if not people and not hearers.subscribers:
        return False
    prepared = _prepared(session, review, hearers.moment)
    event = _event(review, str(step), prepared, hearers.moment)
    announce(session, event, [each.email for each in people], hearers.listening)
    review.reminded_on = hearers.moment.today
    return True


@dataclass(frozen=True, slots=True)
class _Hearer:
    """Somebody who is to hear of a review; `since`: what they heard before that day is too little.

    `since` is in days from the due day. `waits`: for the next reminder, whatever they heard.
    """

    email: str
    since: int | None = None
    waits: bool = False

    def is_to_hear_now(self, heard: Heard) -> bool:
        """Whether they have not heard what they are to have heard by now."""
        if self.waits:
            return False
        last = heard.get(self.email)
        return last is None or (self.since is not None and last < self.since)


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

    def of(self, review: Review, schedule: Schedule) -> list[_Hearer]:
        """Those who are to hold a review, and those to whom it has come by now.

        Where nobody is there to hold it, it comes to the others at once.
        """
        people = {each.email: each for each in self._responsible(review)}
        overdue = (self.moment.today - review.due_on).days
        above = review.escalate_to or schedule.escalates_to
        escalates = overdue >= schedule.escalates_after
        if above and (escalates or not people):
            since = schedule.escalates_after if escalates else None
            for holder in self._holders(above, review.agency):
                people.setdefault(holder.person.email, _Hearer(holder.person.email, since))
        return list(people.values())

    def _responsible(self, review: Review) -> list[_Hearer]:
        """The line manager of the service itself, where the roster knows them; else the role.

        Who stands in for somebody who is away hears of what comes meanwhile, and of no more.
        """
        if review.kind == ReviewKind.TOLLGATE_5:
            named = select(Service.line_manager).where(Service.key == review.subject)
            person = self.roster.there(self.session.scalar(named), self.moment.today)
            if person is not None:
                return [_Hearer(person.email)]
        holders = self._holders(review.role, review.agency)
        return [_Hearer(each.person.email, waits=each.stands_in) for each in holders]

    def _holders(self, role: str, agency: str | None) -> Sequence[Holder]:
        return self.roster.holders(role, agency, self.moment.today)


def _prepared(session: Session, review: Review, moment: Moment) -> str:
    """Return what those who hold a review have before them, as paragraphs."""
    places = [each.location for each in prepared_for(session, review)]
    laid = "\n".join(["It is prepared:", *places]) if places else ""
    paragraphs = (laid, candidates_for(session, review, moment))
    return "".join(f"\n\n{each}" for each in paragraphs if each)


def _event(review: Review, step: str, prepared: str, moment: Moment) -> Event:
    """Return the reminder of a step, by which it is told once, or of the person it is late for."""
    overdue = (moment.today - review.due_on).days
    data = {
        "review": {"id": review.id, "kind": review.kind, "subject": review.subject},
        "title": review.title,
        "role": review.role,
        "due_on": review.due_on.isoformat(),
        "days_overdue": overdue,
    }
    key = f"review.due/{review.id}/{review.due_on}/{step}/{review.version}"
    text = _text(review, prepared, overdue)
    letter = Letter(f"{_when(overdue)}: {review.title}", text)
    return Event(EventType.REVIEW_DUE, key, f"reviews/{review.id}", data, moment.now, letter)


def _when(overdue: int) -> str:
    if overdue == 0:
        return "Review today"
    days = f"{abs(overdue)} day{'' if abs(overdue) == 1 else 's'}"
    return f"Review overdue by {days}" if overdue > 0 else f"Review in {days}"


def _text(review: Review, prepared: str, overdue: int) -> str:
    is_due = "was due" if overdue > 0 else "is due"
    return (
        f"{review.title}: the review {is_due} on {review.due_on.isoformat()}.{prepared}"
        f"\n\nIt is for: {review.role}. Once it was held, record it:"
        f" `review complete {review.id} --due {review.due_on.isoformat()} --outcome …`,"
        f" or POST /api/v1/reviews/{review.id}/complete."
    )
