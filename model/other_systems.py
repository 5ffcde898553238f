"""Other information systems (SLM step 8): asked to add a service, or known not to need it.

Each request that was sent, and that none is needed, is noted by people and stays. A service in
operation of which nobody has said either is not complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.catalogue_standing import require_not_ended
from model.columns import Instant, RowNumber
from model.cursors import numbered
from model.database import Base
from model.moment import Moment
from model.past_days import problems_of_day
from model.service_events import Noted, note
from model.services import Service, find_service, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

OTHER_SYSTEMS = "other_systems"
"""What a service lacks of which nobody has said whether other systems are to have it."""
_OF_A_REQUEST = ("system", "sent_on", "reference")


@append_only
class SystemRequest(Base):
    """A request to another system to add a service; without `system`, that none is needed.

    `sent_on`, `reference`: when it was sent, and how it is found there. `reason`: why none is
    needed. `by`: who says so.
    """

    __tablename__ = "system_requests"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    system: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    sent_on: Mapped[date | None]
    reference: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What is said of other systems: `needed`, and a request that was sent; or not, and why."""

    needed: bool
    system: str | None = None
    sent_on: date | None = None
    reference: str | None = None
    reason: str | None = None

    def require_sound(self, by: str, today: date) -> None:
        """Refuse what says neither the one nor the other, or both, and unsound texts.

        Raises:
            BadFields: with one problem for each member.
        """
        names = {"/system": self.system, "/reference": self.reference, "/by": by}
        texts = {pointer: (text, LONGEST_NAME) for pointer, text in names.items()}
        require_texts({**texts, "/reason": (self.reason, LONGEST_TEXT)})
        asked = ("system", "sent_on") if self.needed else ("reason",)
        excluded = ("reason",) if self.needed else _OF_A_REQUEST
        missing = "says which system was asked, and when" if self.needed else "says why none is"
        problems = [
            FieldProblem(f"/{name}", f"is missing: it {missing}")
            for name in asked
            if getattr(self, name) is None
        ]
        problems += [
            FieldProblem(f"/{name}", f"says nothing where `needed` is {str(self.needed).lower()}")
            for name in excluded
            if getattr(self, name) is not None
        ]
        problems += problems_of_day("/sent_on", self.sent_on, today)
        if problems:
            raise BadFields(problems)


@dataclass(frozen=True, slots=True)
class PageOfRequests:
    """Some of what was said, the latest first; `next`: what was said before."""

    requests: tuple[SystemRequest, ...]
    next: str | None


def note_request(
    session: Session, key: str, new: NewRequest, by: str, moment: Moment
) -> SystemRequest:
    """Note that another system was asked to add a service, or that none need be.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: it says neither, or both; a day in the future, or before 1970; an unsound text.
        Refused: the service has ended, or was rejected.
    """
    new.require_sound(by, moment.today)
    service = lock_service(session, key)
    require_not_ended(service, "no other system is asked to add it")
    row = SystemRequest(
        service_id=service.id,
        system=new.system,
        sent_on=new.sent_on,
        reference=new.reference,
        reason=new.reason,
        by=by,
        at=moment.now,
    )
    session.add(row)
    session.flush()
    what, said = Noted.SYSTEMS_NOT_NEEDED, {"reason": new.reason}
    if new.sent_on is not None:
        what = Noted.SYSTEM_ASKED
        said = {"sent_on": new.sent_on.isoformat(), "reference": new.reference}
    note(session, service, what, new.system, {}, said, by, moment.now)
    return row


def requests_before(session: Session, key: str, after: str | None, limit: int) -> PageOfRequests:
    """Return up to `limit` (at most 200) of what was said of other systems, the latest first.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    service = find_service(session, key)
    query = select(SystemRequest).where(SystemRequest.service_id == service.id)
    page, following = numbered(session, query, SystemRequest.id, after, limit, newest_first=True)
    return PageOfRequests(tuple(page), following)


def is_settled() -> ColumnElement[bool]:
    """Return the condition that somebody has said whether other systems are to have a service."""
    return exists().where(SystemRequest.service_id == Service.id)
