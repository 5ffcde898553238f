"""Reviews to try, in a few short words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from model.database import Database
from model.holding_reviews import hold_review
from model.moment import Moment
from model.reviews import NewReview, Review, find_review, set_up
from model.revisions import Publication, Revision
from rules.review_rules import ReviewKind
from rules.rule_book import RuleFiles, revision_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ANCHOR = date(2027, 1, 31)
NEW = NewReview(
    ReviewKind.SERVICE_LEVEL, "mail", "The service level of Mail", "Service Level Manager",
    ANCHOR, "P1M", None, "Head of IT",
)  # fmt: skip
_IDS = count(1)


def new_id() -> str:
    """Return an id that no other review has."""
    return f"00000000-0000-0000-0000-{next(_IDS):012}"


def at(day: date) -> Moment:
    """Return the middle of a day."""
    return Moment(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day)


def made(database: Database, new: NewReview = NEW) -> Review:
    """Set up a review."""
    with database.transaction() as session:
        return set_up(session, new, new_id(), NOW)


def was_published(database: Database, files: RuleFiles) -> str:
    """Have files be live that were published when less was refused."""
    revision = revision_of(files)
    with database.transaction() as session:
        session.add(Revision(id=revision, files=dict(files), created_at=NOW))
        session.flush()
        session.add(Publication(revision_id=revision, published_at=NOW, published_by="Pat"))
    return revision


def held(database: Database, review: Review, due_on: date, today: date) -> Review:
    """Record that an occurrence was held on a day."""
    with database.transaction() as session:
        return hold_review(session, review.id, due_on, "unchanged", None, "Sam", at(today))


def read(database: Database, review: Review) -> Review:
    """Return a review as it stands."""
    with database.reading() as session:
        return find_review(session, review.id)
