"""Reading calendars: everything wrong is named at once, and what is right comes back the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from rules.clocks.business_calendar import BusinessCalendar, SpecialDays, Window, YearDay
from rules.clocks.calendar_reader import MOST_SPECIAL_DAYS, read_calendar, written
from rules.errors import BadFields, EmptyCalendar
from tests.rules.clocks.counted import calendars

NINE = ["09:00-17:00"]


def problems(
    timezone: str = "UTC", week: dict[str, Any] | None = None, special: list[Any] | None = None
) -> dict[str, tuple[str, str | None]]:
    """Return what is wrong, by pointer."""
    with pytest.raises(BadFields) as refused:
        read_calendar(timezone, {"monday": NINE} if week is None else week, special or [])
    return {each.pointer: (each.detail, each.help) for each in refused.value.problems}


def test_a_calendar_is_read() -> None:
    """Windows over midnight, 24:00, holidays of a year and of each."""
    read = read_calendar(
        "Asia/Muscat",
        {"sunday": ["22:00-06:00", "08:00-12:00"], "monday": ["13:00-24:00", "12:00-00:00"]},
        [
            {"name": "New Year", "first": "12-31", "last": "01-01"},
            {"name": "half", "first": "2026-12-24", "windows": ["09:00-12:00"]},
        ],
    )
    assert read.zone.key == "Asia/Muscat"
    assert read.week[6] == (Window(480, 720), Window(1320, 1800))
    assert read.week[0] == (Window(720, 1440), Window(780, 1440))
    half = date(2026, 12, 24)
    assert read.special == (
        SpecialDays("New Year", YearDay(12, 31), YearDay(1, 1)),
        SpecialDays("half", half, half, (Window(540, 720),)),
    )


@given(calendar=calendars)
def test_what_is_written_is_read_as_the_same(calendar: BusinessCalendar) -> None:
    """Nothing is lost on the way to SQL and back."""
    raw: Any = written(calendar)
    read = read_calendar(raw["timezone"], raw["week"], raw["special_days"])
    assert written(read) == raw
    assert read == calendar


@pytest.mark.parametrize(
    ("window", "detail"),
    [
        ("9-17", "must be a window"),
        ("09:00-25:00", "must be a window"),
        ("09:00-24:01", "ends after 24:00"),
        ("24:00-09:00", "must be a window"),
        ("09:00-09:00", "has no length"),
        (540, "must be a window"),
        ("0٩:00-17:00", "must be a window"),
    ],
)
def test_what_is_no_window_is_refused(window: object, detail: str) -> None:
    """With how to write one."""
    ((told, help),) = problems(week={"monday": [window]}).values()
    assert told == detail
    assert help


def test_everything_wrong_is_told_at_once() -> None:
    """Each under its own pointer, with what may have been meant."""
    found = problems(
        "Europe/Viena",
        {"mondy": NINE, "friday": "09:00-17:00"},
        [
            "Christmas",
            {"name": "", "first": "2026-02-30", "windows": []},
            {"name": "a", "first": "12-24", "last": "2026-12-26"},
            {"name": "b", "first": "2026-12-24", "last": "2026-12-23"},
            {"name": "c", "first": "13-01", "colour": "red"},
            {"name": "d", "first": "02-30"},
            {"name": "e", "first": "2026-05-01"},
            {"name": "f", "first": "2026-05-01"},
        ],
    )
    assert set(found) == {
        "/timezone",
        "/week/mondy",
        "/week/friday",
        "/special_days/0",
        "/special_days/1/name",
        "/special_days/1/first",
        "/special_days/2/last",
        "/special_days/3/last",
        "/special_days/4/first",
        "/special_days/4/colour",
        "/special_days/5/first",
        "/special_days/7",
    }
    assert "Europe/Vienna" in str(found["/timezone"])
    assert "monday" in str(found["/week/mondy"])
    assert "`e`" in str(found["/special_days/7"])


def test_too_much_is_refused() -> None:
    """A calendar has as many special days as anybody needs, and no more."""
    many = [{"name": "x", "first": "2026-01-01"}] * (MOST_SPECIAL_DAYS + 1)
    assert set(problems(special=many)) == {"/special_days"}
    assert set(problems(week={"monday": NINE * 25})) == {"/week/monday"}
    stretches = [
        {"name": "x", "first": f"{2000 + n}-01-01", "last": "2199-01-01"} for n in range(101)
    ]
    assert set(problems(special=stretches)) == {"/special_days"}
    assert read_calendar("UTC", {"monday": NINE}, list(stretches[1:])).special


@pytest.mark.parametrize("zone", ["", "../etc/passwd", "Europe", "Europe/Viena", "UTC\0"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    """Whatever it looks like."""
    assert set(problems(zone)) == {"/timezone"}


def test_an_empty_calendar_is_refused_as_one() -> None:
    """It can be read, and is of no use."""
    with pytest.raises(EmptyCalendar):
        read_calendar("UTC", {}, [{"name": "closed", "first": "12-25"}])
