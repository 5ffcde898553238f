"""Maintenance of services: planned, with those who are affected told, or called off again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.catalogue_standing import require_not_ended
from model.columns import Instant, RowNumber
from model.cursors import numbered
from model.database import Base
from model.events import EventType
from model.moment import Moment, rfc3339
from model.service_events import Noted, note
from model.services import Service, find_service, lock_service
from model.telling_maintenance import Window, announce_maintenance
from model.texts import LONGEST_NAME, require_texts
from rules.errors import AlreadyPlanned, BadFields, Refused, UnknownRecord
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

LAST_YEAR = 2199


class Maintenance(Base):
    """A time in which a service is worked on, and what for; the row stays when it is called off."""

    __tablename__ = "maintenance"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    begins_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[str] = mapped_column(Text)
    planned_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    planned_at: Mapped[datetime] = mapped_column(Instant)
    called_off_by: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    called_off_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned: from when until when (aware) a service is worked on, and what for."""

    begins_at: datetime
    ends_at: datetime
    what: str

    def require_sound(self, by: str, now: datetime) -> None:
        """Refuse a time that is over or that ends before it begins, and unsound texts.

        Raises:
            BadFields: with one problem for each.
        """
        require_texts({"/what": (self.what, LONGEST_TEXT), "/by": (by, LONGEST_NAME)})
        problems = []
        if self.begins_at < now:
            problems.append(FieldProblem("/begins_at", "lies in the past"))
        if self.ends_at.year > LAST_YEAR:
            problems.append(FieldProblem("/ends_at", f"must not be after {LAST_YEAR}"))
        if self.ends_at <= self.begins_at:
            problems.append(FieldProblem("/ends_at", "must be later than `begins_at`"))
        if problems:
            raise BadFields(problems)


@dataclass(frozen=True, slots=True)
class MaintenancePage:
    """Some maintenance of a service, what was planned last first; `next`: what was before."""

    maintenance: tuple[Maintenance, ...]
    next: str | None


def plan_maintenance(
    session: Session, key: str, plan: Plan, by: str, moment: Moment, zone: tzinfo
) -> Maintenance:
    """Plan maintenance of a service, and tell of it; `zone`: in which letters give its times.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: unsound times or texts.
        Refused: the service has ended, or was rejected.
        AlreadyPlanned: the same is planned, and not called off: customers are told once.
    """
    plan.require_sound(by, moment.now)
    service = lock_service(session, key)
    require_not_ended(service, "no maintenance of it can be planned")
    _require_new(session, service, plan)
    row = Maintenance(
        service_id=service.id,
        begins_at=plan.begins_at,
        ends_at=plan.ends_at,
        what=plan.what,
        planned_by=by,
        planned_at=moment.now,
    )
    session.add(row)
    session.flush()
    _note(session, service, row, Noted.MAINTENANCE_PLANNED, by, moment)
    _announce(session, EventType.MAINTENANCE_PLANNED, service, row, moment, zone)
    return row


def _require_new(session: Session, service: Service, plan: Plan) -> None:
    same = (
        Maintenance.service_id == service.id,
        Maintenance.begins_at == plan.begins_at,
        Maintenance.ends_at == plan.ends_at,
        Maintenance.what == plan.what,
        Maintenance.called_off_at.is_(None),
    )
    number = session.scalar(select(Maintenance.id).where(*same))
    if number is not None:
        raise AlreadyPlanned(f"this is planned already, as maintenance {number} of `{service.key}`")


def call_off(
    session: Session, key: str, number: int, by: str, moment: Moment, zone: tzinfo
) -> Maintenance:
    """Call maintenance off, and tell of it; called off again, nothing is told again.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service, or no such maintenance of it.
        Refused: it is over, and there is nothing left to call off.
    """
    service = lock_service(session, key)
    row = session.get(Maintenance, number)
    if row is None or row.service_id != service.id:
        raise UnknownRecord(f"the service `{key}` has no maintenance {number}")
    if row.called_off_at is not None:
        return row
    if row.ends_at <= moment.now:
        raise Refused("the maintenance is over: there is nothing left to call off")
    row.called_off_by, row.called_off_at = by, moment.now
    session.flush()
    _note(session, service, row, Noted.MAINTENANCE_CALLED_OFF, by, moment)
    _announce(session, EventType.MAINTENANCE_CALLED_OFF, service, row, moment, zone)
    return row


def maintenance_before(
    session: Session, key: str, after: str | None, limit: int
) -> MaintenancePage:
    """Return up to `limit` (at most 200) times of maintenance, what was planned last first.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    service = find_service(session, key)
    query = select(Maintenance).where(Maintenance.service_id == service.id)
    page, following = numbered(session, query, Maintenance.id, after, limit, newest_first=True)
    return MaintenancePage(tuple(page), following)


def _note(
    session: Session, service: Service, row: Maintenance, what: Noted, by: str, moment: Moment
) -> None:
    times = {"begins_at": rfc3339(row.begins_at), "ends_at": rfc3339(row.ends_at)}
    note(session, service, what, str(row.id), {}, {**times, "what": row.what}, by, moment.now)


def _announce(
    session: Session,
    type: EventType,
    service: Service,
    row: Maintenance,
    moment: Moment,
    zone: tzinfo,
) -> None:
    window = Window(row.id, row.begins_at, row.ends_at, row.what)
    announce_maintenance(session, type, service, window, moment, zone)
