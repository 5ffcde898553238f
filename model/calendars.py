"""Business calendars in SQL: every version of each, who wrote it and when; the newest counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.locking import hold
from model.texts import LONGEST_NAME
from rules.clocks.business_calendar import BusinessCalendar
from rules.clocks.calendar_reader import read_calendar, written
from rules.clocks.open_hours import BusinessTime
from rules.errors import BadFields, NameTaken, UnknownRecord
from rules.field_problem import FieldProblem

NAME = rf"[0-9A-Za-z_-]{{1,{LONGEST_NAME}}}"


class Calendar(Base):
    """A calendar, by the name it is known under, and the version that counts now."""

    __tablename__ = "calendars"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    version: Mapped[int] = mapped_column(RowNumber)
    created_at: Mapped[datetime] = mapped_column(Instant)


@append_only
class CalendarVersion(Base):
    """A calendar as it was from one change to the next: what was counted by it stays told."""

    __tablename__ = "calendar_versions"

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendars.id"), primary_key=True)
    version: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    hours: Mapped[object] = mapped_column(JsonText)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar at a version; `hours` as `rules.clocks.calendar_reader` writes them."""

    name: str
    version: int
    hours: Mapping[str, Any]
    by: str
    at: datetime

    @property
    def time(self) -> BusinessTime:
        """How time counts by it."""
        return _business_time(json_text.dumps(self.hours))


@dataclass(frozen=True, slots=True)
class Editing:
    """Who changes a calendar and when; `require` refuses, by raising, the version there is."""

    by: str
    now: datetime
    require: Callable[[int], None]


def create_calendar(
    session: Session, name: str, hours: BusinessCalendar, by: str, now: datetime
) -> CalendarView:
    """Store a calendar under a new name, at version 1. Needs a `transaction()`.

    Raises:
        BadFields: the name is not 1 to 200 letters, digits, `-` and `_`.
        NameTaken: there is one of that name.
    """
    if not re.fullmatch(NAME, name, re.ASCII):
        raise BadFields([FieldProblem("/name", "must be letters, digits, `-` and `_`")])
    hold(session, "making calendars")
    if session.scalar(select(Calendar.id).where(Calendar.name == name)) is not None:
        raise NameTaken(f"there is a calendar `{name}` already: change that one")
    calendar = Calendar(name=name, version=0, created_at=now)
    session.add(calendar)
    session.flush()
    return _next_version(session, calendar, hours, by, now)


def change_calendar(
    session: Session, name: str, hours: BusinessCalendar, editing: Editing
) -> CalendarView:
    """Let a calendar be so from now on; what says the same as before is no new version.

    What has ended keeps the result that it came to. What still runs is counted anew by the
    next `scan_timers`. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such calendar.
        and what `editing.require` raises.
    """
    calendar = lock_calendar(session, name)
    editing.require(calendar.version)
    before = view_of_calendar(session, calendar, calendar.version)
    if before.hours == written(hours):
        return before
    return _next_version(session, calendar, hours, editing.by, editing.now)


def read_calendar_named(session: Session, name: str) -> CalendarView:
    """Return a calendar at the version that counts now.

    Raises:
        UnknownRecord: there is no such calendar.
    """
    calendar = calendar_named(session, name)
    return view_of_calendar(session, calendar, calendar.version)


def list_calendars(session: Session) -> tuple[CalendarView, ...]:
    """Return every calendar at the version that counts now, by name."""
    query = (
        select(Calendar, CalendarVersion)
        .join(CalendarVersion, CalendarVersion.calendar_id == Calendar.id)
        .where(CalendarVersion.version == Calendar.version)
        .order_by(Calendar.name)
    )
    return tuple(_view(calendar, version) for calendar, version in session.execute(query))


def calendar_named(session: Session, name: str) -> Calendar:
    """Return a calendar's row.

    Raises:
        UnknownRecord: there is no such calendar.
    """
    calendar = session.scalar(select(Calendar).where(Calendar.name == name))
    if calendar is None:
        raise no_such_calendar(name)
    return calendar


def lock_calendar(session: Session, name: str) -> Calendar:
    """Return a calendar's row, which nobody else may change until the end.

    Raises:
        UnknownRecord: there is no such calendar.
    """
    query = select(Calendar).where(Calendar.name == name).with_for_update()
    calendar = session.scalar(query.execution_options(populate_existing=True))
    if calendar is None:
        raise no_such_calendar(name)
    return calendar


def view_of_calendar(session: Session, calendar: Calendar, version: int) -> CalendarView:
    """Return a calendar as it was, or is, at a version."""
    row = session.get_one(CalendarVersion, (calendar.id, version))
    return _view(calendar, row)


def no_such_calendar(name: str) -> UnknownRecord:
    """Return the error for a calendar that nobody has heard of."""
    return UnknownRecord(f"there is no calendar `{name}`")


def calendar_in(hours: Mapping[str, Any]) -> BusinessCalendar:
    """Return the calendar that `hours` mean.

    Raises:
        BadFields: with one problem for each member that cannot be read.
        EmptyCalendar: no day has a window.
    """
    return read_calendar(hours["timezone"], hours["week"], hours["special_days"])


def _next_version(
    session: Session, calendar: Calendar, hours: BusinessCalendar, by: str, now: datetime
) -> CalendarView:
    calendar.version += 1
    row = CalendarVersion(
        calendar_id=calendar.id, version=calendar.version, hours=written(hours), by=by, at=now
    )
    session.add(row)
    session.flush()
    return _view(calendar, row)


def _view(calendar: Calendar, row: CalendarVersion) -> CalendarView:
    hours = cast("Mapping[str, Any]", row.hours)
    return CalendarView(calendar.name, row.version, hours, row.by, row.at)


@lru_cache(maxsize=64)
def _business_time(hours: str) -> BusinessTime:
    # Keyed by what it says: the same text is the same calendar, in whatever database.
    return BusinessTime(calendar_in(cast("Mapping[str, Any]", json_text.loads(hours))))
