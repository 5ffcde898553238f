"""Business time counted minute by minute, from the wall's own readings: slow, and on its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rules.clocks.business_calendar import BusinessCalendar, SpecialDays, Window, YearDay

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ZONES = (
    "Europe/Vienna",
    "America/Chicago",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Asia/Muscat",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
)
NINE_TO_FIVE = Window(9 * 60, 17 * 60)


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    """Return the instant at which a zone's wall shows `2026-03-29 02:30`."""
    wall = datetime.fromisoformat(text)
    return wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def weekly(zone: str, *windows: Window, special: tuple[SpecialDays, ...] = ()) -> BusinessCalendar:
    """Return a calendar with the same windows from Monday to Friday."""
    return BusinessCalendar(ZoneInfo(zone), (windows,) * 5 + ((), ()), special)


def daily(zone: str, *windows: Window) -> BusinessCalendar:
    """Return a calendar with the same windows every day."""
    return BusinessCalendar(ZoneInfo(zone), (windows,) * 7)


def open_minutes(calendar: BusinessCalendar, start: datetime, end: datetime) -> set[datetime]:
    """Return the minutes (UTC, by their beginning) from `start` to `end` in which it is open.

    The wall is read at every minute around: a window is open from the first minute at which the
    wall shows its opening (or, if it never does, something later) to the last at which it shows
    its closing (or, if it never does, the first at which it shows something later).
    """
    minutes = [start - 3 * DAY + n * MINUTE for n in range(int((end - start + 6 * DAY) / MINUTE))]
    walls = [m.astimezone(calendar.zone).replace(tzinfo=None) for m in minutes]
    shown: dict[datetime, list[int]] = {}
    for place, wall in enumerate(walls):
        shown.setdefault(wall, []).append(place)
    found: set[datetime] = set()
    for day in _days(walls[0].date() + DAY, walls[-1].date() - 2 * DAY):
        for window in _windows(calendar, day):
            midnight = datetime.combine(day, datetime.min.time())
            opens, closes = (midnight + n * MINUTE for n in (window.opens, window.closes))
            first = shown[opens][0] if opens in shown else _later(walls, opens)
            last = shown[closes][-1] if closes in shown else _later(walls, closes)
            found |= set(minutes[first:last])
    return {minute for minute in found if start <= minute < end}


def _later(walls: list[datetime], wall: datetime) -> int:
    return next(place for place, shown in enumerate(walls) if shown > wall)


def _windows(calendar: BusinessCalendar, day: date) -> tuple[Window, ...]:
    """Return the day's windows, looked up the plain way."""
    dated = [s for s in calendar.special if isinstance(s.first, date) and s.first <= day <= s.last]  # type: ignore[operator]
    if dated:
        return min(dated, key=lambda s: s.last - s.first).windows  # type: ignore[operator]
    yearly = [(len(_covered(s, day)), s) for s in calendar.special if day in _covered(s, day)]
    if yearly:
        return min(yearly, key=lambda found: found[0])[1].windows
    return calendar.week[day.weekday()]


def _covered(special: SpecialDays, day: date) -> list[date]:
    """Return the days of the yearly stretch in which `day` may lie."""
    if not isinstance(special.first, YearDay):
        return []
    assert isinstance(special.last, YearDay)
    for year in (day.year - 1, day.year):
        first = special.first.in_year(year)
        last = special.last.in_year(year + (special.last < special.first))
        covered = list(_days(first, last))
        if day in covered:
            return covered
    return []


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


windows = st.just(Window(0, 24 * 60)) | st.builds(
    lambda opens, length: Window(opens, opens + length),
    st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15),
    st.integers(1, 24 * 4 - 1).map(lambda quarter: quarter * 15),
)
some_windows = st.lists(windows, max_size=3).map(lambda found: tuple(sorted(found)))
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
year_days = dates.map(lambda day: YearDay(day.month, day.day))
specials = st.one_of(
    st.builds(
        lambda first, days, shown: SpecialDays("dated", first, first + days * DAY, shown),
        dates, st.integers(0, 9), some_windows,
    ),
    st.builds(
        lambda first, last, shown: SpecialDays("yearly", first, last, shown),
        year_days, year_days, some_windows,
    ),
)  # fmt: skip
calendars = st.builds(
    lambda zone, week, special: BusinessCalendar(ZoneInfo(zone), tuple(week), tuple(special)),
    st.sampled_from(ZONES),
    st.lists(some_windows, min_size=7, max_size=7).filter(any),
    st.lists(specials, max_size=3, unique_by=lambda s: (str(s.first), str(s.last))),
)
CHANGES = (
    "2026-03-29T00:00", "2026-10-25T00:00",  # the EU, Beirut a day apart
    "2026-03-08T06:00", "2026-11-01T06:00",  # the US, Havana
    "2026-04-04T14:00", "2026-10-03T14:00",  # Lord Howe
    "2026-12-31T12:00", "2027-02-28T12:00",
)  # fmt: skip
instants = st.builds(
    lambda change, minutes: datetime.fromisoformat(change).replace(tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-2 * 24 * 60, 2 * 24 * 60),
)
