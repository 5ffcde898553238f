"""Reviews that come with what they are about: policies, services in operation, what rules say.

A policy is reviewed as often as its file says (the SOP: every year), by its owner; the business
case of a service at toll-gate 5 as often as was agreed or, where nobody agreed on anything, as
`reviews.yaml` says; the catalogue, the portfolio and the like as that says, and each portfolio that
there is once more by itself. What is gone is reviewed no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from model.business_case_reviews import note_sessions
from model.locking import hold
from model.moment import Moment
from model.portfolios import Portfolio
from model.review_subjects import RULED, of_portfolio
from model.reviews import (
    NewReview,
    Review,
    change_recurrence,
    end_review,
    rename,
    set_up_as_taken,
)
from model.revisions import book_of, live_revision
from model.services import Service
from model.texts import LONGEST_NAME
from model.whom_to_ask import LINE_MANAGER
from rules.errors import BadFields
from rules.review_rules import ReviewKind, ReviewRules, StandingReview
from rules.rule_book import RuleBook
from rules.values import LONGEST_TEXT

_KINDS = (ReviewKind.POLICY, ReviewKind.TOLLGATE_5)
_IN_OPERATION = ("operate", "improve")


def keep_standing_reviews(
    session: Session, moment: Moment, new_id: Callable[[], str], zone: tzinfo
) -> tuple[str, ...]:
    """Set up, change and end these reviews so that there is one for each. Needs a `transaction()`.

    Return the subjects of those that cannot be kept as they are written.

    The first falls one period after the day on which it was set up.
    """
    hold(session, "standing reviews")
    revision = live_revision(session)
    book = None if revision is None else book_of(session, revision)
    rules = ReviewRules() if book is None else book.reviews
    schedule = rules.schedule_of(ReviewKind.TOLLGATE_5)
    wanted = {(new.kind, new.subject): new for new in _wanted(session, book, rules, moment)}
    unsound = [key for key, new in wanted.items() if not _is_sound(new)]
    of_kind = Review.kind.in_([kind.value for kind in _KINDS])
    ours = select(Review).where(or_(of_kind, Review.subject.startswith(RULED)))
    # Nobody holds or changes one meanwhile: what is read here is what is changed below.
    locked = session.scalars(ours.order_by(Review.id).with_for_update())
    there = {(ReviewKind(r.kind), r.subject): r for r in locked}
    for key, review in there.items():
        if key not in wanted and review.ended_at is None:
            end_review(session, review, moment.now)
    for key in unsound:
        del wanted[key]
    for key, new in wanted.items():
        there[key] = _kept(session, new, there.get(key), new_id, moment)
    cases = [there[key] for key in wanted if key[0] is ReviewKind.TOLLGATE_5]
    note_sessions(session, cases, schedule, zone)
    session.flush()
    return tuple(subject for _, subject in unsound)


def _kept(
    session: Session,
    new: NewReview,
    review: Review | None,
    new_id: Callable[[], str],
    moment: Moment,
) -> Review:
    """Return the review as it is to be; one that goes on and is so costs no statement."""
    is_ruled = new.subject.startswith(RULED)
    if review is None or review.ended_at is not None:
        review = set_up_as_taken(session, new, new_id(), moment.now, 0 if is_ruled else 1)
    names = {each: getattr(new, each) for each in ("title", "role", "agency", "escalate_to")}
    rename(review, moment.now, **names)
    anchor = new.anchor if is_ruled else review.anchor
    change_recurrence(session, review, anchor, new.every, moment)
    return review


def _is_sound(new: NewReview) -> bool:
    """Whether a review can be kept: one that cannot stays as it is, and stops no other."""
    try:
        new.require_sound()
    except BadFields:
        return False
    return True


def _wanted(
    session: Session, book: RuleBook | None, rules: ReviewRules, moment: Moment
) -> Iterator[NewReview]:
    if book is not None:
        yield from _ruled(book, moment)
        yield from _of_portfolios(session, rules)
    live = select(Service).where(Service.phase.in_(_IN_OPERATION), Service.rejected.is_(False))
    for service in session.scalars(live.order_by(Service.id)):
        title = f"The business case of “{service.name[:LONGEST_NAME]}” (toll-gate 5)"
        every = service.review_every or rules.business_case_every
        yield NewReview(
            ReviewKind.TOLLGATE_5, service.key, title, LINE_MANAGER, moment.today, every
        )


def _ruled(book: RuleBook, moment: Moment) -> Iterator[NewReview]:
    for policy in book.policies.values():
        title = f"The policy “{policy.title}”"
        yield NewReview(
            ReviewKind.POLICY, policy.name, title, policy.owner, moment.today, policy.review
        )
    for routing in book.routings.values():
        title = f"The routing “{routing.title}”"
        yield NewReview(
            ReviewKind.POLICY, routing.name, title, routing.owner, moment.today, routing.review
        )
    for each in book.reviews.standing:
        yield _standing(each, each.name, each.title)


def _of_portfolios(session: Session, rules: ReviewRules) -> Iterator[NewReview]:
    """Yield a review of each portfolio beside that of what is in none (MTC practice 1)."""
    standing = [each for each in rules.standing if each.kind is ReviewKind.PORTFOLIO]
    if not standing:
        return
    for portfolio in session.scalars(select(Portfolio).order_by(Portfolio.id)):
        whose = f"“{portfolio.name[:LONGEST_NAME]}” of {portfolio.owner}"
        for each in standing:
            title = f"The portfolio {whose}: {each.title}"[:LONGEST_TEXT]
            yield _standing(each, of_portfolio(each.name, portfolio.key), title)


def _standing(rule: StandingReview, subject: str, title: str) -> NewReview:
    return NewReview(
        rule.kind,
        f"{RULED}{subject}",
        title,
        rule.role,
        rule.first_on,
        rule.every,
        rule.agency,
        rule.escalate_to,
    )
