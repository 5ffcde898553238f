"""Reviews: what is looked at again and again, and when next.

Occurrence k falls on the anchor and k periods, however late the one before was held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Index, String, Table, Text, UniqueConstraint, false, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant, RowNumber
from model.cursors import rows_after
from model.database import Base
from model.moment import Moment
from model.outbox import EventType, take_back
from model.review_subjects import is_ruled
from model.texts import LONGEST_NAME, require_texts
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem
from rules.review_rules import EARLIEST, LATEST, ReviewKind
from rules.values import LONGEST_TEXT

LONGEST_PAGE = 200
UNPLANNED = date.min
"""The day of a reminder that is still to be worked out, by the rules of reviews."""
_GOES_ON = text("ended_at IS NULL")


class Review(Base):
    """Something that is reviewed; occurrence `number`, on `due_on`, is the one that is awaited.

    `remind_on`: the day on which it is next seen whether somebody is to be reminded, or
    `UNPLANNED`; `reminded_on`: the day on which people last heard of the awaited occurrence.
    `version` grows with every change of it, at `changed_at`.
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
        return Recurrence(self.anchor, Period.kept(self.every))

    @property
    def before(self) -> date | None:
        """The day of the occurrence before the one that is awaited."""
        place = self.number - self.shift
        return self.recurrence.occurrence(place - 1) if place else None


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
class Unmade:
    """A review that is to be there, whose first occurrence has number `first`."""

    new: NewReview
    id: str
    first: int = 0

    def row(self, now: datetime) -> dict[str, object]:
        """Return it as it is when it is set up, by the names of its columns."""
        new = self.new
        return {
            "id": self.id,
            "kind": new.kind.value,
            "subject": new.subject,
            "title": new.title,
            "role": new.role,
            "agency": new.agency,
            "escalate_to": new.escalate_to,
            "anchor": new.anchor,
            "every": new.every,
            "number": self.first,
            "due_on": Recurrence(new.anchor, Period.kept(new.every)).occurrence(self.first),
            "version": 1,
            "remind_on": UNPLANNED,
            "created_at": now,
            "changed_at": now,
            "once": new.once,
        }


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews, the soonest first; `next`: the cursor of those after them."""

    reviews: tuple[Review, ...]
    next: str | None


def set_up(session: Session, new: NewReview, new_id: str, now: datetime, first: int = 0) -> Review:
    """Set up a review whose first occurrence has number `first`. Needs a `transaction()`.

    Raises:
        BadFields: unsound texts, or no period.
    """
    new.require_sound()
    return set_up_as_taken(session, new, new_id, now, first)


def set_up_as_taken(
    session: Session, new: NewReview, new_id: str, now: datetime, first: int = 0
) -> Review:
    """Do so with texts that were taken once, by whatever rules there were: nobody sends them now.

    One that there is already, and that has ended, goes on; of one that goes on, nothing changes.
    Of several who set up the same at once, one does; the others find its review.
    """
    ours = (Review.kind == new.kind.value, Review.subject == new.subject)
    there = select(Review).where(*ours).with_for_update()
    review = session.scalar(there)
    if review is None:
        set_up_unless_there(session, [Unmade(new, new_id, first)], now)
        review = session.scalars(there).one()
    if review.ended_at is None:
        return review
    # What was held before has its numbers already.
    review.shift = review.number - first
    review.title, review.role, review.agency = new.title, new.role, new.agency
    review.escalate_to, review.ended_at = new.escalate_to, None
    review.anchor, review.every = new.anchor, new.every
    await_occurrence(session, review, first, now)
    session.flush()
    return review


def set_up_unless_there(session: Session, unmade: Sequence[Unmade], now: datetime) -> None:
    """Set up reviews, however many at once; one that somebody sets up meanwhile is left to them.

    It waits for the end of whoever does.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    into = insert(cast("Table", Review.__table__)).on_conflict_do_nothing()
    session.connection().execute(into, [each.row(now) for each in unmade])


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
    lowest = 0 if is_ruled(review.subject) else 1
    place = max(lowest, review.recurrence.number_on_or_after(since))
    # The number stays: no other occurrence ever has it, whatever the days become.
    review.shift = review.number - place
    await_occurrence(session, review, place, moment.now)


def rename(review: Review, now: datetime, **names: str | None) -> None:
    """Have a review be called otherwise, or be another's: what differs makes it a new version.

    `names`: any of title, role, agency and escalate_to.
    """
    if all(getattr(review, name) == new for name, new in names.items()):
        return
    for name, new in names.items():
        setattr(review, name, new)
    review.version += 1
    review.changed_at = now


def end_review(session: Session, review: Review, now: datetime) -> None:
    """Have a review end: what it was about is no more."""
    review.ended_at = review.changed_at = now
    review.version += 1
    _take_back_reminders(session, review)


def plan_reminders_anew(session: Session) -> None:
    """Have the days of all reminders worked out anew: their rules, or the roster, may be others."""
    going_on = update(Review).where(Review.ended_at.is_(None))
    session.execute(going_on.values(remind_on=UNPLANNED))


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


def await_occurrence(session: Session, review: Review, place: int, now: datetime) -> None:
    """Have a review await the occurrence at a place of its recurrence."""
    review.number = place + review.shift
    review.due_on = review.recurrence.occurrence(place)
    review.remind_on, review.reminded_on = UNPLANNED, None
    _take_back_reminders(session, review)
    review.version += 1
    review.changed_at = now


def _take_back_reminders(session: Session, review: Review) -> None:
    """Nobody is told any more what need not be done any more."""
    take_back(session, EventType.REVIEW_DUE, f"reviews/{review.id}")
