"""Business time: the named days on which others count wrongly, and a count of every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.clocks.business_calendar import BusinessCalendar, SpecialDays, Window, YearDay
from rules.clocks.open_hours import HORIZON, BusinessTime, Count, ElapsedTime
from tests.rules.clocks.counted import (
    MINUTE,
    NINE_TO_FIVE,
    at,
    calendars,
    daily,
    instants,
    open_minutes,
    weekly,
)

HOUR = timedelta(hours=1)
WHOLE_DAY = Window(0, 24 * 60)
NIGHT = Window(22 * 60, 30 * 60)


def test_eight_hours_from_monday_nine_is_monday_five() -> None:
    """The day's end is reached on that day, not when the next one begins."""
    time = BusinessTime(weekly("UTC", NINE_TO_FIVE))
    assert time.after(at("2026-11-23 09:00"), 8 * HOUR) == at("2026-11-23 17:00")
    assert time.after(at("2026-11-23 09:00"), 8 * HOUR + MINUTE) == at("2026-11-24 09:01")
    assert time.after(at("2026-11-20 16:00"), 2 * HOUR) == at("2026-11-23 10:00")
    assert time.after(at("2026-11-21 12:00"), timedelta(0)) == at("2026-11-21 12:00")


def test_open_at_its_opening_and_closed_at_its_closing() -> None:
    """The instant at which business closes no longer belongs to it."""
    time = BusinessTime(weekly("Europe/Vienna", NINE_TO_FIVE))
    assert time.is_open(at("2026-11-23 09:00", "Europe/Vienna"))
    assert not time.is_open(at("2026-11-23 17:00", "Europe/Vienna"))
    assert not time.is_open(at("2026-11-22 12:00", "Europe/Vienna"))


def test_several_windows_a_day_and_24_00_as_an_end() -> None:
    """A break does not count; a day that ends at 24:00 runs into the next one."""
    broken = BusinessTime(weekly("UTC", Window(9 * 60, 12 * 60), Window(13 * 60, 17 * 60)))
    assert broken.after(at("2026-11-23 11:00"), 2 * HOUR) == at("2026-11-23 14:00")
    whole = BusinessTime(daily("UTC", WHOLE_DAY))
    assert list(whole.spans(at("2026-11-22 00:00"), at("2026-11-25 00:00"))) == [
        (at("2026-11-22 00:00"), at("2026-11-25 00:00"))
    ]


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    """It runs over midnight; a holiday closes the night that begins on it, not the one before."""
    holiday = SpecialDays("Holiday", date(2026, 11, 24), date(2026, 11, 24))
    time = BusinessTime(weekly("UTC", NIGHT, special=(holiday,)))
    assert list(time.spans(at("2026-11-23 00:00"), at("2026-11-26 12:00"))) == [
        (at("2026-11-23 22:00"), at("2026-11-24 06:00")),
        (at("2026-11-25 22:00"), at("2026-11-26 06:00")),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "night"),
    [
        ("Europe/Vienna", "2026-03-29", 23),
        ("Europe/Vienna", "2026-10-25", 25),
        ("America/Chicago", "2026-03-08", 23),
        ("America/Chicago", "2026-11-01", 25),
        ("Asia/Beirut", "2026-03-29", 23),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Muscat", "2026-03-29", 24),
    ],
)
def test_the_days_on_which_the_clock_changes_are_as_long_as_they_are(
    zone: str, day: str, night: float
) -> None:
    """A whole day is 23 hours in spring and 25 in autumn, Lord Howe's half an hour off."""
    time = BusinessTime(daily(zone, WHOLE_DAY))
    opens = time.after(at(f"{day} 12:00", zone) - 26 * HOUR, timedelta(0))
    assert opens is not None
    one = BusinessTime(
        BusinessCalendar(
            daily(zone, WHOLE_DAY).zone,
            ((),) * 7,
            (SpecialDays("it", date.fromisoformat(day), date.fromisoformat(day), (WHOLE_DAY,)),),
        )
    )
    assert one.between(opens, opens + 72 * HOUR) == night * HOUR


def test_a_window_whose_edge_is_skipped_moves_to_the_first_instant_there_is() -> None:
    """In Vienna 02:30 does not exist on 29 March 2026: from there on it is 03:00, summer time."""
    zone = "Europe/Vienna"
    time = BusinessTime(daily(zone, Window(2 * 60 + 30, 5 * 60)))
    assert list(time.spans(at("2026-03-29 00:00", zone), at("2026-03-29 12:00", zone))) == [
        (at("2026-03-29 03:00", zone), at("2026-03-29 05:00", zone))
    ]
    skipped = BusinessTime(daily(zone, Window(2 * 60 + 10, 2 * 60 + 50)))
    assert not skipped.between(at("2026-03-29 00:00", zone), at("2026-03-29 12:00", zone))


def test_a_day_whose_midnight_is_skipped_begins_when_it_begins() -> None:
    """Beirut's clock goes from 23:59 to 01:00: the day's first window opens at 01:00."""
    zone = "Asia/Beirut"
    time = BusinessTime(daily(zone, Window(0, 6 * 60)))
    assert list(time.spans(at("2026-03-28 12:00", zone), at("2026-03-29 12:00", zone))) == [
        (at("2026-03-29 01:00", zone), at("2026-03-29 06:00", zone))
    ]
    late = BusinessTime(daily(zone, Window(18 * 60, 24 * 60)))
    assert late.between(at("2026-03-28 12:00", zone), at("2026-03-29 12:00", zone)) == 6 * HOUR


