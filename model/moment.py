"""When something is done: the instant, and the day that it is in the service's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal


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


def in_seconds(much: timedelta) -> int | Decimal:
    """Return how many seconds that is, exactly."""
    whole, rest = divmod(much, timedelta(seconds=1))
    return whole + Decimal(rest.microseconds).scaleb(-6).normalize() if rest else whole
