"""What was changed of a service, from what to what, by whom and when: rows that stay.

Noted in the transaction of the change, in one place for each aggregate. What is supplied, said
and held at toll-gates has rows of its own, and is not noted here again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.services import Service
from model.texts import LONGEST_NAME

COST = "cost"
UNKNOWN = "unknown"
"""Who did what was noted only afterwards, where no row says who it was."""
Members = Mapping[str, object]


class Noted(StrEnum):
    """What is noted of a service; its cost by itself, since few may see it."""

    MADE = "made"
    CHANGED = "service_changed"
    COST_CHANGED = "cost_changed"
    PART_ADDED = "part_added"
    PART_CHANGED = "part_changed"
    PART_ENDED = "part_ended"
    DEPENDENCIES_CHANGED = "dependencies_changed"
    PORTFOLIOS_CHANGED = "portfolios_changed"
    PACKAGE_JOINED = "package_joined"
    PACKAGE_LEFT = "package_left"
    CUSTOMER_CAME = "customer_came"
    CUSTOMER_CHANGED = "customer_changed"
    CUSTOMER_LEFT = "customer_left"
    PRODUCT_CHOSEN = "product_chosen"
    PRODUCT_CHANGED = "product_changed"
    PRODUCT_LEFT = "product_left"
    CONTINUITY_TESTED = "continuity_tested"
    SYSTEM_ASKED = "system_asked"
    SYSTEMS_NOT_NEEDED = "systems_not_needed"
    MAINTENANCE_PLANNED = "maintenance_planned"
    MAINTENANCE_CALLED_OFF = "maintenance_called_off"


@append_only
class ServiceEvent(Base):
    """A change of a service, at the version that the service had then.

    `subject`: of a part, package or product its key, of a customer or another system
    the name, of maintenance or a test its number.
    `before` and `after`: the members that became other, as JSON; `None` in both: what they are is
    not kept here for ever, only that they became other.
    """

    __tablename__ = "service_events"
    __table_args__ = (Index(None, "service_id", "at"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    service_version: Mapped[int] = mapped_column(RowNumber)
    what: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    before: Mapped[Mapping[str, object]] = mapped_column(JsonText)
    after: Mapped[Mapping[str, object]] = mapped_column(JsonText)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


def note(
    session: Session,
    service: Service,
    what: Noted,
    subject: str | None,
    before: Members,
    after: Members,
    by: str,
    now: datetime,
) -> None:
    """Note what became of a service at the version that it has now.

    Nothing is noted where nothing became other, but that something came, left or was planned.
    """
    members = dict.fromkeys((*before, *after))
    other = [name for name in members if _said(before, name) != _said(after, name)]
    if not other and what in _NEEDS_A_DIFFERENCE:
        return
    old, new = (
        {name: members[name] for name in other if name in members} for members in (before, after)
    )
    _add(session, service, what, subject, old, new, by, now)


def note_words(
    session: Session,
    service: Service,
    before: Members | None,
    after: Members,
    by: str,
    now: datetime,
) -> None:
    """Note which words of a service, and what of its offer, became other.

    `before`: what they were; `None`: the service is made.
    """
    words = Noted.MADE if before is None else Noted.CHANGED
    for what, named in ((words, False), (Noted.COST_CHANGED, True)):
        old, new = (
            {name: _as_json(said) for name, said in members.items() if (name == COST) is named}
            for members in (before or {}, after)
        )
        note(session, service, what, None, old, new, by, now)


def note_members(
    session: Session,
    service: Service,
    what: Noted,
    subject: str,
    before: Members,
    after: Members,
    by: str,
    now: datetime,
) -> None:
    """Note that members became other, those too of which is told neither from what nor to what."""
    _add(session, service, what, subject, before, after, by, now)


def note_packages(
    session: Session, key: str, before: Sequence[str], after: Sequence[str], by: str, now: datetime
) -> None:
    """Note which services (keys) joined a package, and which left it."""
    joined, left = set(after) - set(before), set(before) - set(after)
    query = select(Service).where(Service.key.in_(joined | left)).order_by(Service.id)
    for service in session.scalars(query):
        what = Noted.PACKAGE_JOINED if service.key in joined else Noted.PACKAGE_LEFT
        note(session, service, what, key, {}, {}, by, now)


_NEEDS_A_DIFFERENCE = (
    Noted.CHANGED,
    Noted.COST_CHANGED,
    Noted.PART_CHANGED,
    Noted.DEPENDENCIES_CHANGED,
    Noted.PORTFOLIOS_CHANGED,
    Noted.PRODUCT_CHANGED,
)


def _add(
    session: Session,
    service: Service,
    what: Noted,
    subject: str | None,
    before: Members,
    after: Members,
    by: str,
    now: datetime,
) -> None:
    session.add(
        ServiceEvent(
            service_id=service.id,
            service_version=service.subject.version,
            what=what.value,
            subject=subject,
            before=before,
            after=after,
            by=by,
            # Two processes' clocks may differ: nothing comes before what it follows.
            at=max(now, service.subject.updated_at),
        )
    )


def _as_json(said: object) -> object:
    return said.isoformat() if isinstance(said, date) else said


def _said(members: Members, name: str) -> object:
    """Return what a member says; nothing said, and nothing of many, are the same."""
    return members.get(name) or None
