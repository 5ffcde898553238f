"""What the commands work on: a copy of the bundled rules, and a real database."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.access import Role, create_key
from model.database import Database
from model.publishing import publish
from model.settings import HOME
from rules.rule_book import read_files
from tests.api.command_line.trial import NOW, SECRET, Run, commands_on


@pytest.fixture
def rules_folder(tmp_path: Path) -> Path:
    """A copy of the bundled rule files, to edit."""
    folder = tmp_path / "rules"
    for name, text in read_files(HOME / "rules").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(sqlite_database: Database, rules_folder: Path) -> Run:
    """Runs a command on a migrated database without rules, and on the copied rule files."""
    return commands_on(sqlite_database, rules_folder)


@pytest.fixture
def ticketing_key(sqlite_database: Database) -> str:
    """The key of a ticketing system."""
    with sqlite_database.transaction() as session:
        return create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW).key


@pytest.fixture
def published(sqlite_database: Database) -> Database:
    """The database in which the bundled rules are live."""
    with sqlite_database.transaction() as session:
        publish(session, read_files(HOME / "rules"), "Pat", NOW)
    return sqlite_database
