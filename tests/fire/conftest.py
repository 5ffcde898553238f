"""Databases with rules and a key in them, and services on them that end with the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from model import migrating
from model.access import bootstrap
from model.database import Database
from model.publishing import publish
from rules.rule_book import read_files
from tests.conftest import give_to_unprivileged, postgresql_programs
from tests.fire.postgresql import Server
from tests.fire.service import HOME, KEY, SECRET, Service

PREPARED = "prepared"
NOTES = 64
NOTE = """\
  note_{number}:
    type: text
    question: What is to be noted?
    asked_of: Agency IT Strategist
    action: analyze-request
    sources: [OMES 04.3.1 §4.2]
"""
NUMBERS = count(1)

Start = Callable[..., Service]


def prepare(url: str) -> None:
    """Give a database its tables, the bundled rules with 64 more facts, and a key."""
    files = dict(read_files(HOME / "rules"))
    notes = "".join(NOTE.format(number=number) for number in range(NOTES))
    files["vocabulary.yaml"] = files["vocabulary.yaml"].replace("facts:\n", f"facts:\n{notes}", 1)
    now = datetime.now(UTC)
    with closing(Database(url)) as database:
        migrating.upgrade(database)
        with database.transaction() as session:
            publish(session, files, "Pat", now)
            bootstrap(session, KEY, SECRET.encode(), now)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A small PostgreSQL server with a database to copy, running."""
    # The path of a socket may not be longer than 107 bytes: pytest's own folders are too deep.
    home = Path(tempfile.mkdtemp(prefix="tollgate-", dir="/tmp"))
    server = Server(postgresql_programs(home), home, give_to_unprivileged(home))
    try:
        server.create()
        server.start()
        with server.administer() as admin:
            admin.execute("CREATE ROLE tollgate LOGIN")
            admin.execute(f"CREATE DATABASE {PREPARED} OWNER tollgate")
        prepare(server.url_of(PREPARED))
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture
def postgresql_name(server: Server) -> str:
    """The name of a prepared PostgreSQL database of the test's own."""
    server.start()
    name = f"fire_{next(NUMBERS)}"
    with server.administer() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {PREPARED} OWNER tollgate".encode())
    return name


@pytest.fixture
def postgresql_url(server: Server, postgresql_name: str) -> str:
    """The URL of a prepared PostgreSQL database of the test's own."""
    return server.url_of(postgresql_name)


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared SQLite file, to copy."""
    path = tmp_path_factory.mktemp("prepared") / "tollgate.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(prepared_file: Path, tmp_path: Path) -> str:
    """The URL of a prepared SQLite database of the test's own."""
    return f"sqlite:///{shutil.copy(prepared_file, tmp_path / 'tollgate.db')}"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts services, which end with the test."""
    started: list[Service] = []

    def start(url: str, **more: object) -> Service:
        service = Service(url, tmp_path, **more)  # type: ignore[arg-type]
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        service.stop()
