"""Reviews that come with what they are about: policies, services in operation, what rules say.

A policy is reviewed as often as its file says (the SOP: every year), by its owner; the business
case of a service at toll-gate 5 as often as was agreed or, where nobody agreed on anything, as
`reviews.yaml` says; the catalogue, the portfolio and the like as that says, and each portfolio that
there is once more by itself. What is gone is reviewed no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from model.agreement_reviews import LOCK
from model.business_case_reviews import note_sessions
from model.locking import hold
from model.moment import Moment
from model.portfolios import Portfolio
from model.review_subjects import OF_PORTFOLIOS, RULED, is_ruled, of_portfolio
from model.reviews import (
    NewReview,
    Review,
    Unmade,
    change_recurrence,
    end_review,
    rename,
    set_up_as_taken,
    set_up_unless_there,
)
from model.revisions import book_of, live_revision
from model.services import Service
from model.texts import LONGEST_NAME
from model.whom_to_ask import LINE_MANAGER
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence
from rules.errors import BadFields
from rules.review_rules import ReviewKind, ReviewRules, StandingReview
from rules.rule_book import RuleBook
from rules.values import LONGEST_TEXT

_KINDS = (ReviewKind.POLICY, ReviewKind.TOLLGATE_5)
_IN_OPERATION = ("operate", "improve")
_OF_SERVICES = ReviewKind.TOLLGATE_5
_NAMES = ("title", "role", "agency", "escalate_to")
AT_ONCE = 500
"""How many reviews one transaction sets up, changes or ends."""

Key = tuple[ReviewKind, str]
"""What tells a review from all others: its kind and its subject."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The subjects of reviews that cannot be kept as they are written; `more`: others still can."""

    unsound: tuple[str, ...]
    more: bool


def keep_standing_reviews(
    session: Session,
    moment: Moment,
    new_id: Callable[[], str],
    zone: tzinfo,
    most: int = AT_ONCE,
) -> Kept:
    """Set up, change and end up to `most` of these reviews, so that there is one for each.

    With `more` do it again, in another transaction: others wait for the reviews meanwhile. The
    first falls one period after the day on which it was set up. Needs a `transaction()`.
    """
    hold(session, LOCK)
    revision = live_revision(session)
    book = None if revision is None else book_of(session, revision)
    rules = ReviewRules() if book is None else book.reviews
    wanted = {(new.kind, new.subject): new for new in _wanted(session, book, rules, moment)}
    unsound = {key for key, new in wanted.items() if not _is_sound(new)}
    there = _there(session)
    sound = {key: new for key, new in wanted.items() if key not in unsound}
    changes = _Changes(
        [each for key, each in there.items() if key not in wanted and each.ended_at is None],
        [new for key, new in sound.items() if key not in there],
        [(there[key], new) for key, new in sound.items() if _differs(there.get(key), new)],
    )
    changes.make(session, new_id, moment, most)
    session.flush()
    if not (more := changes.many > most):
        cases = [each for key, each in there.items() if key in sound and key[0] is _OF_SERVICES]
        note_sessions(session, cases, rules.schedule_of(_OF_SERVICES), zone)
        session.flush()
    return Kept(tuple(sorted(subject for _, subject in unsound)), more)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is otherwise than it is to be: reviews to end, to set up, and to have as they are."""

    gone: Sequence[Review]
    unmade: Sequence[NewReview]
    others: Sequence[tuple[Review, NewReview]]

    @property
    def many(self) -> int:
        """How many there are."""
        return len(self.gone) + len(self.unmade) + len(self.others)

    def make(self, session: Session, new_id: Callable[[], str], moment: Moment, most: int) -> None:
        """Make up to `most` of them."""
        for review in self.gone[:most]:
            end_review(session, review, moment.now)
        left = max(0, most - len(self.gone))
        unmade = [Unmade(new, new_id(), _first(new, moment)) for new in self.unmade[:left]]
        if unmade:
            set_up_unless_there(session, unmade, moment.now)
        for review, new in self.others[: max(0, left - len(unmade))]:
            _change(session, review, new, moment)


def _change(session: Session, review: Review, new: NewReview, moment: Moment) -> None:
    """Have a review be as it is to be."""
    if review.ended_at is not None:
        set_up_as_taken(session, new, review.id, moment.now, _first(new, moment))
    rename(review, moment.now, **{each: getattr(new, each) for each in _NAMES})
    anchor = new.anchor if is_ruled(new.subject) else review.anchor
    change_recurrence(session, review, anchor, new.every, moment)


def _first(new: NewReview, moment: Moment) -> int:
    """Return which occurrence is awaited first: on the day that rules name, or a period later.

    What there was not yet on that day, as a portfolio, was not to be reviewed then.
    """
    if not is_ruled(new.subject):
        return 1
    if not new.subject.startswith(OF_PORTFOLIOS):
        return 0
    return Recurrence(new.anchor, Period.kept(new.every)).number_on_or_after(moment.today)


def _there(session: Session) -> Mapping[Key, Review]:
    """Return the reviews of these kinds that there are; nobody holds or changes one meanwhile."""
    of_kind = Review.kind.in_([kind.value for kind in _KINDS])
    ruled = (Review.subject.startswith(each) for each in (RULED, OF_PORTFOLIOS))
    ours = select(Review).where(or_(of_kind, *ruled))
    locked = session.scalars(ours.order_by(Review.id).with_for_update())
    return {(ReviewKind(r.kind), r.subject): r for r in locked}


def _differs(review: Review | None, new: NewReview) -> bool:
    """Whether there is a review, and it is not as it is to be; of one that is nothing is asked."""
    if review is None:
        return False
    if review.ended_at is not None or review.every != new.every:
        return True
    names = (*_NAMES, "anchor") if is_ruled(new.subject) else _NAMES
    return any(getattr(review, name) != getattr(new, name) for name in names)


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
        yield _standing(each, f"{RULED}{each.name}", each.title)


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
        subject,
        title,
        rule.role,
        rule.first_on,
        rule.every,
        rule.agency,
        rule.escalate_to,
    )
