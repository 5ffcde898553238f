"""The application as `create_app` makes it, with the bundled rules live and a key for each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from api import service as parts
from api.request_log import RequestLog
from app import create_app
from model import publishing
from model.access import Role, create_key
from model.database import Database
from model.settings import HOME, Settings
from rules import rule_book
from tests.api.calling import NOON, SECRET, Calls, Clock, key_of

RULES = HOME / "rules"
Serve = Callable[..., Calls]
PATIENCE = 2.0


def fill(database: Database) -> None:
    """Publish the bundled rules and make a key for each role."""
    with database.transaction() as session:
        publishing.publish(session, rule_book.read_files(RULES), "the tests", NOON)
        for role in Role:
            create_key(session, role.value, [role], SECRET, NOON, key=key_of(role))


def administer(server: str, statement: str) -> None:
    """Run a statement on the test's own PostgreSQL server."""
    with psycopg.connect(host=server, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(statement.encode())


def postgresql_url(server: str, name: str) -> str:
    """Return the URL of a database on the test's own PostgreSQL server."""
    return f"postgresql://postgres@/{name}?host={server}"


@pytest.fixture(scope="session")
def filled_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with rules and keys, to copy."""
    path = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("filled") / "tollgate.db"))
    with closing(Database(f"sqlite:///{path}")) as database:
        fill(database)
    return path


@pytest.fixture(scope="session")
def plain_app() -> Flask:
    """An application with the usual settings, to be used by one test after the other."""
    return create_app(Settings("sqlite:////nowhere/at/all.db", SECRET, RULES))


@pytest.fixture
def serve(plain_app: Flask) -> Iterator[Serve]:
    """Have an application serve a database; its clock stands still and its log is kept.

    With settings of its own it is a new one.
    """
    opened: list[Database] = []

    def served(url: str, **settings: Any) -> Calls:
        its = Settings(url, SECRET, RULES, **settings)
        app = create_app(its) if settings else plain_app
        opened.append(Database(url, patience=PATIENCE))
        clock, log = Clock(), StringIO()
        parts.install(app, parts.Service(opened[-1], its, log=RequestLog(log), clock=clock))
        return Calls(app, clock, log)

    yield served
    for database in opened:
        database.close()


@pytest.fixture
def url(filled_file: Path, tmp_path: Path) -> str:
    """The URL of a SQLite database with rules and keys."""
    return f"sqlite:///{shutil.copy(filled_file, tmp_path / 'tollgate.db')}"


@pytest.fixture
def calls(serve: Serve, url: str) -> Calls:
    """A ticketing system that asks the service."""
    return serve(url)


@pytest.fixture(scope="session")
def filled_template(postgresql_server: str) -> str:
    """The name of a PostgreSQL database with rules and keys, to copy."""
    administer(postgresql_server, "CREATE DATABASE filled TEMPLATE migrated")
    with closing(Database(postgresql_url(postgresql_server, "filled"))) as database:
        fill(database)
    return "filled"


@pytest.fixture
def calls_on_postgresql(
    serve: Serve, postgresql_server: str, filled_template: str
) -> Iterator[Calls]:
    """A ticketing system that asks a service on PostgreSQL."""
    name = f"api_{uuid4().hex}"
    administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {filled_template}")
    yield serve(postgresql_url(postgresql_server, name))
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["calls", "calls_on_postgresql"], ids=["sqlite", "postgresql"])
def calls_on_each(request: pytest.FixtureRequest) -> Calls:
    """A ticketing system that asks the service, once on each kind of database."""
    calls: Calls = request.getfixturevalue(request.param)
    return calls
