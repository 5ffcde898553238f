"""`flask db`: from an empty database to one that decides, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import migrating
from model.access import authenticate, list_keys
from model.database import Database
from model.revisions import live_revision
from tests.api.command_line.trial import NOW, SECRET, Run, commands_on

CHOSEN = "a-key-of-the-operators-choosing"


@pytest.fixture
def on_empty(empty_database: Database, rules_folder: Path) -> Run:
    """Runs a command on a database without tables."""
    return commands_on(empty_database, rules_folder)


def test_one_command_makes_an_empty_database_ready(empty_database: Database, on_empty: Run) -> None:
    """Tables, rules and a first key: after `db prepare` the service can decide."""
    assert on_empty("db", "status").exit_code == 1
    prepared = on_empty("db", "prepare")
    assert prepared.exit_code == 0, prepared.output
    assert "http://127.0.0.1:8000/docs" in prepared.output
    (key,) = [word for word in prepared.output.split() if word.startswith("tollgate_")]
    with empty_database.reading() as session:
        assert authenticate(session, key, SECRET, NOW).may()
        assert live_revision(session) is not None
    assert on_empty("db", "status").exit_code == 0


def test_preparing_again_changes_nothing(
    empty_database: Database, rules_folder: Path, on_empty: Run
) -> None:
    """A second start keeps rules and keys, shows no key, and reads no rule file."""
    on_empty("db", "prepare")
    with empty_database.reading() as session:
        before = (list_keys(session), live_revision(session))
    (rules_folder / "vocabulary.yaml").write_text("broken: [")
    again = on_empty("db", "prepare")
    assert again.exit_code == 0, again.output
    assert "tollgate_" not in again.output
    with empty_database.reading() as session:
        assert (list_keys(session), live_revision(session)) == before


def test_the_operator_may_choose_the_first_key(
    empty_database: Database, rules_folder: Path
) -> None:
    """TOLLGATE_BOOTSTRAP_KEY is the first administrator's key, and is not printed."""
    prepared = commands_on(empty_database, rules_folder, CHOSEN)("db", "prepare")
    assert CHOSEN not in prepared.output
    assert "TOLLGATE_BOOTSTRAP_KEY" in prepared.output
    with empty_database.reading() as session:
        assert authenticate(session, CHOSEN, SECRET, NOW).may()


def test_broken_rule_files_are_not_published_first(
    empty_database: Database, rules_folder: Path, on_empty: Run
) -> None:
    """A first start with broken files says what is wrong with them, and makes no key."""
    (rules_folder / "vocabulary.yaml").write_text("facts: {}\n")
    refused = on_empty("db", "prepare")
    assert refused.exit_code == 1
    assert "vocabulary.yaml:1:1: error[" in refused.output
    with empty_database.reading() as session:
        assert live_revision(session) is None
        assert not list_keys(session)


def test_migrations_run_down_and_up_again(empty_database: Database, on_empty: Run) -> None:
    """A database can be taken back to nothing and brought up again."""
    assert on_empty("db", "upgrade").exit_code == 0
    assert migrating.is_current(empty_database)
    assert on_empty("db", "downgrade", "base", "--yes").exit_code == 0
    assert migrating.current(empty_database) is None
    assert on_empty("db", "upgrade").exit_code == 0


def test_a_version_that_is_not_there_is_said_in_words(on_empty: Run) -> None:
    """A wrong version ends with one plain line, not with a traceback."""
    refused = on_empty("db", "upgrade", "nope")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: the database cannot be migrated")


@pytest.mark.parametrize("words", [("db", "status"), ("key", "list"), ("policy", "publish")])
def test_a_database_that_is_away_is_said_in_words(
    tmp_path: Path, rules_folder: Path, words: tuple[str, str]
) -> None:
    """No command hangs or shows a traceback when the database cannot be reached."""
    away = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}", patience=0.1)
    refused = commands_on(away, rules_folder)(*words)
    assert refused.exit_code == 1
    assert "Error: the database" in refused.stderr
