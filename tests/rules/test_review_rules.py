"""When people hear of a review: ahead, on the day, again while it is overdue, never in the quiet.

Whatever the rules say, and whatever day one looks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.clocks.business_calendar import BusinessCalendar, Window
from rules.review_rules import Quiet, ReviewKind, ReviewRules, Schedule
from tests.rules.clocks.counted import MINUTE, at, open_minutes

DUE = date(2027, 1, 31)
ZONES = (
    "America/Santiago", "Asia/Beirut", "Africa/Cairo",  # where a change skips midnight
    "America/Chicago", "Europe/Vienna", "Australia/Lord_Howe", "America/Havana", "Asia/Muscat",
)  # fmt: skip
CHANGES = (
    "2026-09-06T04:00", "2026-04-05T03:00",  # Santiago
    "2026-03-28T22:00", "2026-10-24T21:00",  # Beirut
    "2026-04-23T22:00", "2026-10-29T21:00",  # Cairo
    "2026-03-08T08:00", "2026-11-01T07:00",  # Chicago, Havana
    "2026-03-29T01:00", "2026-10-25T01:00",  # Vienna
    "2026-04-04T15:00", "2026-10-03T15:30",  # Lord Howe
)  # fmt: skip
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
USUAL = Schedule()
SCHEDULES = st.builds(
    Schedule,
    st.lists(st.integers(0, 60), min_size=1, max_size=4, unique=True).map(
        lambda days: tuple(sorted(days, reverse=True))
    ),
    st.integers(1, 40),
)


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


def test_a_review_is_reminded_of_before_on_and_after_its_day() -> None:
    """Thirty and seven days ahead, on the day, then each week."""
    told: list[int] = []
    day = date.min
    while len(told) < 6:
        day = USUAL.next_day(DUE, None, day)
        told.append((day - DUE).days)
    assert told == [-30, -7, 0, 7, 14, 21]


@pytest.mark.parametrize(
    ("every", "told"), [(7, [0, 7]), (8, [-7, 0]), (30, [-7, 0]), (31, [-30, -7])]
)
def test_no_reminder_comes_before_the_occurrence_before(every: int, told: list[int]) -> None:
    """What is reviewed each week is not announced a month ahead."""
    before = DUE - days(every)
    first = USUAL.next_day(DUE, before, date.min)
    second = USUAL.next_day(DUE, before, first)
    assert [(day - DUE).days for day in (first, second)] == told


@given(SCHEDULES, st.integers(1, 400), st.integers(0, 500))
def test_whatever_day_one_looks_the_latest_reminder_is_told(
    schedule: Schedule, every: int, later: int
) -> None:
    """However many were missed: it is the last of those whose day has come."""
    before = DUE - days(every)
    day = schedule.next_day(DUE, before, date.min)
    assert schedule.latest_step(DUE, before, day - days(1)) is None
    today, told = day + days(later), []
    while day <= today:
        told.append((day - DUE).days)
        day = schedule.next_day(DUE, before, day)
    assert schedule.latest_step(DUE, before, today) == told[-1]
    assert schedule.next_day(DUE, before, today) == day > today


@pytest.mark.parametrize(
    ("local", "quiet"),
    [
        ("2027-01-29T17:59", False),
        ("2027-01-29T18:00", True),
        ("2027-01-30T06:59", True),
        ("2027-01-29T07:00", False),
        ("2027-01-30T12:00", True),
        ("2027-02-01T12:00", False),
    ],
)
def test_quiet_hours_go_over_midnight_and_quiet_days_from_end_to_end(
    local: str, quiet: bool
) -> None:
    """From the first minute to the last but one; 30 January 2027 is a Saturday."""
    nights = Quiet(time(18), time(7), frozenset({5, 6}))
    assert nights.is_at(at(local)) is quiet


@given(TIMES, TIMES, st.datetimes(datetime(1971, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_not_quiet_is_quiet_the_other_way_round(
    begins: time, ends: time, local: datetime
) -> None:
    """Unless nothing lies between the two times: then it is never quiet."""
    there, back = Quiet(begins, ends).is_at(local), Quiet(ends, begins).is_at(local)
    assert (there != back) if begins != ends else not (there or back)


@pytest.mark.parametrize(
    ("local", "loud"),
    [
        ("2027-01-28T17:59", "2027-01-28T17:59"),
        ("2027-01-28T18:00", "2027-01-29T07:00"),
        ("2027-01-29T06:59", "2027-01-29T07:00"),
        ("2027-01-29T18:00", "2027-02-01T07:00"),
        ("2027-01-30T12:00", "2027-02-01T07:00"),
    ],
)
def test_what_waits_goes_out_when_the_quiet_hours_are_over(local: str, loud: str) -> None:
    """The next morning; of a weekend, on Monday: 30 January 2027 is a Saturday."""
    nights = Quiet(time(18), time(7), frozenset({5, 6}))
    assert nights.loud_from(at(local)) == at(loud)


def test_on_one_loud_day_a_week_its_night_lasts_until_it_comes_again() -> None:
    """Six quiet days, and hours over midnight: a week, less the night before; to the minute."""
    nights = Quiet(time(18), time(7), frozenset(range(6)))
    evening, next_morning = (at(f"2027-{day}") for day in ("01-31 18:00", "02-07 07:00"))
    assert nights.loud_from(evening) == next_morning
    assert nights.loud_from(evening - MINUTE) == evening - MINUTE


@pytest.mark.parametrize(
    ("zone", "times", "now", "loud"),
    [
        ("America/Chicago", ("18:00", "02:30"), "2026-03-08T07:00", "2026-03-08T08:00"),
        ("America/Chicago", ("18:00", "01:30"), "2026-11-01T06:30", "2026-11-01T07:30"),
        ("America/Chicago", ("01:30", "04:00"), "2026-11-01T07:00", "2026-11-01T10:00"),
        ("Asia/Beirut", ("20:00", "00:00"), "2026-03-28T21:00", "2026-03-28T22:00"),
        ("America/Santiago", ("20:00", "00:30"), "2026-09-06T02:00", "2026-09-06T04:00"),
    ],
)
def test_where_the_clock_changes_the_quiet_ends_as_any_window_does(
    zone: str, times: tuple[str, str], now: str, loud: str
) -> None:
    """What it skips ends with the change; what it shows twice is quiet from the first to the last.

    So an hour that comes twice is no less quiet the second time than between its two ends.
    """
    begins, ends = map(time.fromisoformat, times)
    quiet = Quiet(begins, ends)
    found = quiet.loud_from(datetime.fromisoformat(f"{now}+00:00").astimezone(ZoneInfo(zone)))
    assert found == datetime.fromisoformat(f"{loud}+00:00")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(CHANGES),
    st.integers(-2 * 24 * 60, 2 * 24 * 60),
    st.none() | st.tuples(TIMES, TIMES),
    st.frozensets(st.integers(0, 6), max_size=6),
)
def test_it_is_loud_from_the_first_minute_that_is_not_quiet(
    zone: str, change: str, off: int, times: tuple[time, time] | None, days: frozenset[int]
) -> None:
    """Against a count of every minute by what the wall shows, around the changes of the clock."""
    now = datetime.fromisoformat(f"{change}+00:00") + off * MINUTE
    begins, ends = times or (None, None)
    quiet = Quiet(begins, ends, days)
    until = now + timedelta(days=15)
    minutes = _quiet_minutes(ZoneInfo(zone), times, days, now, until)
    first = next(now + n * MINUTE for n in count() if now + n * MINUTE not in minutes)
    assert first < until
    local = now.astimezone(ZoneInfo(zone))
    assert quiet.loud_from(local) == first
    assert quiet.is_at(local) == (now in minutes)


def _quiet_minutes(
    zone: ZoneInfo,
    times: tuple[time, time] | None,
    days: frozenset[int],
    now: datetime,
    until: datetime,
) -> set[datetime]:
    """Return the quiet minutes of a span, of each quiet window by itself."""
    whole = tuple((Window(0, 24 * 60),) if day in days else () for day in range(7))
    weeks = [whole]
    if times is not None and times[0] != times[1]:
        begins, ends = (each.hour * 60 + each.minute for each in times)
        night = Window(begins, ends if ends > begins else ends + 24 * 60)
        weeks.append(((night,),) * 7)
    found: set[datetime] = set()
    for week in weeks:
        if any(week):
            found |= open_minutes(BusinessCalendar(zone, week), now, until)
    return found


def test_without_rules_the_usual_ones_hold() -> None:
    """Thirty, seven and no days ahead, weekly after it; two weeks overdue it escalates."""
    assert ReviewRules().schedule_of(ReviewKind.POLICY) == USUAL
    assert not Quiet().is_at(at("2027-01-30T03:00"))
