"""Agreements: what a provider owes a customer, by when it is reviewed, and what it rests on.

An SLA may have OLAs and contracts beneath it, an OLA contracts, a contract nothing: so none rests,
in the end, on itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from model.agreement_targets import AgreedTarget, target_in
from model.append_only import append_only
from model.calendars import Calendar
from model.columns import Instant, JsonText, RowNumber
from model.cursors import rows_after
from model.database import Base
from model.services import ANY, Service, find_service
from model.texts import LONGEST_NAME
from rules.clocks.period import Period
from rules.clocks.recurrence import Renewal
from rules.errors import UnknownRecord

LONGEST_PAGE = 200
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""Within these days an agreement begins, and ends for the first time."""
REVIEWER = "Service Level Manager"
_LONGEST_ID = 36
_LONGEST_PERIOD = 20


class AgreementKind(StrEnum):
    """With whom it is: a customer, another part of the house, or a supplier."""

    SLA = "sla"
    OLA = "ola"
    CONTRACT = "underpinning_contract"

    @property
    def in_words(self) -> str:
        """How a sentence speaks of one."""
        return {
            AgreementKind.SLA: "The service level agreement",
            AgreementKind.OLA: "The operational level agreement",
            AgreementKind.CONTRACT: "The contract",
        }[self]

    @property
    def beneath(self) -> tuple[AgreementKind, ...]:
        """What may be beneath one of this kind."""
        kinds = tuple(AgreementKind)
        return kinds[kinds.index(self) + 1 :]


class Agreement(Base):
    """An agreement as it is agreed now.

    `renewal_term`: it goes on for another such term each time it ends, unless notice is given
    `notice` ahead. `calendar_id`: by which business time its timers count. `targets`: as
    `model.agreement_targets` writes them. Periods are ISO 8601.
    """

    __tablename__ = "agreements"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[str] = mapped_column(String(_LONGEST_ID), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    provider: Mapped[str] = mapped_column(String(LONGEST_NAME))
    customer: Mapped[str] = mapped_column(String(LONGEST_NAME))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    renewal_term: Mapped[str | None] = mapped_column(String(_LONGEST_PERIOD))
    notice: Mapped[str | None] = mapped_column(String(_LONGEST_PERIOD))
    review_every: Mapped[str] = mapped_column(String(_LONGEST_PERIOD))
    role: Mapped[str] = mapped_column(String(LONGEST_NAME))
    agency: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendars.id"))
    targets: Mapped[object] = mapped_column(JsonText)
    version: Mapped[int] = mapped_column(RowNumber)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))

    service: Mapped[Service | None] = relationship(lazy="select")
    calendar: Mapped[Calendar | None] = relationship(lazy="select")

    @property
    def agreed_targets(self) -> tuple[AgreedTarget, ...]:
        """What is to be attained, each metric once."""
        return tuple(target_in(each) for each in cast("list[Mapping[str, Any]]", self.targets))

    @property
    def renewal(self) -> Renewal | None:
        """When it ends; `None`: never."""
        if self.ends_on is None:
            return None
        term = Period.kept(self.renewal_term) if self.renewal_term else None
        return Renewal(self.ends_on, term, Period.kept(self.notice) if self.notice else Period())

    @property
    def last_day(self) -> date | None:
        """The day after which it is no more, whatever anybody does; `None`: it goes on."""
        return None if self.renewal_term else self.ends_on

    @property
    def reviewer(self) -> str:
        """Who is to review it: blanks, which were taken once, are nobody."""
        return REVIEWER if self.role.isspace() else self.role

    @property
    def title(self) -> str:
        """How people are told of it."""
        return f"{AgreementKind(self.kind).in_words} “{self.name}”"

    def is_in_force(self, day: date) -> bool:
        """Whether it counts on a day; on its first and its last it does."""
        renewal = self.renewal
        ended = renewal is not None and renewal.current_end(day) is None
        return self.starts_on <= day and not ended


@append_only
class AgreementVersion(Base):
    """What was agreed from one change to the next, who changed it, and when."""

    __tablename__ = "agreement_versions"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    version: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    terms: Mapped[object] = mapped_column(JsonText)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


class AgreementSupport(Base):
    """An OLA or a contract beneath an agreement: without it, what was promised cannot be kept."""

    __tablename__ = "agreement_supports"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    beneath_id: Mapped[str] = mapped_column(
        ForeignKey("agreements.id"), primary_key=True, index=True
    )


def find_agreement(
    session: Session, agreement_id: str, *, lock: bool = False, seen: ColumnElement[bool] = ANY
) -> Agreement:
    """Return an agreement; with `lock` nobody else may change it until the end.

    Raises:
        UnknownRecord: there is no such agreement.
    """
    query = select(Agreement).where(Agreement.id == agreement_id, seen)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    agreement = session.scalar(query)
    if agreement is None:
        raise UnknownRecord(f"there is no agreement `{agreement_id}`")
    return agreement


def all_agreements(session: Session) -> Sequence[Agreement]:
    """Return every agreement, oldest first."""
    return session.scalars(select(Agreement).order_by(Agreement.created_at, Agreement.id)).all()


def agreements_after(
    session: Session,
    after: str | None,
    limit: int,
    service: str | None = None,
    seen: ColumnElement[bool] = ANY,
) -> tuple[Sequence[Agreement], str | None]:
    """Return up to `limit` (at most 200) agreements, oldest first, and the cursor of the others.

    `service`: only those on the service of this key; `seen`: that whoever asks sees.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    query = select(Agreement).where(seen)
    if service is not None:
        query = query.where(Agreement.service_id == find_service(session, service).id)
    return rows_after(session, query, Agreement, Agreement.created_at, after, limit)


def beneath(
    session: Session, ids: Iterable[str], seen: ColumnElement[bool] = ANY
) -> Mapping[str, list[Agreement]]:
    """Return what is beneath some agreements and `seen`, by their ids; in the order of its name."""
    found: dict[str, list[Agreement]] = {each: [] for each in ids}
    query = (
        select(AgreementSupport.agreement_id, Agreement)
        .join(Agreement, Agreement.id == AgreementSupport.beneath_id)
        .where(AgreementSupport.agreement_id.in_(found), seen)
        .order_by(Agreement.name)
    )
    for agreement_id, agreement in session.execute(query):
        found[agreement_id].append(agreement)
    return found