def test_a_window_opens_at_the_first_and_closes_at_the_second_occurrence() -> None:
    """In Vienna 02:00 to 03:00 comes twice on 25 October 2026."""
    zone = "Europe/Vienna"
    time = BusinessTime(daily(zone, Window(2 * 60 + 30, 2 * 60 + 45)))
    assert list(time.spans(at("2026-10-25 00:00", zone), at("2026-10-25 12:00", zone))) == [
        (at("2026-10-25 02:30", zone), at("2026-10-25 02:45", zone, fold=1))
    ]
    half_an_hour = BusinessTime(daily("Australia/Lord_Howe", Window(60, 2 * 60)))
    assert half_an_hour.between(
        at("2026-04-04 12:00", "Australia/Lord_Howe"), at("2026-04-05 12:00", "Australia/Lord_Howe")
    ) == timedelta(hours=1, minutes=30)


def test_windows_that_overlap_count_once() -> None:
    """Two teams at the same hours make no day longer."""
    time = BusinessTime(daily("UTC", Window(8 * 60, 12 * 60), Window(10 * 60, 14 * 60)))
    assert time.between(at("2026-11-23 00:00"), at("2026-11-24 00:00")) == 6 * HOUR


def test_what_is_never_reached_is_said_to_be() -> None:
    """A calendar that is open on one day only leaves what is longer without an instant."""
    once = SpecialDays("the one day", date(2026, 11, 24), date(2026, 11, 24), (NINE_TO_FIVE,))
    calendar = BusinessCalendar(daily("UTC", WHOLE_DAY).zone, ((),) * 7, (once,))
    time = BusinessTime(calendar)
    assert time.after(at("2026-11-22 00:00"), 8 * HOUR) == at("2026-11-24 17:00")
    assert time.after(at("2026-11-22 00:00"), 9 * HOUR) is None
    assert ElapsedTime().after(at("2026-11-22 00:00"), HORIZON + HOUR) is None


def test_time_that_counts_as_it_passes() -> None:
    """Without a calendar a day has 24 hours, also when the clock changes."""
    elapsed = ElapsedTime()
    zone = "Europe/Vienna"
    begun = datetime(2026, 10, 24, 12, tzinfo=daily(zone, WHOLE_DAY).zone)
    assert elapsed.after(begun, 24 * HOUR) == at("2026-10-25 11:00", zone)
    assert elapsed.between(begun, at("2026-10-25 12:00", zone)) == 25 * HOUR
    assert elapsed.between(at("2026-10-25 12:00", zone), begun) == timedelta(0)


def test_holidays_of_every_kind() -> None:
    """Ranges over New Year, half days, and a working day in the middle of a closed week."""
    special = (
        SpecialDays("closed", YearDay(12, 24), YearDay(1, 6)),
        SpecialDays("half day", YearDay(12, 23), YearDay(12, 23), (Window(9 * 60, 12 * 60),)),
        SpecialDays("stock-taking", date(2026, 12, 30), date(2026, 12, 30), (NINE_TO_FIVE,)),
    )
    time = BusinessTime(weekly("UTC", NINE_TO_FIVE, special=special))
    assert list(time.spans(at("2026-12-23 00:00"), at("2027-01-08 00:00"))) == [
        (at("2026-12-23 09:00"), at("2026-12-23 12:00")),
        (at("2026-12-30 09:00"), at("2026-12-30 17:00")),
        (at("2027-01-07 09:00"), at("2027-01-07 17:00")),
    ]


@settings(max_examples=60, deadline=None)
@given(calendar=calendars, start=instants, minutes=st.integers(0, 3 * 24 * 60))
def test_business_time_is_what_a_count_of_every_minute_gives(
    calendar: BusinessCalendar, start: datetime, minutes: int
) -> None:
    """Over random calendars, zones and changes of the clock, both ways round."""
    time, end = BusinessTime(calendar), start + minutes * MINUTE
    counted = sorted(open_minutes(calendar, start, end))
    assert time.between(start, end) == len(counted) * MINUTE
    assert time.is_open(start) == (start in counted) or not minutes
    for place in {0, len(counted) // 2, len(counted) - 1} if counted else ():
        assert time.after(start, (place + 1) * MINUTE) == counted[place] + MINUTE


@settings(max_examples=100, deadline=None)
@given(calendar=calendars, start=instants, seconds=st.integers(1, 10**6))
def test_what_is_due_after_so_much_time_is_so_far_away(
    calendar: BusinessCalendar, start: datetime, seconds: int
) -> None:
    """From the start to the due instant there is as much time as was asked for, no instant less."""
    much = timedelta(seconds=seconds)
    counts: tuple[Count, ...] = (BusinessTime(calendar), ElapsedTime())
    for count in counts:
        due = count.after(start, much)
        if due is None:
            continue
        assert due.tzinfo is UTC
        assert count.between(start, due) == much
        assert count.between(start, due - timedelta(microseconds=1)) < much
