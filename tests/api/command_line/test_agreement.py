"""`flask agreement`: a service level manager at a terminal sees what is agreed, and how it goes."""

from __future__ import annotations

from datetime import date
from typing import Any

from model.database import Database
from tests.api.command_line.trial import Run
from tests.model.agreed import agreed, measured


def words(line: str) -> list[str]:
    """Return the columns of a line of a table."""
    return [each.strip() for each in line.split("  ") if each.strip()]


def test_agreements_are_listed_with_their_days(run: Run, sqlite_database: Database) -> None:
    """The end that is current, the last day for notice, or that it has ended."""
    renews: dict[str, Any] = {"ends_on": date(2025, 12, 31), "renewal_term": "P1Y", "notice": "P3M"}
    found = [
        agreed(sqlite_database, starts_on=date(2025, 1, 1), **renews),
        agreed(sqlite_database, name="Old", ends_on=date(2026, 3, 31)),
        agreed(sqlite_database, name="Open"),
    ]
    answer = run("agreement", "list")
    assert answer.exit_code == 0, answer.output
    rows = [words(line) for line in answer.output.splitlines()[3:] if line.strip()]
    assert rows == [
        [name, "sla", "-", "Finance", until, notice, each.id]
        for each, name, until, notice in zip(
            found, ("Mail", "Old", "Open"), ("2026-12-31", "ended 2026-03-31", "-"),
            ("2026-09-30", "-", "-"), strict=True,
        )
    ]  # fmt: skip
    assert "more than these 2" in run("agreement", "list", "--limit", "2").output
    answer = run("agreement", "list", "--service", "mail")
    assert (answer.exit_code, answer.output) == (1, "Error: there is no service `mail`\n")


def test_how_well_an_agreement_is_kept_to_is_said_in_one_table(
    run: Run, sqlite_database: Database
) -> None:
    """Of the last year, or between two days; each target a line."""
    agreement = agreed(sqlite_database)
    for month, value in ((8, 99.9), (9, 99.7), (10, 99.3)):
        measured(sqlite_database, agreement, date(2026, month, 30), value)
    answer = run("agreement", "performance", agreement.id)
    title, *table = (line for line in answer.output.splitlines() if line.strip())
    assert title == (
        "The service level agreement “Mail”, from 2025-11-22 to 2026-11-22: breached"
    )  # fmt: skip
    assert [words(line) for line in table[2:]] == [
        ["availability", ">= 99.5 percent", "breached", "2 of 3 (66.666667 percent)",
         "99.3 on 2026-10-30 (-0.2)", "worsening", "99.031207 on 2026-11-30"],
        ["fulfilment", "<= 8 hours", "not measured", "-", "-", "-", "-"],
    ]  # fmt: skip
    days = ("--from", "2026-08-01", "--to", "2026-09-30")
    assert "2026-09-30: met" in run("agreement", "performance", agreement.id, *days).output


def test_what_cannot_be_shown_is_said_in_words(run: Run, sqlite_database: Database) -> None:
    """No such agreement, days the wrong way round, no day; and no traceback."""
    id = agreed(sqlite_database).id
    for asked, said in (
        (("nowhere",), "there is no agreement `nowhere`"),
        ((id, "--from", "2026-11-02", "--to", "2026-11-01"), "must not be before `from`"),
        ((id, "--from", "soon"), "does not match the format"),
        ((id, "--to", "0001-01-01"), "must be between 1970-01-01 and 2199-12-31"),
    ):
        answer = run("agreement", "performance", *asked)
        assert (answer.exit_code in (1, 2), said in answer.output) == (True, True), answer.output
        assert "Traceback" not in answer.output
