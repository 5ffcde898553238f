"""Which instant a wall clock's reading is, also where summer time begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

MINUTES_OF_A_DAY = 24 * 60
_SECOND = timedelta(seconds=1)


def opening(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return the instant (UTC) at which a window opens, `minute` minutes into `day` by the wall.

    A reading that occurs twice is its first occurrence; one that the clock skips is the first
    instant that exists after it. More than 1,440 minutes lead into the days that follow.
    """
    return _instant(_wall(day, minute), zone, fold=0)


def closing(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return the instant (UTC) at which a window closes: as `opening`, at the second occurrence."""
    return _instant(_wall(day, minute), zone, fold=1)


def _wall(day: date, minute: int) -> datetime:
    days, minutes = divmod(minute, MINUTES_OF_A_DAY)
    return datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60))


def _instant(wall: datetime, zone: tzinfo, fold: int) -> datetime:
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # The reading is skipped. By the offset before the gap it would be after the change, by the
    # offset after the gap before it.
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(early, late, zone)


def _change(early: datetime, late: datetime, zone: tzinfo) -> datetime:
    """Return the first instant with the offset of `late`, to the second."""
    offset = late.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late
