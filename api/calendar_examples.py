"""What the OpenAPI document shows of business calendars."""

from __future__ import annotations

from typing import Any

_WORKDAYS = ("monday", "tuesday", "wednesday", "thursday")
_HOURS: dict[str, Any] = {
    "timezone": "Europe/Vienna",
    "week": {
        **{day: ["08:00-12:00", "13:00-17:00"] for day in _WORKDAYS},
        "friday": ["08:00-14:00"],
    },
    "special_days": [
        {"name": "Christmas Eve", "first": "12-24", "last": "12-24", "windows": ["08:00-12:00"]},
        {"name": "Company holidays", "first": "12-27", "last": "01-05", "windows": []},
        {
            "name": "Stock-taking",
            "first": "2026-12-30",
            "last": "2026-12-30",
            "windows": ["08:00-16:00"],
        },
    ],
}
_NIGHT: dict[str, Any] = {
    "name": "operations",
    "timezone": "Europe/Vienna",
    "week": {"saturday": ["22:00-06:00"], "sunday": ["00:00-24:00"]},
}
NEW_CALENDARS: dict[str, Any] = {
    "an office": {"name": "vienna-office", **_HOURS},
    "a shift over midnight": _NIGHT,
}
HOURS: dict[str, Any] = {"hours from now on": _HOURS}
SEEDS: dict[str, Any] = {
    "three years of a country": {"country": "AT", "first_year": 2026, "last_year": 2028}
}
CALENDAR: dict[str, Any] = {
    "name": "vienna-office",
    "version": 1,
    **_HOURS,
    "changed_by": "Dana",
    "changed_at": "2026-11-22T09:30:15.123Z",
}
CALENDARS = {"calendars": [CALENDAR]}
OPEN_HOURS: dict[str, Any] = {
    "version": 1,
    "seconds": 28_800,
    "open": [
        {"since": "2026-11-23T07:00:00.000Z", "until": "2026-11-23T11:00:00.000Z"},
        {"since": "2026-11-23T12:00:00.000Z", "until": "2026-11-23T16:00:00.000Z"},
    ],
}
