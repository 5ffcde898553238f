"""When something is done: the instant, and the day that it is in the service's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

_EARLIEST = date.min + timedelta(days=1)
_LATEST = date.max - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC with the service's calendar day."""

    now: datetime
    today: date

    @classmethod
    def at(cls, now: datetime, zone: tzinfo) -> Moment:
        """Return the moment that `now` (aware) is in `zone`."""
        return cls(now.astimezone(UTC), now.astimezone(zone).date())


def rfc3339(instant: datetime) -> str:
    """Return `instant` (aware) as RFC 3339 in UTC, to the millisecond, with a `Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


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
