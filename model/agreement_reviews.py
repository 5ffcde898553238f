"""Reviews of agreements: again and again while one is in force, and whenever something happens.

What happens is a target that was missed, a last day for notice that is near, and the end of a
contract beneath. Each leads to one review, which is held once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreements import Agreement, all_agreements, beneath
from model.locking import hold
from model.moment import Moment
from model.reviews import NewReview, Review, ReviewKind, change_recurrence, end_review, set_up
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence

DAYS_TO_REVIEW = timedelta(days=7)
"""So long after it was set up, the review of what happened is due."""
SEEN_AHEAD = timedelta(days=30)
"""So long before a last day for notice, or an end beneath, its review is set up."""

_IDS = UUID("5b0c2c3e-6f5e-4a57-9d2f-0f6f6f1f7c11")
_LOCK = "standing reviews"


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A day that comes: `key` names it for good."""

    key: str
    why: str
    day: date


def keep_agreement_reviews(session: Session, moment: Moment) -> None:
    """See to it that every agreement has the reviews that it needs now. Needs a `transaction()`."""
    hold(session, _LOCK)
    agreements = all_agreements(session)
    under = beneath(session, [each.id for each in agreements])
    there = _reviews_of(session, agreements)
    for agreement in agreements:
        review = there.get(subject_of(agreement))
        if agreement.is_in_force(moment.today):
            _keep_standing(session, agreement, moment)
            coming = list(_ahead(agreement, under[agreement.id], moment.today))
            for each in coming:
                due_on = max(moment.today, min(moment.today + DAYS_TO_REVIEW, each.day))
                _review_once(session, agreement, each.key, each.why, due_on, moment)
            _end_what_was_put_off(session, agreement, coming, moment)
        elif review is not None and review.ended_at is None:
            end_review(review, moment.now)
    session.flush()


def review_breach(
    session: Session, agreement: Agreement, metric: str, day: date, why: str, moment: Moment
) -> None:
    """Have a target that was missed on a day reviewed. Needs a `transaction()`.

    There is one review for each metric and period of its target: whatever else is missed within
    the period is looked at in that one. What is agreed no more is reviewed as often as the whole.
    """
    periods = {each.metric: each.period for each in agreement.agreed_targets}
    every = periods.get(metric, agreement.review_every)
    since = _first_day(Recurrence(agreement.starts_on, Period.read(every)), day)
    key = f"breach/{metric}/{since.isoformat()}"
    why = f"{metric} was missed: {why}"
    _review_once(session, agreement, key, why, moment.today + DAYS_TO_REVIEW, moment)


def _first_day(periods: Recurrence, day: date) -> date:
    """Return the first day of the period that a day is in."""
    number = periods.number_on_or_after(day)
    first = periods.occurrence(number)
    return periods.occurrence(number - 1) if first > day and number else first


def subject_of(agreement: Agreement) -> str:
    """Return what the reviews of an agreement are about."""
    return f"agreements/{agreement.id}"


def _reviews_of(session: Session, agreements: Sequence[Agreement]) -> dict[str, Review]:
    ours = select(Review).where(
        Review.kind == ReviewKind.SERVICE_LEVEL, Review.subject.startswith("agreements/")
    )
    subjects = {subject_of(each) for each in agreements}
    return {each.subject: each for each in session.scalars(ours) if each.subject in subjects}


def _keep_standing(session: Session, agreement: Agreement, moment: Moment) -> None:
    new = NewReview(
        ReviewKind.SERVICE_LEVEL,
        subject_of(agreement),
        agreement.title,
        agreement.role,
        agreement.starts_on,
        agreement.review_every,
        agreement.agency,
    )
    falls = Recurrence(new.anchor, Period.read(new.every))
    # On its first day there is nothing to look back on.
    first = max(1, falls.number_on_or_after(moment.today))
    review = set_up(session, new, _id_of(new.subject), moment.now, first)
    review.title, review.role, review.agency = new.title, new.role, new.agency
    change_recurrence(review, new.anchor, new.every, moment.today)


def _ahead(agreement: Agreement, under: Sequence[Agreement], today: date) -> Iterator[_Ahead]:
    renewal = agreement.renewal
    if renewal is not None and agreement.notice:
        end, day = renewal.current_end(today), renewal.notice_day(today)
        if end is not None and day is not None and day - SEEN_AHEAD <= today:
            then = "renews itself" if renewal.term else "ends"
            why = f"the last day for notice is {day}, and it {then} on {end}"
            yield _Ahead(f"notice/{day}", why, day)
    for each in under:
        end = each.last_day
        if end is not None and end - SEEN_AHEAD <= today:
            yield _Ahead(f"end/{each.id}/{end}", f"beneath it, “{each.name}” ends on {end}", end)


def _review_once(
    session: Session, agreement: Agreement, key: str, why: str, due_on: date, moment: Moment
) -> None:
    """Set up the review of something that happened, unless there is or was one of that key."""
    hold(session, _LOCK)
    subject = f"{subject_of(agreement)}/{key}"
    same = (Review.kind == ReviewKind.SERVICE_LEVEL, Review.subject == subject)
    if session.scalar(select(Review.id).where(*same)) is not None:
        return
    new = NewReview(
        ReviewKind.SERVICE_LEVEL,
        subject,
        f"{agreement.title}: {why}",
        agreement.role,
        due_on,
        agreement.review_every,
        agreement.agency,
        once=True,
    )
    set_up(session, new, _id_of(subject), moment.now)


def _end_what_was_put_off(
    session: Session, agreement: Agreement, coming: Sequence[_Ahead], moment: Moment
) -> None:
    """End the reviews of days that were to come, and now come later or never."""
    home = subject_of(agreement)
    still = {f"{home}/{each.key}" for each in coming}
    waiting = select(Review).where(
        Review.kind == ReviewKind.SERVICE_LEVEL, Review.once, Review.ended_at.is_(None)
    )
    for what in ("notice", "end"):
        of_days = waiting.where(Review.subject.startswith(f"{home}/{what}/"))
        for review in session.scalars(of_days):
            day = date.fromisoformat(review.subject.rpartition("/")[2])
            if review.subject not in still and day > moment.today:
                end_review(review, moment.now)


def _id_of(subject: str) -> str:
    """Return the id of the review of a subject: the same in whichever process sets it up."""
    return str(uuid5(_IDS, subject))
