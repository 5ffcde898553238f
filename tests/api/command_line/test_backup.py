"""`flask backup` and `flask restore`: what an operator sees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from api.command_line import registration
from api.service import Service, install
from model.database import Database
from model.settings import Settings
from tests.api.command_line.trial import NOW, SECRET, Run, commands_on


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy goes."""
    return tmp_path / "copy.db"


def test_a_backup_says_what_it_holds_and_what_belongs_with_it(
    run: Run, published: Database, ticketing_key: str, copy: Path
) -> None:
    """The schema, the live rules, how much there is, and that the secret is needed too."""
    made = run("backup", str(copy))
    assert made.exit_code == 0, made.output
    assert f"backed up to {copy}" in made.output
    assert "live rules  sha256:" in made.output
    assert "0 decisions, 1 API key" in made.output
    assert "keep the secret too" in made.output
    assert ticketing_key not in made.output


def test_a_backup_is_in_the_audit_of_the_database_and_of_the_copy(
    run: Run, sqlite_database: Database, copy: Path, rules_folder: Path
) -> None:
    """Whoever looks at either sees that a copy of everything was taken, by whom."""
    run("backup", str(copy))
    assert "database-backed-up" in run("audit", "list").output
    taken = Database(f"sqlite:///{copy}")
    assert "database-backed-up" in commands_on(taken, rules_folder)("audit", "list").output
    taken.close()


def test_a_restore_says_what_it_brought_and_where_the_old_one_is(
    run: Run, sqlite_database: Database, published: Database, copy: Path
) -> None:
    """After it, the service decides by the copy."""
    run("backup", str(copy))
    sqlite_database.close()
    refused = run("restore", str(copy))
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    restored = run("restore", str(copy), "--force")
    assert restored.exit_code == 0, restored.output
    assert "live rules  sha256:" in restored.output
    assert "what was there is now" in restored.output
    assert "secret" not in restored.stderr
    assert run("db", "status").exit_code == 0


def test_a_restore_warns_when_the_secret_is_another(
    run: Run, sqlite_database: Database, rules_folder: Path, copy: Path
) -> None:
    """No key of the copy would work: the operator hears it now, not from the callers."""
    run("backup", str(copy))
    sqlite_database.close()
    url = sqlite_database.url.render_as_string()
    other = replace(Settings(url, SECRET, rules_folder), secret_source=b"another secret of ours")
    app = Flask("tollgate")
    install(app, Service(sqlite_database, other, clock=lambda: NOW))
    registration.register(app)
    restored = app.test_cli_runner().invoke(args=["restore", str(copy), "--force"])
    assert restored.exit_code == 0, restored.output
    assert "belongs with another secret" in restored.stderr


def test_a_copy_of_an_older_version_says_what_to_run_next(
    run: Run, sqlite_database: Database, copy: Path
) -> None:
    """An old copy is put back as it is, and the operator is told to upgrade it."""
    assert run("db", "downgrade", "0001", "--yes").exit_code == 0
    made = run("backup", str(copy))
    assert made.exit_code == 0, made.output
    assert "could not be noted" in made.stderr
    sqlite_database.close()
    restored = run("restore", str(copy), "--force")
    assert "run `db upgrade`" in restored.output
    assert "does not say which secret" in restored.stderr


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_on_postgresql_its_own_tools_are_named(
    postgresql_database: Database, rules_folder: Path, copy: Path, command: str, tool: str
) -> None:
    """An operator is told what to run instead, without a password on the screen."""
    refused = commands_on(postgresql_database, rules_folder)(command, str(copy))
    assert refused.exit_code == 1
    assert tool in refused.stderr
    assert '_DATABASE_URL"' in refused.stderr
    assert "postgresql://" not in refused.stderr
    assert "docs/operation.md" in refused.stderr
