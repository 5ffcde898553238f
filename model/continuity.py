"""Continuity of services: tests of their plans, and who in operation lacks a plan or a test.

A plan is an artifact as any other, with versions; a test has a day and an outcome, and stays. What
is asked of services in operation is what the rules' standing review of continuity asks for: without
one, nothing is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, exists, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, RowNumber
from model.cursors import numbered
from model.database import Base
from model.locations import require_location
from model.moment import Moment
from model.past_days import problems_of_day
from model.revisions import review_rules
from model.service_events import Noted, note
from model.services import (
    ArtifactVersion,
    Service,
    find_service,
    latest_versions,
    lock_service,
)
from model.texts import LONGEST_NAME, require_texts
from rules.clocks.period import Period
from rules.errors import BadFields
from rules.values import LONGEST_TEXT

PLAN = "continuity_plan"
TEST = "continuity_test"
REVIEW = "continuity"
"""The standing review of continuity, as `reviews.yaml` names it."""


@append_only
class ContinuityTest(Base):
    """A test of whether a service can be resumed as its plan says: on which day, and if it could.

    `plan_version`: the version of the plan that was tested. `findings`: what it brought to light.
    """

    __tablename__ = "continuity_tests"
    __table_args__ = (Index(None, "service_id", "held_on"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    held_on: Mapped[date]
    resumed: Mapped[bool]
    plan_version: Mapped[int | None] = mapped_column(RowNumber)
    findings: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class NewTest:
    """What came of a test. `schemes`: those that the location of its report may have."""

    held_on: date
    resumed: bool
    findings: str | None = None
    location: str | None = None
    schemes: tuple[str, ...] = ()

    def require_sound(self, by: str, today: date) -> None:
        """Refuse a day that is yet to come, or before 1970, a location for nobody, unsound texts.

        Raises:
            BadFields: with one problem for each.
        """
        require_texts({"/findings": (self.findings, LONGEST_TEXT), "/by": (by, LONGEST_NAME)})
        if problems := problems_of_day("/held_on", self.held_on, today):
            raise BadFields(problems)
        if self.location is not None:
            require_location(self.location, self.schemes)


@dataclass(frozen=True, slots=True)
class PageOfTests:
    """Some tests, what was noted last first; `next`: what was noted before."""

    tests: tuple[ContinuityTest, ...]
    next: str | None


def note_test(session: Session, key: str, new: NewTest, by: str, moment: Moment) -> ContinuityTest:
    """Note what came of a test. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: a day in the future or before 1970, an unsound location or text.
    """
    new.require_sound(by, moment.today)
    service = lock_service(session, key)
    row = ContinuityTest(
        service_id=service.id,
        held_on=new.held_on,
        resumed=new.resumed,
        plan_version=latest_versions(session, service).get(PLAN),
        findings=new.findings,
        location=new.location,
        by=by,
        at=moment.now,
    )
    session.add(row)
    session.flush()
    said = {"held_on": new.held_on.isoformat(), "resumed": new.resumed}
    note(session, service, Noted.CONTINUITY_TESTED, str(row.id), {}, said, by, moment.now)
    return row


def continuity_tests(session: Session, key: str, after: str | None, limit: int) -> PageOfTests:
    """Return up to `limit` (at most 200) tests, what was noted last first.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    service = find_service(session, key)
    query = select(ContinuityTest).where(ContinuityTest.service_id == service.id)
    page, following = numbered(session, query, ContinuityTest.id, after, limit, newest_first=True)
    return PageOfTests(tuple(page), following)


def counts_since(session: Session, today: date) -> date | None:
    """Return the day from which a test counts: one period of the review ago; `None`: no review."""
    for review in review_rules(session).standing:
        if review.name == REVIEW:
            return Period.kept(review.every).before(today)
    return None


def has_plan() -> ColumnElement[bool]:
    """Return the condition that a service has a plan, in whichever version."""
    ours = ArtifactVersion.service_id == Service.id
    return exists().where(ours, ArtifactVersion.name == PLAN)


def was_resumed(since: date) -> ColumnElement[bool]:
    """Return the condition that the latest test of a service was since then, and went well."""
    latest = (
        select(ContinuityTest.resumed)
        .where(ContinuityTest.service_id == Service.id, ContinuityTest.held_on >= since)
        .order_by(ContinuityTest.held_on.desc(), ContinuityTest.id.desc())
        .limit(1)
        .correlate(Service)
    )
    return func.coalesce(latest.scalar_subquery(), false())
