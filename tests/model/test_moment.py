"""Moments: one instant, and the calendar day it is where the service is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from model.moment import Moment, in_letters, in_seconds, rfc3339


def test_today_is_the_day_in_the_services_zone() -> None:
    """Half past three in the night, UTC, is still yesterday in Oklahoma."""
    now, chicago = datetime(2026, 11, 22, 3, 30, tzinfo=UTC), ZoneInfo("America/Chicago")
    assert Moment.at(now, chicago) == Moment(now, date(2026, 11, 21), chicago)
    assert Moment.at(now, chicago).local.isoformat() == "2026-11-21T21:30:00-06:00"
    assert Moment.at(now, ZoneInfo("UTC")).today == date(2026, 11, 22)


def test_an_instant_is_shown_in_utc_with_a_z() -> None:
    """Callers read RFC 3339, to the millisecond."""
    at = datetime(2026, 11, 22, 10, 0, 0, 5_999, tzinfo=timezone(timedelta(hours=1)))
    assert rfc3339(at) == "2026-11-22T09:00:00.005Z"


def test_a_letter_gives_the_time_of_the_service_by_name() -> None:
    """Whoever reads it has no table of zones at hand; in summer it is another name."""
    zone = ZoneInfo("America/Chicago")
    assert in_letters(datetime(2026, 11, 23, 17, tzinfo=UTC), zone) == "2026-11-23 11:00 CST"
    assert in_letters(datetime(2026, 7, 23, 17, tzinfo=UTC), zone) == "2026-07-23 12:00 CDT"
    assert in_letters(datetime(2026, 7, 23, 17, tzinfo=UTC), UTC) == "2026-07-23 17:00 UTC"


@given(st.datetimes(timezones=st.timezones()))
def test_every_instant_reads_back(at: datetime) -> None:
    """What is shown names the same millisecond, wherever the clock stood."""
    shown = datetime.fromisoformat(rfc3339(at))
    assert timedelta(0) <= at.astimezone(UTC) - shown < timedelta(milliseconds=1)


def test_seconds_are_exact() -> None:
    """Whole ones are whole numbers; a fraction keeps every digit."""
    assert in_seconds(timedelta(hours=8)) == 28_800
    assert str(in_seconds(timedelta(seconds=1, microseconds=500_000))) == "1.5"
    assert str(in_seconds(timedelta(microseconds=1))) == "0.000001"
