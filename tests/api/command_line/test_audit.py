"""`flask audit`: everything that was done on the command line is in it."""

from __future__ import annotations

from model.database import Database
from tests.api.command_line.trial import Run


def test_what_is_done_on_the_command_line_is_listed(run: Run, sqlite_database: Database) -> None:
    """Keys made, rotated and revoked, and rules published; never a key itself."""
    made = run("key", "create", "Roundup", "--role", "ticketing")
    key_id = made.stderr.split()[2].rstrip(",")
    new = run("key", "rotate", key_id, "--grace", "90m")
    assert new.exit_code == 0, new.output
    run("key", "revoke", key_id)
    run("policy", "publish", "--by", "Pat")
    run("policy", "publish", "--by", "Pat")
    listed = run("audit", "list").output
    places = [listed.index(act) for act in ("rules-published", "key-revoked", "key-rotated")]
    assert places == sorted(places)
    assert listed.count("rules-published") == 1
    assert "command line" in listed
    assert "by: Pat" in listed
    for key in (made.stdout.strip(), new.stdout.strip()):
        assert key.startswith("tollgate_")
        assert key not in listed


def test_a_first_start_is_listed(run: Run, sqlite_database: Database) -> None:
    """The first key and the first rules have their author too."""
    run("db", "prepare")
    listed = run("audit", "list").output
    assert "key-created" in listed
    assert "rules-published" in listed


def test_long_lists_come_in_pages(run: Run, sqlite_database: Database) -> None:
    """Each page says how to see the next."""
    for number in range(3):
        run("key", "create", f"key {number}", "--role", "auditor")
    first = run("audit", "list", "--limit", "2").output
    assert "audit list --after 2" in first
    second = run("audit", "list", "--limit", "2", "--after", "2").output
    assert "key 0" in second
    assert "--after" not in second
