"""Reviews: what is looked at again and again, when next, and every time that it was.

Occurrence k falls on the anchor and k periods, however late the one before was held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, RowNumber
from model.cursors import rows_after
from model.database import Base
from model.moment import Moment
from model.outbox import EventType, take_back
from model.review_subjects import RULED
from model.texts import LONGEST_NAME, require_texts
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence
from rules.errors import BadFields, FieldProblem, ReviewHeldAlready, UnknownRecord
from rules.review_rules import EARLIEST, LATEST, ReviewKind
from rules.values import LONGEST_TEXT

LONGEST_PAGE = 200
UNPLANNED = date.min
"""The day of a reminder that is still to be worked out, by the rules of reviews."""
_GOES_ON = text("ended_at IS NULL")


class Review(Base):
    """Something that is reviewed; occurrence `number`, on `due_on`, is the one that is awaited.

    `remind_on`: the day of its next reminder, or `UNPLANNED`; `reminded_on`: the day on
    which people last heard of the awaited occurrence. `version` grows with every change of it, at
    `changed_at`.
    `once`: it is held once, on its anchor, whatever `every` says, and ends with that. `number`
    counts on when the days change: `shift` is how far it is ahead of the recurrence.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        *(
            Index(None, column, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON)
            for column in ("due_on", "remind_on")
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(LONGEST_NAME))
    title: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(LONGEST_NAME))
    agency: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    escalate_to: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    anchor: Mapped[date]
    every: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(RowNumber)
    due_on: Mapped[date]
    version: Mapped[int] = mapped_column(RowNumber)
    remind_on: Mapped[date]
    reminded_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    once: Mapped[bool] = mapped_column(default=False, server_default=false())
    shift: Mapped[int] = mapped_column(RowNumber, default=0, server_default=text("0"))

    @property
    def recurrence(self) -> Recurrence:
        """On which days it falls."""
        return Recurrence(self.anchor, Period.read(self.every))

    @property
    def before(self) -> date | None:
        """The day of the occurrence before the one that is awaited."""
        place = self.number - self.shift
        return self.recurrence.occurrence(place - 1) if place else None


@append_only
class HeldReview(Base):
    """A review that was held: which occurrence, when, by whom, and what came of it."""

    __tablename__ = "held_reviews"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    number: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    due_on: Mapped[date]
    held_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(LONGEST_NAME))
    note: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review to set up: who (a role, of an agency) reviews what, first on `anchor`."""

    kind: ReviewKind
    subject: str
    title: str
    role: str
    anchor: date
    every: str
    agency: str | None = None
    escalate_to: str | None = None
    once: bool = False

    def require_sound(self) -> None:
        """Refuse texts that cannot be kept, and periods that are none.

        Raises:
            BadFields: with one problem for each.
        """
        names = ("subject", "role", "agency", "escalate_to")
        texts = {f"/{name}": (getattr(self, name), LONGEST_NAME) for name in names}
        require_texts({**texts, "/title": (self.title, LONGEST_TEXT)})
        try:
            Period.read(self.every)
        except ValueError as error:
            raise BadFields([FieldProblem("/every", str(error))]) from None
        if not EARLIEST <= self.anchor <= LATEST:
            between = f"must be between {EARLIEST} and {LATEST}"
            raise BadFields([FieldProblem("/first_on", between)])


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews, the soonest first; `next`: the cursor of those after them."""

    reviews: tuple[Review, ...]
    next: str | None


def set_up(session: Session, new: NewReview, new_id: str, now: datetime, first: int = 0) -> Review:
    """Set up a review whose first occurrence has number `first`. Needs a `transaction()`.

    One that there is already, and that has ended, goes on; of one that goes on, nothing changes.

    Raises:
        BadFields: unsound texts, or no period.
    """
    new.require_sound()
    ours = (Review.kind == new.kind.value, Review.subject == new.subject)
    review = session.scalar(select(Review).where(*ours).with_for_update())
    if review is not None and review.ended_at is None:
        return review
    if review is None:
        review = Review(id=new_id, kind=new.kind.value, subject=new.subject, version=0)
        review.once, review.created_at, review.number = new.once, now, first
        session.add(review)
    # What was held before has its numbers already.
    review.shift = review.number - first
    review.title, review.role, review.agency = new.title, new.role, new.agency
    review.escalate_to, review.ended_at = new.escalate_to, None
    review.anchor, review.every = new.anchor, new.every
    _await(session, review, first, now)
    session.flush()
    return review


