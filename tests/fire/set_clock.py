"""A clock for processes of the product, which the tests set; and when summer time changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

from model.sources import utc_now

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(slots=True)
class SetClock:
    """A clock that goes on as the machine's does, from wherever it is set to."""

    file: Path
    zone: tzinfo
    jumps: int = 0
    _ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return what it shows, in UTC."""
        return utc_now() + self._ahead

    def today(self) -> date:
        """Return the day that it is in the zone."""
        return self.now().astimezone(self.zone).date()

    def set(self, instant: datetime) -> None:
        """Let it show an instant from now on."""
        self._ahead = instant - utc_now()
        self.jumps += 1
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(self._ahead.total_seconds()), encoding="ascii")
        draft.replace(self.file)


def changes(zone: tzinfo, year: int) -> list[date]:
    """Return the days of a year on which clocks in a zone are set forward or back."""

    def offset(day: date) -> timedelta | None:
        return zone.utcoffset(datetime.combine(day, time(12)))

    days = (date(year, 1, 2) + DAY * number for number in range(363))
    return [day for day in days if offset(day) != offset(day - DAY)]


def at(day: date, wall: time, zone: tzinfo) -> datetime:
    """Return the instant at which the clocks of a zone show that, in UTC."""
    return datetime.combine(day, wall, zone).astimezone(UTC)
