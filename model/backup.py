"""Copies of an SQLite database: made while the service writes, verified, put back.

A copy is one file, and whole or not there: it is written beside its place, checked, brought to
the disk, and only then given its name. PostgreSQL has its own tools; `docs/operation.md` has
them.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from model import json_text
from model.administration import Act, Actor, record_act
from model.database import Database
from rules.errors import Refused, Unable

_BUSY = 10.0
_CONTENTS = {
    "migration": "SELECT version_num FROM alembic_version",
    "revision": "SELECT revision_id FROM publications ORDER BY seq DESC LIMIT 1",
    "decisions": "SELECT count(*) FROM decisions",
    "keys": "SELECT count(*) FROM api_keys",
    "made_with": "SELECT details FROM administration_acts WHERE act = ? ORDER BY id DESC LIMIT 1",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy holds; `fingerprint` is that of the secret it belongs with, if it says so."""

    migration: str
    revision: str | None
    decisions: int
    keys: int
    fingerprint: str | None


def fingerprint_of(secret: bytes) -> str:
    """Return what tells one secret from another, and tells nothing else of it."""
    return hmac.new(secret, b"tollgate fingerprint of the secret", "sha256").hexdigest()[:16]


def back_up(
    database: Database, to: Path, secret: bytes, actor: Actor, now: datetime, *, replace: bool
) -> Contents:
    """Copy an SQLite database to the file `to` while it is in use, and say what is in the copy.

    Raises:
        Refused: `to` is there already (unless `replace`), or cannot be written.
        Unable: the database or the copy is damaged.
    """
    if to.exists() and not replace:
        raise Refused(f"`{to}` is there already: name another file, or say --force")
    with _draft_of(to) as draft:
        _copy(_path(database), draft)
        _note(draft, Act.DATABASE_BACKED_UP, to, secret, actor, now)
        contents = verified(draft)
        _place(draft, to, replace=replace)
    return contents


def restore(
    database: Database, copy: Path, secret: bytes, actor: Actor, now: datetime, *, replace: bool
) -> Path | None:
    """Put a copy in the place of an SQLite database; return where that is now, if there was one.

    Raises:
        Refused: the database is in use, or holds something (unless `replace`).
        Unable: the copy is damaged, or no copy of this service's database.
    """
    path = _path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    verified(copy)
    with _draft_of(path) as draft:
        _copy(copy, draft)
        _note(draft, Act.DATABASE_RESTORED, copy, secret, actor, now)
        verified(draft)
        if not path.exists():
            _place(draft, path, replace=False)
            return None
        _keep_owner(path, draft)
        with _nobody_else_in(path) as replaced:
            if not replace and _holds_something(replaced):
                raise Refused(f"`{path}` holds decisions, keys or rules: say --force to replace it")
            aside = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
            os.link(path, aside)
            # A damaged database may have left its log, which must not be taken for the copy's.
            for log in ("-wal", "-shm"):
                if (left := path.with_name(path.name + log)).exists():
                    left.rename(aside.with_name(aside.name + log))
            _place(draft, path, replace=True)
    return aside


def verified(copy: Path) -> Contents:
    """Return what a copy holds.

    Raises:
        Unable: it is damaged, or no copy of this service's database.
    """
    if not copy.is_file():
        raise Refused(f"there is no file `{copy}`")
    try:
        with closing(_opened(copy, "ro")) as connection:
            for check in ("integrity_check", "foreign_key_check"):
                found = connection.execute(f"PRAGMA {check}").fetchone()
                if found not in (None, ("ok",)):
                    raise Unable(f"`{copy}` is damaged: {found[0]}")
            return _contents(connection)
    except sqlite3.Error as error:
        raise Unable(f"`{copy}` is no sound copy of this service's database: {error}") from error


def _contents(connection: sqlite3.Connection) -> Contents:
    """Say what is there; tables of an older version that are not there yet count as empty."""
    tables = _tables(connection)
    if "alembic_version" not in tables:
        raise sqlite3.DatabaseError("it has no tables of this service")

    def first(what: str, table: str, *values: str) -> object:
        row = connection.execute(_CONTENTS[what], values).fetchone() if table in tables else None
        return row[0] if row else None

    made_with = first("made_with", "administration_acts", Act.DATABASE_BACKED_UP)
    details = json_text.loads(str(made_with)) if made_with else {}
    revision = first("revision", "publications")
    return Contents(
        str(first("migration", "alembic_version")),
        str(revision) if revision else None,
        int(str(first("decisions", "decisions") or 0)),
        int(str(first("keys", "api_keys") or 0)),
        str(details["secret_fingerprint"]) if isinstance(details, dict) and details else None,
    )


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def _holds_something(connection: sqlite3.Connection) -> bool:
    """Whether anything would be lost with it, as far as that can be told."""
    kept = {"decisions", "cases", "api_keys", "publications"}
    try:
        return any(
            connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608
            for table in kept & _tables(connection)
        )
    except sqlite3.DatabaseError:
        return True


def _copy(from_file: Path, to_file: Path) -> None:
    """Copy a database as it is at one moment; writers need not wait."""
    try:
        with closing(_opened(from_file, "ro")) as source, closing(_opened(to_file)) as target:
            source.backup(target)
            # One file, without another beside it.
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise Unable(f"`{from_file}` could not be copied: {error}") from error


def _note(draft: Path, act: Act, file: Path, secret: bytes, actor: Actor, now: datetime) -> None:
    """Record the act in the copy itself, where its version has a place for it."""
    with closing(_opened(draft, "ro")) as connection:
        if "administration_acts" not in _tables(connection):
            return
    # Opened as the service opens it, the copy would get a log beside it.
    engine = create_engine(f"sqlite:///{draft}")
    with Session(engine) as session, session.begin():
        fingerprint = fingerprint_of(secret)
        record_act(session, actor, act, file.name, now, secret_fingerprint=fingerprint)
    engine.dispose()


def _keep_owner(path: Path, draft: Path) -> None:
    """Let whoever could use the replaced file use the new one: root may restore for a service."""
    found = path.stat()
    os.chown(draft, found.st_uid, found.st_gid)
    draft.chmod(found.st_mode & 0o777)


@contextmanager
def _draft_of(place: Path) -> Iterator[Path]:
    """Give a file beside `place` that only its owner may read; it is gone afterwards."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
    except OSError as error:
        raise Refused(f"`{place}` cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _place(draft: Path, place: Path, *, replace: bool) -> None:
    _bring_to_disk(draft)
    if replace:
        draft.replace(place)
    else:
        os.link(draft, place)
    _bring_to_disk(place.parent)


def _bring_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _nobody_else_in(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the database at `path` alone, as the one file that it then is.

    Raises:
        Refused: a process has it open.
    """
    with closing(_opened(path)) as connection:
        try:
            connection.execute("PRAGMA busy_timeout = 1000")
            # Only whoever is alone may end the write-ahead log.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Refused(f"`{path}` is in use ({error}): stop the service first") from error
        except sqlite3.DatabaseError:
            pass  # it is damaged: nothing can be in use, and a copy is what it needs
        yield connection


def _opened(path: Path, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=_BUSY, isolation_level=None
    )


def _path(database: Database) -> Path:
    return Path(str(database.url.database))
