"""`flask key`: what an operator does with API keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from model.access import Role, authenticate, list_keys
from model.database import Database
from rules.errors import NotAuthenticated
from tests.api.command_line.trial import NOW, SECRET, Run


def test_a_key_is_shown_once_and_works(run: Run, sqlite_database: Database) -> None:
    """The key stands alone on standard output, so that a script can keep it."""
    made = run("key", "create", "Roundup", "--role", "ticketing", "--role", "auditor")
    assert made.exit_code == 0, made.output
    with sqlite_database.reading() as session:
        caller = authenticate(session, made.stdout.strip(), SECRET, NOW)
    assert caller.name == "Roundup"
    assert caller.roles == {Role.TICKETING, Role.AUDITOR}
    assert made.stdout.strip() not in run("key", "list").output


def test_a_key_is_valid_until_the_end_of_its_last_day(run: Run, sqlite_database: Database) -> None:
    """`--until` names the last day on which the key still works."""
    key = run("key", "create", "x", "--role", "admin", "--until", "2026-12-31").stdout.strip()
    with sqlite_database.reading() as session:
        last_minute = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
        assert authenticate(session, key, SECRET, last_minute).name == "x"
        with pytest.raises(NotAuthenticated):
            authenticate(session, key, SECRET, datetime(2027, 1, 1, tzinfo=UTC))


def test_a_day_that_has_passed_is_refused(run: Run, sqlite_database: Database) -> None:
    """No key is made that could never be used."""
    refused = run("key", "create", "x", "--role", "admin", "--until", "2026-11-21")
    assert refused.exit_code == 2
    assert "that day has passed" in refused.output
    with sqlite_database.reading() as session:
        assert not list_keys(session)


def test_an_unknown_role_is_refused_with_the_known_ones(run: Run) -> None:
    """A misspelt role gives no key, and shows what there is to choose from."""
    refused = run("key", "create", "x", "--role", "owner")
    assert refused.exit_code == 2
    assert "policy-owner" in refused.output


def test_a_revoked_key_is_refused_and_says_so(run: Run, sqlite_database: Database) -> None:
    """Revoking ends a key at once, and the list shows it."""
    key = run("key", "create", "x", "--role", "admin").stdout.strip()
    with sqlite_database.reading() as session:
        (view,) = list_keys(session)
    assert "revoked" not in run("key", "list").output
    assert run("key", "revoke", view.id).exit_code == 0
    assert "revoked" in run("key", "list").output
    with sqlite_database.reading() as session, pytest.raises(NotAuthenticated):
        authenticate(session, key, SECRET, NOW)


def test_an_unknown_id_is_said_in_words(run: Run) -> None:
    """Revoking what is not there ends with one plain line and status 1."""
    refused = run("key", "revoke", "nope")
    assert refused.exit_code == 1
    assert refused.stderr == "Error: there is no API key `nope`\n"


def test_a_key_is_rotated_with_a_grace(run: Run, sqlite_database: Database) -> None:
    """The new key is shown alone on standard output, and the old one ends a day later."""
    old = run("key", "create", "Roundup", "--role", "ticketing").stdout.strip()
    with sqlite_database.reading() as session:
        (view,) = list_keys(session)
    rotated = run("key", "rotate", view.id)
    assert rotated.exit_code == 0, rotated.output
    assert "the old key ends by 2026-11-23T09:30:00.000Z" in rotated.stderr
    with sqlite_database.reading() as session:
        assert authenticate(session, rotated.stdout.strip(), SECRET, NOW).name == "Roundup"
        authenticate(session, old, SECRET, NOW + timedelta(hours=23))
        with pytest.raises(NotAuthenticated):
            authenticate(session, old, SECRET, NOW + timedelta(hours=24))


@pytest.mark.parametrize("grace", ["24", "1w", "-1h", "h", "91d", "1.5h"])
def test_what_is_no_period_is_refused(run: Run, sqlite_database: Database, grace: str) -> None:
    """A grace that cannot be read is refused with one that can, and nothing is rotated."""
    run("key", "create", "x", "--role", "ticketing")
    with sqlite_database.reading() as session:
        (view,) = list_keys(session)
    refused = run("key", "rotate", view.id, f"--grace={grace}")
    assert refused.exit_code == 2
    assert grace in refused.stderr
    with sqlite_database.reading() as session:
        assert list_keys(session) == (view,)
