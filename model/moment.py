"""When something is done: the instant, and the day that it is in the service's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

_EARLIEST = date.min + timedelta(days=1)
_LATEST = date.max - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC with the service's calendar day, and the zone whose day it is."""

    now: datetime
    today: date
    zone: tzinfo = UTC

    @classmethod
    def at(cls, now: datetime, zone: tzinfo) -> Moment:
        """Return the moment that `now` (aware) is in `zone`."""
        return cls(now.astimezone(UTC), now.astimezone(zone).date(), zone)

    @property
    def local(self) -> datetime:
        """What the clocks of the zone say."""
        return self.now.astimezone(self.zone)


def rfc3339(instant: datetime) -> str:
    """Return `instant` (aware) as RFC 3339 in UTC, to the millisecond, with a `Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def in_letters(instant: datetime, zone: tzinfo) -> str:
    """Return `instant` (aware) as a letter gives it: to the minute, with the name of the zone."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def begins(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins in `zone`."""
    # East of Greenwich the first day of the calendar begins before it.
    return datetime.combine(max(day, _EARLIEST), time(), zone)


def day_after(day: date) -> date:
    """Return the day that follows, as long as the calendar has one."""
    return min(day, _LATEST) + timedelta(days=1)


def in_seconds(much: timedelta) -> int | Decimal:
    """Return how many seconds that is, exactly."""
    whole, rest = divmod(much, timedelta(seconds=1))
    return whole + Decimal(rest.microseconds).scaleb(-6).normalize() if rest else whole
