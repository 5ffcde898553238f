"""Copies of an SQLite database: whole whatever goes on beside, verified, and put back safely."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text

from model import migrating
from model.access import Role, create_key, list_keys
from model.administration import Act, Actor, Via, acts_before
from model.backup import Contents, back_up, fingerprint_of, restore, verified
from model.database import Database
from model.publishing import publish
from model.settings import HOME
from rules.errors import Refused, Unable
from rules.rule_book import RuleFiles

SECRET = b"a secret made up for the tests"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KIM = Actor("Kim", Via.COMMAND_LINE)


def copied(database: Database, to: Path, *, replace: bool = False) -> Contents:
    """Back a database up."""
    return back_up(database, to, SECRET, KIM, NOW, replace=replace)


def put_back(database: Database, copy: Path, *, replace: bool = False) -> Path | None:
    """Restore a database that this process has closed."""
    database.close()
    return restore(database, copy, SECRET, KIM, NOW, replace=replace)


def make_key(database: Database, name: str) -> None:
    """Make a key."""
    with database.transaction() as session:
        create_key(session, name, [Role.ADMIN], SECRET, NOW)


def names(database: Database) -> list[str]:
    """Return the names of the keys in a database."""
    with database.reading() as session:
        return sorted(view.name for view in list_keys(session))


@pytest.fixture
def writing(sqlite_database: Database) -> Iterator[list[int]]:
    """Somebody who writes two rows at a time, and goes on until the test is over."""
    written: list[int] = []
    over = Event()

    def write() -> None:
        while not over.is_set():
            with sqlite_database.transaction() as session:
                for half in ("one", "other"):
                    create_key(session, half, [Role.ADMIN], SECRET, NOW)
            written.append(1)

    writer = Thread(target=write)
    writer.start()
    yield written
    over.set()
    writer.join()


def test_a_copy_of_a_database_in_use_holds_whole_transactions(
    sqlite_database: Database, writing: list[int], tmp_path: Path
) -> None:
    """Whatever was acknowledged before the copy is in it, and no half of anything."""
    for number in range(5):
        before = len(writing)
        copy = tmp_path / f"copy-{number}.db"
        contents = copied(sqlite_database, copy)
        assert contents.keys % 2 == 0
        assert 2 * before <= contents.keys <= 2 * (len(writing) + 1)
    assert writing


def test_a_copy_is_one_file_for_its_owner_only(sqlite_database: Database, tmp_path: Path) -> None:
    """Nothing lies beside it that would have to be kept with it, and nobody else reads it."""
    folder = tmp_path / "copies"
    folder.mkdir()
    copied(sqlite_database, folder / "copy.db")
    assert list(folder.iterdir()) == [folder / "copy.db"]
    assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_copy_says_what_it_holds_and_which_secret_it_belongs_with(
    sqlite_database: Database, rule_files: RuleFiles, tmp_path: Path
) -> None:
    """The schema, the live rules, how much there is, and a fingerprint that is not the secret."""
    with sqlite_database.transaction() as session:
        live = publish(session, rule_files, "Pat", NOW)
    make_key(sqlite_database, "x")
    contents = copied(sqlite_database, tmp_path / "copy.db")
    assert contents == verified(tmp_path / "copy.db")
    assert contents.migration == migrating.current(sqlite_database)
    assert contents.revision == live
    assert (contents.decisions, contents.keys) == (0, 1)
    assert contents.fingerprint == fingerprint_of(SECRET)
    assert contents.fingerprint != fingerprint_of(b"another secret of another service")
    assert SECRET not in (tmp_path / "copy.db").read_bytes()


def test_a_copy_of_an_older_version_can_be_made(tmp_path: Path) -> None:
    """A backup comes before the upgrade, when the tables of the audit are not there yet."""
    with closing(Database(f"sqlite:///{tmp_path}/old.db")) as database:
        migrating.upgrade(database, "0001")
        contents = copied(database, tmp_path / "copy.db")
    assert (contents.migration, contents.fingerprint) == ("0001", None)


def test_a_file_that_is_there_is_not_overwritten_unasked(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Yesterday's copy stays until somebody says otherwise."""
    copied(sqlite_database, copy := tmp_path / "copy.db")
    yesterday = copy.read_bytes()
    make_key(sqlite_database, "new")
    with pytest.raises(Refused, match="--force"):
        copied(sqlite_database, copy)
    assert copy.read_bytes() == yesterday
    assert copied(sqlite_database, copy, replace=True).keys == 1


def test_a_copy_that_cannot_be_made_leaves_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """A folder that is not there, or a database that is not, is named; no half of a copy stays."""
    with pytest.raises(Refused, match="cannot be written"):
        copied(sqlite_database, tmp_path / "no such folder" / "copy.db")
    away = Database(f"sqlite:///{tmp_path}/away.db")
    with pytest.raises(Unable, match="could not be copied"):
        copied(away, tmp_path / "copy.db")
    assert not list(tmp_path.glob(".*.part"))
    assert not (tmp_path / "copy.db").exists()


