"""Reviews of breaches that turn out to be none: corrected, or in time by a late event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreement_reviews import LOCK, hold_reviews, span_of, subject_of
from model.agreements import Agreement, all_agreements, find_agreement
from model.apart import Failed, apart
from model.breach_reviews import last_holding, missed, named_in, ran_out
from model.locking import try_hold
from model.measurements import missed_between
from model.review_subjects import BREACH, OF_AGREEMENTS, metric_and_day
from model.reviews import UNPLANNED, Review, end_review, rename
from model.timers_kept import first_run_out
from model.uncounted_results import are_uncounted
from rules.review_rules import ReviewKind

_ANY_ZONE = timedelta(hours=14)
"""No zone is further from UTC: a timer that ran out so near to some days may belong to them."""
_KNOWN = timedelta(minutes=1)
"""What came so shortly before a review was held, whoever held it may not have known of."""


def end_cleared_breaches(session: Session, now: datetime, of: Agreement | None = None) -> None:
    """End what is to be reviewed of a breach, where none is left; its letters are taken back.

    One that was held stays; so does one of which it is not counted yet whether any is left. One
    that is to be held again is about what came since. Where the miss that it names is gone and
    another is left, it names that. What somebody else has in hand is left to the next look. `of`:
    those of one agreement alone. Needs a `transaction()`.
    """
    hold_reviews(session)
    agreements = {subject_of(each): each for each in ([of] if of else all_agreements(session))}
    for review in _going_on(session, f"{subject_of(of)}/{BREACH}" if of else OF_AGREEMENTS):
        subject, metric, first = metric_and_day(review.subject)
        if (agreement := agreements.get(subject)) is not None:
            _see_to(session, agreement, review, metric, first, now)
    session.flush()


def end_undone_breaches(session: Session, agreement_id: str, now: datetime) -> None:
    """Do so of one agreement, in the transaction of the event that took back a timer's breach.

    It waits for nobody: what is being seen to, held or changed meanwhile is left to the tick, and
    so is what cannot be seen to, of which the tick says why.
    """
    unsaid: Failed = {}
    if try_hold(session, LOCK):
        with apart(session, agreement_id, unsaid):
            end_cleared_breaches(session, now, find_agreement(session, agreement_id))


def _going_on(session: Session, begin: str) -> Sequence[Review]:
    """Return the reviews of breaches that go on and nobody has in hand, if they begin so."""
    ours = select(Review).where(
        Review.kind == ReviewKind.SERVICE_LEVEL,
        Review.subject.startswith(begin, autoescape=True),
        Review.subject.contains(f"/{BREACH}"),
        Review.ended_at.is_(None),
    )
    locked = ours.order_by(Review.id).with_for_update(skip_locked=True)
    return session.scalars(locked).all()


def _see_to(
    session: Session,
    agreement: Agreement,
    review: Review,
    metric: str,
    first: date,
    now: datetime,
) -> None:
    begins, after = span_of(agreement, metric, first)
    # The period may have been another when it was set up: which days it looks at is not known
    # then; and what was missed since this look began is not seen by it.
    is_unseen = begins != first or (review.changed_at or now) > now
    if is_unseen or are_uncounted(session, agreement.id, metric):
        return
    holding = last_holding(session, review.subject)
    unseen = None if holding is None else holding.held_at - _KNOWN
    span = first, after - timedelta(days=1)
    left = [each.missed for each in missed_between(session, agreement.id, metric, *span, unseen)]
    named = named_in(review.title)
    timer_id = _first_run_out(session, agreement, metric, first, after, now, unseen, named)
    left += [ran_out(timer_id)] if timer_id else []
    if left:
        said = [missed(metric, each, holding) for each in left]
        _name_one_of(review, [f"{agreement.title}: {each}" for each in said], now)
    else:
        end_review(session, review, now)


def _name_one_of(review: Review, titles: Sequence[str], now: datetime) -> None:
    if review.title not in titles:
        rename(review, now, title=titles[0])
        review.remind_on = UNPLANNED


def _first_run_out(
    session: Session,
    agreement: Agreement,
    metric: str,
    first: date,
    after: date,
    now: datetime,
    unseen: datetime | None,
    rather: str,
) -> str | None:
    """Return a timer whose time ran out on those days, by what holds now."""
    since = datetime.combine(first, time(), UTC) - _ANY_ZONE
    until = datetime.combine(after, time(), UTC) + _ANY_ZONE
    return first_run_out(
        session, agreement.id, metric, since, until, now, unseen=unseen, rather=rather
    )
