"""Changing and ending the reviews that somebody set up by hand.

All others follow what they are about, and are changed there: the tick would put them back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from model.moment import Moment
from model.review_subjects import OF_AGREEMENTS, OF_IMPROVEMENTS, is_ruled
from model.reviews import (
    UNPLANNED,
    NewReview,
    Review,
    await_occurrence,
    end_review,
    find_review,
)
from rules.errors import BadFields, ReviewEnded, ReviewFollowsRule
from rules.field_problem import FieldProblem
from rules.review_rules import EARLIEST, LATEST, ReviewKind

Require = Callable[[int], None]
"""Refuses, by raising, the version that there is."""

_WORDS = ("title", "role", "agency", "escalate_to")
_DAYS = ("due_on", "every")
_SOUND = NewReview(ReviewKind.SERVICE_LEVEL, "any", "any", "any", EARLIEST, "P1D")
"""What is asked about what stays as it is: nothing."""


def change_review(
    session: Session,
    review_id: str,
    changes: Mapping[str, object],
    require: Require,
    moment: Moment,
) -> Review:
    """Change some of a review: what it is called, whose it is, its days. In a `transaction()`.

    The occurrence that is awaited falls on `due_on`, and those after it count from there, by
    `every`. What changes nothing makes no new version.

    Raises:
        UnknownRecord: there is no such review.
        ReviewFollowsRule: nobody set it up by hand.
        ReviewEnded: it has ended.
        BadFields: unsound texts, no period, a day beyond the calendar, or one that has passed.
        and what `require` raises.
    """
    review = _by_hand(session, review_id, require)
    if review.ended_at is not None:
        raise ReviewEnded(f"the review `{review_id}` has ended")
    others = {name: new for name, new in changes.items() if new != getattr(review, name)}
    _require_sound(others, moment)
    for name in _WORDS:
        setattr(review, name, others.get(name, getattr(review, name)))
    if others.keys() & {*_DAYS}:
        review.anchor = cast("date", others.get("due_on", review.due_on))
        review.every = str(others.get("every", review.every))
        review.shift = review.number
    if "due_on" in others:
        await_occurrence(session, review, 0, moment.now)
    elif others:
        # Whoever it is for now may not have heard of it.
        review.version, review.remind_on = review.version + 1, UNPLANNED
        review.changed_at = moment.now
    session.flush()
    return review


def end_by_hand(session: Session, review_id: str, require: Require, now: datetime) -> Review:
    """Have a review end: nobody is reminded any more; ended again, it stays as it is.

    Raises:
        UnknownRecord: there is no such review.
        ReviewFollowsRule: nobody set it up by hand.
        and what `require` raises.
    """
    review = _by_hand(session, review_id, require)
    if review.ended_at is None:
        end_review(session, review, now)
        session.flush()
    return review


def _by_hand(session: Session, review_id: str, require: Require) -> Review:
    review = find_review(session, review_id, lock=True)
    where = _followed(review)
    if where is not None:
        raise ReviewFollowsRule(f"this review follows {where}")
    require(review.version)
    return review


def _followed(review: Review) -> str | None:
    """Return what a review follows, and where that is changed; `None`: it was set up by hand."""
    about = review.subject.partition("/")[2].partition("/")[0]
    if review.subject.startswith(OF_AGREEMENTS):
        return f"its agreement: change that, by PATCH /api/v1/agreements/{about}"
    if review.subject.startswith(OF_IMPROVEMENTS):
        return f"its improvement: change that, by PATCH /api/v1/improvements/{about}"
    if is_ruled(review.subject):
        return f"the rules: change `{about}` in `reviews.yaml`, and publish that"
    if review.kind == ReviewKind.POLICY:
        file = f"change `review`, `owner` or `title` of `{review.subject}` there, and publish that"
        return f"the rule file of what it is about: {file}"
    if review.kind == ReviewKind.TOLLGATE_5:
        service = f"PATCH /api/v1/services/{review.subject}"
        return f"its service: change `review_every`, by {service}"
    return None


def _require_sound(others: Mapping[str, object], moment: Moment) -> None:
    """Refuse what cannot be kept; what was taken once and stays is not asked about."""
    asked: dict[str, Any] = {name: new for name, new in others.items() if name != "due_on"}
    replace(_SOUND, **asked).require_sound()
    due_on = cast("date", others.get("due_on", EARLIEST))
    if not EARLIEST <= due_on <= LATEST:
        between = f"must be between {EARLIEST} and {LATEST}"
        raise BadFields([FieldProblem("/due_on", between)])
    if "due_on" in others and due_on < moment.today:
        raise BadFields([FieldProblem("/due_on", f"has passed: today is {moment.today}")])
