"""Timers to live through: opened, told of events and scanned by a few short words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from model.access import Caller
from model.calendars import CalendarView, Editing, change_calendar, create_calendar
from model.cases import insert_ref
from model.database import Database
from model.scanning_timers import Scanned, scan_timers
from model.timer_views import TimerView, read_timer
from model.timers import Kind
from model.timing import NewTimer, open_timer, take_events
from rules.clocks.business_calendar import BusinessCalendar
from rules.clocks.calendar_reader import read_calendar
from rules.clocks.timeline import Happening, TimerEvent
from rules.clocks.timer import Threshold

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOURS = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def office(*windows: str, holidays: Sequence[str] = ()) -> BusinessCalendar:
    """Return a calendar in UTC with the same windows from Monday to Friday."""
    closed: list[object] = [{"name": "closed", "first": day} for day in holidays]
    return read_calendar("UTC", {day: list(windows) for day in WORKDAYS}, closed)


NINE_TO_FIVE = office("09:00-17:00")


def accept(version: int) -> None:
    """Refuse no version."""


def on(day: int, clock: str) -> datetime:
    """Return an instant on the n-th day from Monday on."""
    hours, minutes = clock.split(":")
    return MONDAY + timedelta(days=day, hours=int(hours), minutes=int(minutes))


def event(what: str, at: datetime, id: str | None = None) -> TimerEvent:
    """Return an event; without an id it gets one from what it says."""
    return TimerEvent(id or f"{what} {at.isoformat()}", Happening(what), at)


@dataclass
class Clocked:
    """A ticketing system with timers on its cases; each act is a transaction of its own."""

    database: Database
    caller: Caller
    numbers: Any = field(default_factory=count)

    def case(self, ref: str = "CRM-1") -> None:
        """Make a case."""
        with self.database.transaction() as session:
            insert_ref(session, ref, MONDAY)

    def calendar(
        self, name: str = "office", hours: BusinessCalendar = NINE_TO_FIVE
    ) -> CalendarView:
        """Make a calendar."""
        with self.database.transaction() as session:
            return create_calendar(session, name, hours, "Dana", MONDAY)

    def change(self, hours: BusinessCalendar, name: str = "office") -> CalendarView:
        """Change a calendar."""
        with self.database.transaction() as session:
            return change_calendar(session, name, hours, Editing("Dana", MONDAY, accept))

    def open(self, *events: TimerEvent, now: datetime | None = None, **what: Any) -> TimerView:
        """Open a timer: eight hours of the office, unless it is said otherwise."""
        about: dict[str, Any] = {
            "ref": "CRM-1",
            "kind": Kind.FULFILMENT,
            "name": "fulfilment",
            "calendar": "office",
            "target": 8 * HOURS,
            "thresholds": (Threshold(share=50), Threshold(lead=HOURS)),
            **what,
        }
        new = NewTimer(**about, events=events)
        now = now or max([MONDAY, *(each.at for each in events)])
        with self.database.transaction() as session:
            new_id = f"00000000-0000-4000-8000-{next(self.numbers):012}"
            return open_timer(session, new, self.caller, now, new_id)

    def tell(self, timer: TimerView, *events: TimerEvent, now: datetime) -> TimerView:
        """Tell a timer what happened."""
        with self.database.transaction() as session:
            return take_events(session, timer.timer.id, events, self.caller, now)

    def read(self, timer: TimerView, now: datetime) -> TimerView:
        """Read a timer."""
        with self.database.reading() as session:
            return read_timer(session, timer.timer.id, now)

    def scan(self, now: datetime, at_once: int = 1_000) -> Scanned:
        """Scan for what is to be told."""
        with self.database.transaction() as session:
            return scan_timers(session, now, at_once)

    def marks(self, now: datetime) -> list[str]:
        """Scan and return the names of what is told."""
        return [told.mark for told in self.scan(now).told]
