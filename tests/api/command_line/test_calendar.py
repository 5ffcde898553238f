"""`flask calendar`: calendars on the command line, made, changed and filled with holidays."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import json_text
from model.database import Database
from tests.api.command_line.trial import Run

OFFICE = '{"timezone": "Europe/Vienna", "week": {"monday": ["09:00-17:00"]}}'


def test_a_calendar_is_written_shown_and_written_again(
    run: Run, sqlite_database: Database, tmp_path: Path
) -> None:
    """What is shown can be edited and written back."""
    made = run("calendar", "write", "office", "-", input=OFFICE)
    assert made.output == "office: version 1, special days: 0\n", made.output
    shown = run("calendar", "show", "office").output
    assert json_text.loads(shown) == {**json_text.loads(OFFICE), "special_days": []}  # type: ignore[dict-item]
    file = tmp_path / "office.json"
    file.write_text(shown.replace("17:00", "18:00"), encoding="utf-8")
    assert "version 2" in run("calendar", "write", "office", str(file)).output
    assert "version 2" in run("calendar", "write", "office", str(file)).output


def test_holidays_are_put_in(run: Run, sqlite_database: Database) -> None:
    """And the list says how many days there are."""
    run("calendar", "write", "office", "-", input=OFFICE)
    years = ("--from", "2026", "--until", "2026")
    done = run("calendar", "holidays", "office", "--country", "AT", *years)
    assert done.output == "office: version 2, special days: 13\n"
    listed = run("calendar", "list").output
    for word in ("office", "2", "Europe/Vienna", "13", "2026-11-22T09:30:00.000Z"):
        assert word in listed


@pytest.mark.parametrize(
    ("words", "input", "said"),
    [
        (("show", "nowhere"), None, "there is no calendar `nowhere`"),
        (("write", "office", "-"), "{", "is not JSON"),
        (("write", "office", "-"), '{"week": {}}', "/timezone: is required"),
        (("write", "office", "-"), OFFICE.replace("[", "").replace("]", ""), "must be a list"),
        (("write", "office", "-"), '{"timezone": "UTC", "week": {}}', "the calendar is empty"),
        (("write", "an office", "-"), OFFICE, "must be letters"),
        (
            ("holidays", "office", "--country", "AT", "--from", "2026", "--until", "2025"),
            None,
            "/last_year",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    run: Run, sqlite_database: Database, words: tuple[str, ...], input: str | None, said: str
) -> None:
    """With what is wrong, and exit status 1."""
    done = run("calendar", *words, input=input)
    assert done.exit_code == 1
    assert said in done.output
