"""The documented way to copy and restore a PostgreSQL database, done for real."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.fire.callers import Callers, ask
from tests.fire.conftest import Start
from tests.fire.postgresql import Server
from tests.fire.service import HOME, PATIENCE, Service, wait_until

DOCUMENTED = (HOME / "docs" / "operation.md").read_text(encoding="utf-8")
COPIED = "copied"


def documented(program: str) -> list[str]:
    """Return the one command line with `program` that the operator's page shows."""
    (line,) = set(re.findall(rf"^{program} .*$", DOCUMENTED, re.MULTILINE))
    return shlex.split(line)


def run(server: Server, folder: Path, command: list[str], variables: Mapping[str, str]) -> None:
    """Run one of PostgreSQL's programs, with the variables that the page names."""
    words = [re.sub(r"\$(\w+)", lambda match: variables[match[1]], word) for word in command]
    program = str(server.programs / words[0])
    done = subprocess.run(
        [program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def emptied(server: Server) -> str:
    """The URL of a new database, without tables."""
    with server.administer() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {COPIED} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {COPIED} OWNER tollgate".encode())
    return server.url_of(COPIED)


def test_a_copy_restored_into_a_new_database_decides_and_replays(
    start: Start, server: Server, postgresql_url: str, emptied: str, tmp_path: Path
) -> None:
    """What was acknowledged before the copy, taken under load, is there and gives the same."""
    facts = {"origin": "agency", "in_catalog": False}
    wanted = [
        (f"key-{number}", {"case": {"ref": f"CRM-{number}"}, "facts": facts})
        for number in range(150)
    ]
    service: Service = start(postgresql_url, workers=1)
    callers = Callers([service.url], PATIENCE)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(callers.have_decided, wanted)
        wait_until(lambda: len(callers.acknowledged) > 40)
        before = dict(callers.acknowledged)
        run(server, tmp_path, documented("pg_dump"), {"TOLLGATE_DATABASE_URL": postgresql_url})
        under_way.result()
    service.stop()

    run(server, tmp_path, documented("pg_restore"), {"NEW_DATABASE_URL": emptied})
    restored: Service = start(emptied, workers=1)
    for key, body in wanted:
        if key in before:
            again = ask(restored.url, "POST", "/api/v1/decisions", body, Idempotency_Key=key)
            assert again.text == before[key]
    (some, *_) = before.values()
    decision = ask(restored.url, "GET", "/api/v1/decisions?case=CRM-0").body["decisions"][0]
    assert some
    replayed = ask(restored.url, "POST", f"/api/v1/decisions/{decision['id']}/replay").body
    assert replayed["same"] is True
    new = ask(restored.url, "POST", "/api/v1/decisions", {"case": {"ref": "CRM-NEW"}})
    assert new.status == 201


def test_a_restored_database_guards_its_record_as_before(
    server: Server, postgresql_url: str, emptied: str, tmp_path: Path
) -> None:
    """The triggers come along: no row of the record can be removed."""
    run(server, tmp_path, documented("pg_dump"), {"TOLLGATE_DATABASE_URL": postgresql_url})
    run(server, tmp_path, documented("pg_restore"), {"NEW_DATABASE_URL": emptied})
    with (
        psycopg.connect(emptied, autocommit=True) as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute("DELETE FROM publications")
