"""Readings of the wall clock: skipped, twice, or once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clocks.local_time import closing, opening
from tests.rules.clocks.counted import ZONES


def utc(text: str) -> datetime:
    """Return an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "opens", "closes"),
    [
        ("Europe/Vienna", "2026-03-29", 150, "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Vienna", "2026-10-25", 150, "2026-10-25 00:30", "2026-10-25 01:30"),
        ("America/Chicago", "2026-03-08", 150, "2026-03-08 08:00", "2026-03-08 08:00"),
        ("America/Chicago", "2026-11-01", 90, "2026-11-01 06:30", "2026-11-01 07:30"),
        ("Asia/Beirut", "2026-03-29", 0, "2026-03-28 22:00", "2026-03-28 22:00"),
        ("Asia/Beirut", "2026-03-28", 1440, "2026-03-28 22:00", "2026-03-28 22:00"),
        ("Australia/Lord_Howe", "2026-10-04", 135, "2026-10-03 15:30", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-04-05", 105, "2026-04-04 14:45", "2026-04-04 15:15"),
        ("Asia/Muscat", "2026-03-29", 150, "2026-03-28 22:30", "2026-03-28 22:30"),
        ("Pacific/Apia", "2011-12-30", 600, "2011-12-30 10:00", "2011-12-30 10:00"),
    ],
)
def test_the_named_changes_of_the_clock(
    zone: str, day: str, minute: int, opens: str, closes: str
) -> None:
    """A skipped reading is the first instant after it; of two, the first opens, the second closes.

    Beirut skips midnight, Lord Howe half an hour, Samoa a whole day, Muscat nothing.
    """
    on = date.fromisoformat(day)
    assert opening(on, minute, ZoneInfo(zone)) == utc(opens)
    assert closing(on, minute, ZoneInfo(zone)) == utc(closes)


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    day=st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    minute=st.integers(0, 2_879),
)
def test_an_edge_is_shown_by_the_wall_or_is_the_first_instant_after(
    zone: ZoneInfo, day: date, minute: int
) -> None:
    """Where the wall shows it, it is that instant; else the wall jumps over it right there."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    for edge in (opening(day, minute, zone), closing(day, minute, zone)):
        shown = edge.astimezone(zone).replace(tzinfo=None)
        just_before = (edge - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert shown == wall or just_before < wall < shown
    assert opening(day, minute, zone) <= closing(day, minute, zone)
