"""Setting up a review by hand: of something that is there, from a day on that is to come, once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.moment import Moment
from model.review_subjects import require_free
from model.reviews import NewReview, Review, set_up
from model.services import Service
from rules.errors import BadFields, NameTaken
from rules.field_problem import FieldProblem
from rules.review_rules import ReviewKind


def set_up_by_hand(session: Session, new: NewReview, new_id: str, moment: Moment) -> Review:
    """Set up a review that somebody asks for. Needs a `transaction()`.

    One that has ended goes on as it is asked for now, under the id that it has, at a new version.

    Raises:
        NameTaken: one of that kind and subject goes on already, whatever else it says.
        BadFields: unsound texts, no period, a day that has passed, a service that is not there.
    """
    require_free(new.subject)
    new.require_sound()
    if problems := [*_problems(session, new, moment)]:
        raise BadFields(problems)
    ours = (Review.kind == new.kind.value, Review.subject == new.subject)
    there = session.scalar(select(Review).where(*ours).with_for_update())
    if there is not None and there.ended_at is None:
        raise _taken(there)
    review = set_up(session, new, new_id, moment.now)
    if there is None and review.id != new_id:
        # Somebody set up the same at this very moment.
        raise _taken(review)
    return review


def _problems(session: Session, new: NewReview, moment: Moment) -> Iterator[FieldProblem]:
    if new.anchor < moment.today:
        yield FieldProblem("/first_on", f"has passed: today is {moment.today}")
    if new.kind is ReviewKind.SERVICE_LEVEL:
        service = select(Service.id).where(Service.key == new.subject)
        if session.scalar(service) is None:
            yield FieldProblem("/subject", f"there is no service `{new.subject}`")


def _taken(review: Review) -> NameTaken:
    return NameTaken(
        f"the review `{review.id}` is of that kind and subject already: change that one,"
        f" by PATCH /api/v1/reviews/{review.id}"
    )
