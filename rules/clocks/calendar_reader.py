"""A business calendar as JSON has it, both ways; everything wrong with it is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from rules.clocks.business_calendar import BusinessCalendar, SpecialDays, Window, YearDay
from rules.clocks.local_time import MINUTES_OF_A_DAY
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean
from rules.values import has_control_character

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_WINDOWS = 24
MOST_SPECIAL_DAYS = 2_000
MOST_STRETCHES = 100
"""Special days that come every year, or are more than one: each is looked at for every day."""
LONGEST_NAME = 200
WINDOW = r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)"
YEARLY = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
DATED = r"\d{4}-\d{2}-\d{2}"
_MEMBERS = ("name", "first", "last", "windows")
_SOME_LEAP_YEAR = 2000


def read_calendar(
    timezone: str, week: Mapping[str, object], special: list[object]
) -> BusinessCalendar:
    """Return the calendar that is meant; pointers begin at the object that holds the three.

    `week`: `{"monday": ["09:00-12:00", "13:00-17:00"], …}`; `special`: `[{"name", "first",
    "last", "windows"}, …]`, where `first` is `2026-12-24` or, each year, `12-24`.

    Raises:
        BadFields: with one problem for each member that cannot be read.
        EmptyCalendar: no day has a window.
    """
    reader = _Reader()
    zone = reader.zone(timezone)
    days = reader.week(week)
    specials = reader.special(special)
    if reader.problems or zone is None:
        raise BadFields(reader.problems)
    return BusinessCalendar(zone, days, specials)


def written(calendar: BusinessCalendar) -> dict[str, object]:
    """Return the calendar as `read_calendar` reads it."""
    return {
        "timezone": calendar.zone.key,
        "week": {
            name: _written_windows(windows)
            for name, windows in zip(WEEKDAYS, calendar.week, strict=True)
            if windows
        },
        "special_days": [
            {
                "name": days.name,
                "first": _written_day(days.first),
                "last": _written_day(days.last),
                "windows": _written_windows(days.windows),
            }
            for days in calendar.special
        ],
    }


class _Reader:
    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def zone(self, name: str) -> ZoneInfo | None:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            help = did_you_mean(name, available_timezones()) or "write it as in `Europe/Vienna`"
            self._problem("/timezone", f"there is no time zone `{name}`", help)
            return None

    def week(self, week: Mapping[str, object]) -> tuple[tuple[Window, ...], ...]:
        for name in week:
            if name not in WEEKDAYS:
                self._problem(f"/week/{name}", "is no weekday", did_you_mean(name, WEEKDAYS))
        return tuple(self._windows(f"/week/{name}", week.get(name, [])) for name in WEEKDAYS)

    def special(self, special: list[object]) -> tuple[SpecialDays, ...]:
        if len(special) > MOST_SPECIAL_DAYS:
            self._problem("/special_days", f"must be {MOST_SPECIAL_DAYS} at most")
            return ()
        found: dict[tuple[object, object], SpecialDays] = {}
        for number, each in enumerate(special):
            at = f"/special_days/{number}"
            days = self._special_days(at, each)
            if days is None:
                continue
            if (there := found.get((days.first, days.last))) is not None:
                self._problem(at, f"`{there.name}` is the same days already")
            found[days.first, days.last] = days
        stretches = sum(days.is_yearly or days.first != days.last for days in found.values())
        if stretches > MOST_STRETCHES:
            detail = f"must have at most {MOST_STRETCHES} that are yearly or longer than a day"
            self._problem("/special_days", detail)
        return tuple(found.values())

    def _special_days(self, at: str, raw: object) -> SpecialDays | None:
        if not isinstance(raw, Mapping):
            self._problem(at, "must be a JSON object")
            return None
        before = len(self.problems)
        for member in raw:
            if member not in _MEMBERS:
                help = did_you_mean(str(member), _MEMBERS)
                self._problem(f"{at}/{member}", "there is no such member", help)
        name = self._name(f"{at}/name", raw.get("name"))
        windows = self._windows(f"{at}/windows", raw.get("windows", []))
        first = self._day(f"{at}/first", raw.get("first"))
        last = self._day(f"{at}/last", raw["last"]) if "last" in raw else first
        if first is None or last is None:
            return None
        if isinstance(first, YearDay) != isinstance(last, YearDay):
            self._problem(f"{at}/last", "must be of the same kind as `first`: dated, or yearly")
        elif isinstance(first, date) and isinstance(last, date) and last < first:
            self._problem(f"{at}/last", "is before `first`")
        return SpecialDays(name, first, last, windows) if len(self.problems) == before else None

    def _name(self, at: str, raw: object) -> str:
        if (
            isinstance(raw, str)
            and 1 <= len(raw) <= LONGEST_NAME
            and not has_control_character(raw)
        ):
            return raw
        self._problem(at, f"must be a text of 1 to {LONGEST_NAME} plain characters")
        return ""

    def _day(self, at: str, raw: object) -> date | YearDay | None:
        try:
            if isinstance(raw, str) and re.fullmatch(YEARLY, raw, re.ASCII):
                month, day = int(raw[:2]), int(raw[3:])
                date(_SOME_LEAP_YEAR, month, day)
                return YearDay(month, day)
            if isinstance(raw, str) and re.fullmatch(DATED, raw, re.ASCII):
                return date.fromisoformat(raw)
        except ValueError:
            self._problem(at, f"`{raw}` is no day of the calendar")
            return None
        self._problem(at, "must be a day", "write `2026-12-24`, or `12-24` for each year")
        return None

    def _windows(self, at: str, raw: object) -> tuple[Window, ...]:
        if not isinstance(raw, list) or len(raw) > MOST_WINDOWS:
            self._problem(at, f"must be a list of {MOST_WINDOWS} windows at most")
            return ()
        found = (self._window(f"{at}/{number}", each) for number, each in enumerate(raw))
        return tuple(sorted(window for window in found if window is not None))

    def _window(self, at: str, raw: object) -> Window | None:
        match = re.fullmatch(WINDOW, raw, re.ASCII) if isinstance(raw, str) else None
        if match is None:
            self._problem(at, "must be a window", "write it as in `09:00-17:00` or `22:00-06:00`")
            return None
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
        opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        if closes > MINUTES_OF_A_DAY:
            self._problem(at, "ends after 24:00", "write an end after midnight as in `22:00-06:00`")
            return None
        if opens == closes:
            self._problem(at, "has no length", "a whole day is `00:00-24:00`")
            return None
        return Window(opens, closes if closes > opens else closes + MINUTES_OF_A_DAY)

    def _problem(self, pointer: str, detail: str, help: str | None = None) -> None:
        self.problems.append(FieldProblem(pointer, detail, help))


def _written_windows(windows: tuple[Window, ...]) -> list[str]:
    return [f"{_written_time(each.opens)}-{_written_time(_end(each))}" for each in windows]


def _end(window: Window) -> int:
    over = window.closes - MINUTES_OF_A_DAY
    return over if over > 0 else window.closes


def _written_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _written_day(day: date | YearDay) -> str:
    return day.isoformat() if isinstance(day, date) else f"{day.month:02}-{day.day:02}"
