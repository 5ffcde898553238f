"""When the database is away or busy: a clear 503 on every route, soon, and nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from model.database import Database
from tests.api.calling import Calls, body_of, problem_of
from tests.api.test_authentication import WHO_MAY, path_of

if TYPE_CHECKING:
    from tests.api.conftest import Serve

Away = Callable[[], str]
NEEDING = [route for route in WHO_MAY if route[1] not in ("/healthz", "/readyz")]
GONE = {
    "no such folder": "sqlite:////nowhere/at/all.db",
    "nobody listens": "postgresql://postgres@127.0.0.1:1/tollgate",
}


@pytest.mark.parametrize("url", GONE.values(), ids=GONE)
def test_every_route_that_needs_the_database_is_503(serve: Serve, url: str) -> None:
    """Authentication included: the answer is never 401 for a key that could not be looked up."""
    calls = serve(url)
    for method, rule in NEEDING:
        answer = calls.ask(method, path_of(rule), body=None if method == "GET" else {})
        problem_of(answer, 503, "database-away")
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("url", GONE.values(), ids=GONE)
def test_alive_is_not_ready(serve: Serve, url: str) -> None:
    """The process tells that it lives, and that it cannot decide."""
    calls = serve(url).as_(None)
    assert calls.get("/healthz").status_code == 200
    problem_of(calls.get("/readyz"), 503, "database-away")


def test_a_database_without_tables_is_503(serve: Serve, tmp_path: Path) -> None:
    """The operator is told what to run."""
    answer = serve(f"sqlite:///{tmp_path / 'empty.db'}").get("/api/v1/policies")
    assert "db upgrade" in problem_of(answer, 503, "database-away")["detail"]


def test_a_database_that_goes_away_and_comes_back_is_used_again(
    serve: Serve, url: str, tmp_path: Path
) -> None:
    """The service needs no restart."""
    calls, file = serve(url), Path(url.removeprefix("sqlite:///"))
    assert calls.decide().status_code == 201
    calls.service.database.close()
    file.rename(tmp_path / "elsewhere")
    file.mkdir()
    problem_of(calls.decide(), 503, "database-away")
    file.rmdir()
    (tmp_path / "elsewhere").rename(file)
    assert calls.decide().status_code == 201


def test_a_writer_who_holds_the_database_is_waited_for_briefly(calls: Calls) -> None:
    """A decision is then 503 and nothing of it is stored; reading goes on all the while."""
    calls.decided()
    before = calls.get("/api/v1/cases/CRM-1").get_data()
    file = calls.service.database.url.database
    assert file
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        began = monotonic()
        answer = calls.decide(facts={"viable": True}, headers={"Idempotency-Key": "a"})
        problem_of(answer, 503, "database-away")
        assert monotonic() - began < 10
        assert calls.get("/api/v1/cases/CRM-1").get_data() == before
    again = calls.decide(facts={"viable": True}, headers={"Idempotency-Key": "a"})
    assert again.status_code == 201
    assert body_of(again)["case"]["version"] == 2


def test_without_rules_there_is_no_deciding(serve: Serve, sqlite_database: Database) -> None:
    """A migrated database that has no rules yet: not ready, and it says what is missing."""
    calls = serve(sqlite_database.url.render_as_string())
    answer = calls.as_(None).get("/readyz")
    assert "policy publish" in problem_of(answer, 503, "no-live-revision")["detail"]
    assert int(answer.headers["Retry-After"]) > 0