def test_a_copy_that_was_killed_half_way_is_no_copy(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """What `kill -9` leaves has another name, and is hidden."""
    script = """
import os, sys
from pathlib import Path
from model import backup
def killed(*_):
    os.kill(os.getpid(), 9)
backup.verified = killed
from model.administration import Actor, Via
from model.database import Database
from datetime import UTC, datetime
backup.back_up(Database(sys.argv[1]), Path(sys.argv[2]), b"s" * 16, Actor("x", Via.HTTP),
               datetime.now(UTC), replace=True)
"""
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"yesterday's")
    url = sqlite_database.url.render_as_string()
    run = subprocess.run([sys.executable, "-c", script, url, str(copy)], cwd=HOME, check=False)
    assert run.returncode == -9
    assert copy.read_bytes() == b"yesterday's"


def test_a_restored_database_is_that_of_the_copy(sqlite_database: Database, tmp_path: Path) -> None:
    """What came after the copy is gone from the place, and kept beside it."""
    make_key(sqlite_database, "then")
    copied(sqlite_database, tmp_path / "copy.db")
    make_key(sqlite_database, "later")
    aside = put_back(sqlite_database, tmp_path / "copy.db", replace=True)
    assert names(sqlite_database) == ["then"]
    assert aside is not None
    with closing(Database(f"sqlite:///{aside}")) as replaced:
        assert names(replaced) == ["later", "then"]
    with sqlite_database.reading() as session:
        newest = acts_before(session, None, 1).acts[0]
    assert (newest.act, newest.on) == (Act.DATABASE_RESTORED, "copy.db")


def test_a_database_that_holds_something_is_not_replaced_unasked(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Restoring into an empty database, or where there is none, needs no force."""
    copied(sqlite_database, tmp_path / "empty.db")
    make_key(sqlite_database, "x")
    copied(sqlite_database, tmp_path / "full.db")
    with pytest.raises(Refused, match="--force"):
        put_back(sqlite_database, tmp_path / "empty.db")
    assert names(sqlite_database) == ["x"]
    put_back(sqlite_database, tmp_path / "empty.db", replace=True)
    Path(str(sqlite_database.url.database)).unlink()
    assert put_back(sqlite_database, tmp_path / "full.db") is None
    assert names(sqlite_database) == ["x"]


@pytest.mark.parametrize("force", [True, False])
def test_a_database_in_use_is_never_replaced(
    sqlite_database: Database, tmp_path: Path, *, force: bool
) -> None:
    """What a running service would still write into the old file would be lost."""
    copied(sqlite_database, tmp_path / "copy.db")
    script = """
import sys
from model.database import Database
database = Database(sys.argv[1])
database.ping()
print("in use", flush=True)
sys.stdin.read()
"""
    url = sqlite_database.url.render_as_string()
    service = subprocess.Popen(
        [sys.executable, "-c", script, url],
        cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with service:
        assert service.stdout
        assert service.stdout.readline() == b"in use\n"
        with pytest.raises(Refused, match="stop the service first"):
            put_back(sqlite_database, tmp_path / "copy.db", replace=force)
        service.communicate()
    assert put_back(sqlite_database, tmp_path / "copy.db", replace=force) is not None


def test_a_damaged_database_is_replaced_with_force(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Which is what copies are for; what is left of it is kept."""
    make_key(sqlite_database, "then")
    copied(sqlite_database, tmp_path / "copy.db")
    sqlite_database.close()
    path = Path(str(sqlite_database.url.database))
    path.write_bytes(b"nothing that anybody could read" * 1000)
    path.with_name(f"{path.name}-wal").write_bytes(b"the log of something else")
    with pytest.raises(Refused, match="--force"):
        put_back(sqlite_database, tmp_path / "copy.db")
    aside = put_back(sqlite_database, tmp_path / "copy.db", replace=True)
    assert names(sqlite_database) == ["then"]
    assert aside is not None
    assert aside.read_bytes().startswith(b"nothing")


def damaged(copy: Path) -> None:
    """Overwrite a page in the middle."""
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size // 2)
        file.write(b"\xff" * 8192)


def dangling(copy: Path) -> None:
    """Add a row that refers to nothing."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(
            "INSERT INTO case_facts (case_id, name, value, supplied_by, supplied_at)"
            " VALUES (77, 'viable', 'true', 'Ann', '2026-11-22 08:00:00')"
        )
        connection.commit()


def foreign(copy: Path) -> None:
    """Make it another program's database."""
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE notes (text)")


@pytest.mark.parametrize("spoil", [damaged, dangling, foreign, Path.unlink])
def test_a_copy_that_is_not_sound_is_not_restored(
    sqlite_database: Database, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """It is looked at first, and what is there stays."""
    make_key(sqlite_database, "x")
    copied(sqlite_database, tmp_path / "copy.db")
    spoil(tmp_path / "copy.db")
    with pytest.raises((Refused, Unable), match=r"copy\.db"):
        put_back(sqlite_database, tmp_path / "copy.db", replace=True)
    assert names(sqlite_database) == ["x"]
    assert not list(tmp_path.glob("*.replaced-*"))


def test_a_restored_database_is_guarded_as_before(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """The triggers and the write-ahead log are there again, and the file's rights."""
    path = Path(str(sqlite_database.url.database))
    path.chmod(0o640)
    copied(sqlite_database, tmp_path / "copy.db")
    put_back(sqlite_database, tmp_path / "copy.db", replace=True)
    assert path.stat().st_mode & 0o777 == 0o640
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    with pytest.raises(Exception, match="never changed"), sqlite_database.transaction() as session:
        session.execute(text("DELETE FROM administration_acts"))