def change_recurrence(
    session: Session, review: Review, anchor: date, every: str, moment: Moment
) -> None:
    """Have a review fall on other days: the first of those that is not past is awaited.

    One that is overdue stays so, or falls on the first of those days since it was due.
    """
    if (anchor, every) == (review.anchor, review.every):
        return
    since = min(review.due_on, moment.today)
    if review.before is not None:
        since = max(since, review.before + timedelta(days=1))
    review.anchor, review.every = anchor, every
    # What rules name falls on its first day; all else is reviewed a period after it begins.
    lowest = 0 if review.subject.startswith(RULED) else 1
    place = max(lowest, review.recurrence.number_on_or_after(since))
    # The number stays: no other occurrence ever has it, whatever the days become.
    review.shift = review.number - place
    _await(session, review, place, moment.now)


def hold_review(
    session: Session,
    review_id: str,
    due_on: date,
    outcome: str,
    note: str | None,
    by: str,
    moment: Moment,
) -> Review:
    """Record that a review was held; the next falls from the anchor. Needs a `transaction()`.

    `due_on`: the occurrence that it was. Those that were missed meanwhile are not made up for.

    Raises:
        UnknownRecord: there is no such review.
        ReviewHeldAlready: that occurrence is not the one that is awaited.
        BadFields: unsound texts.
    """
    require_texts({"/outcome": (outcome, LONGEST_NAME), "/note": (note, LONGEST_TEXT),
                   "/by": (by, LONGEST_NAME)})  # fmt: skip
    review = find_review(session, review_id, lock=True)
    if review.ended_at is not None or review.due_on != due_on:
        awaited = "it has ended" if review.ended_at else f"the one of {review.due_on} is awaited"
        raise ReviewHeldAlready(f"the review of {due_on} cannot be held: {awaited}")
    session.add(
        HeldReview(
            review_id=review.id,
            number=review.number,
            due_on=review.due_on,
            held_at=moment.now,
            outcome=outcome,
            note=note,
            by=by,
        )
    )
    if review.once:
        review.number += 1
        end_review(session, review, moment.now)
    else:
        tomorrow = max(moment.today, review.due_on) + timedelta(days=1)
        following = review.number - review.shift + 1
        place = max(following, review.recurrence.number_on_or_after(tomorrow))
        _await(session, review, place, moment.now)
    session.flush()
    return review


def end_review(session: Session, review: Review, now: datetime) -> None:
    """Have a review end: what it was about is no more."""
    review.ended_at = review.changed_at = now
    review.version += 1
    _take_back_reminders(session, review)


def find_review(session: Session, review_id: str, *, lock: bool = False) -> Review:
    """Return a review.

    Raises:
        UnknownRecord: there is no such review.
    """
    review = session.get(Review, review_id, with_for_update=lock or None)
    if review is None:
        raise UnknownRecord(f"there is no review `{review_id}`")
    return review


def reviews_due(session: Session, before: date | None, after: str | None, limit: int) -> ReviewPage:
    """Return up to `limit` (at most 200) reviews that go on, the soonest first.

    `before`: only those due before this day.

    Raises:
        BadFields: `after` is not a cursor.
    """
    query = select(Review).where(Review.ended_at.is_(None))
    if before is not None:
        query = query.where(Review.due_on < before)
    found, following = rows_after(session, query, Review, Review.due_on, after, limit)
    return ReviewPage(tuple(found), following)


def held_of(session: Session, review: Review, limit: int = LONGEST_PAGE) -> Sequence[HeldReview]:
    """Return the times that a review was held, the latest first."""
    ours = select(HeldReview).where(HeldReview.review_id == review.id)
    return session.scalars(ours.order_by(HeldReview.number.desc()).limit(limit)).all()


def _await(session: Session, review: Review, place: int, now: datetime) -> None:
    review.number = place + review.shift
    review.due_on = review.recurrence.occurrence(place)
    review.remind_on, review.reminded_on = UNPLANNED, None
    _take_back_reminders(session, review)
    review.version += 1
    review.changed_at = now


def _take_back_reminders(session: Session, review: Review) -> None:
    """Nobody is told any more what need not be done any more."""
    take_back(session, EventType.REVIEW_DUE, f"reviews/{review.id}")
