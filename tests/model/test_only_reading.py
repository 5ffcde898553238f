"""A database that may only be read is told before anybody wants to write; nobody is waited for."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text

from model.cases import insert_ref
from model.database import Database
from rules.errors import DatabaseAway
from tests.fire.service import HOME, bind_root_by_modes
from tests.model.conftest import NOW

PATIENCE = text("PRAGMA busy_timeout")
READ_ONLY = "default_transaction_read_only"
REFUSED = "may not be written to"
COUNT = text("SELECT count(*) FROM cases")


def test_connections_from_when_it_could_only_be_read_tell_nothing(database: Database) -> None:
    """A database that may be written to again is not away for their sake: all are given up."""
    only_read = "PRAGMA query_only = ON" if database.is_sqlite else f"SET {READ_ONLY} = on"
    with closing(Database(database.url, pool_size=2)) as small:
        with small.looking() as one, small.looking() as another:
            for connection in (one, another):
                connection.execute(text(only_read))
        small.require_writable()
        with small.transaction() as session, small.looking() as beside:
            insert_ref(session, "A", NOW)
            assert beside.scalar(COUNT) == 0


def test_a_server_that_was_set_to_be_read_is_told(postgresql_database: Database) -> None:
    """Though it answers who looks, on the connections that it had before."""
    url = postgresql_database.url
    said = f"{url.query.get('options', '')} -c {READ_ONLY}=on".strip()
    opened: list[object] = []
    with closing(Database(url.update_query_dict({"options": said}))) as only_read:
        event.listen(only_read.engine.pool, "connect", lambda *those: opened.append(those))
        with only_read.looking(), only_read.looking():
            pass
        for _ in range(3):
            with pytest.raises(DatabaseAway, match=REFUSED):
                only_read.require_writable()
        with only_read.looking(), only_read.looking():
            assert len(opened) == 2


def test_one_that_may_be_written_to_is_none(database: Database) -> None:
    """Asking changes nothing, and leaves nothing behind that another would wait for."""
    with database.transaction() as session:
        insert_ref(session, "A", NOW)
    database.require_writable()
    with database.transaction(0.0) as session:
        assert session.scalar(COUNT) == 1


def test_who_looks_something_up_next_is_as_patient_as_ever(sqlite_database: Database) -> None:
    """A file that is asked waits for nobody, and leaves that to no connection."""
    with closing(Database(sqlite_database.url, pool_size=1)) as small:
        with small.looking() as connection:
            usual = connection.scalar(PATIENCE)
        small.require_writable()
        with small.looking() as connection:
            assert connection.scalar(PATIENCE) == usual
        with small.transaction() as session:
            assert session.scalar(PATIENCE) > usual / 2


def test_a_file_that_may_only_be_read_is_told(sqlite_database: Database) -> None:
    """Though it is there, and all that reads it goes on."""
    file = f"file:{sqlite_database.url.database}"
    url = sqlite_database.url.set(database=file, query={"mode": "ro", "uri": "true"})
    with closing(Database(url)) as only_read:
        only_read.ping()
        with pytest.raises(DatabaseAway, match=REFUSED):
            only_read.require_writable()
        with sqlite_database.transaction(), pytest.raises(DatabaseAway, match=REFUSED):
            only_read.require_writable()


ASK = """
import sys
from model.database import Database
Database(sys.argv[1]).require_writable()
"""


@pytest.mark.parametrize("of_folder", [False, True], ids=["file", "folder"])
def test_modes_that_let_it_only_be_read_are_told(
    sqlite_database: Database, tmp_path: Path, of_folder: bool
) -> None:
    """Of the file, and of the folder in which its log would have to be made."""
    asked = [sys.executable, "-c", ASK, str(sqlite_database.url)]
    for mode, said in ((0o555, REFUSED), (0o755, "")):
        # What is made beside the file gets the file's mode.
        for path in (tmp_path,) if of_folder else tmp_path.glob("tollgate.db*"):
            path.chmod(mode)
        told = subprocess.run(
            asked,
            check=False,
            capture_output=True,
            text=True,
            cwd=HOME,
            preexec_fn=bind_root_by_modes,
        )
        assert said in told.stderr
        assert bool(told.stderr) == bool(said)


def test_a_writer_at_work_is_not_waited_for(sqlite_database: Database) -> None:
    """That somebody holds the lock tells that it can be written to: of this process, or another."""
    with (
        closing(Database(sqlite_database.url, patience=600)) as patient,
        sqlite_database.transaction() as session,
    ):
        insert_ref(session, "A", NOW)
        patient.require_writable()
        sqlite_database.require_writable()
    with patient.transaction() as session:
        assert session.scalar(COUNT) == 1


def test_one_without_tables_is_no_reader(tmp_path: Path) -> None:
    """What it lacks is told, and the way out."""
    with (
        closing(Database(f"sqlite:///{tmp_path / 'empty.db'}")) as empty,
        pytest.raises(DatabaseAway, match="run `db upgrade`"),
    ):
        empty.require_writable()
