"""Versions are replaced one by one, on one database, while callers go on asking."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from alembic.config import Config
from alembic.script import ScriptDirectory

from model.migrating import MIGRATIONS
from tests.fire.callers import Callers, ask
from tests.fire.conftest import Start
from tests.fire.service import HOME, PATIENCE, SECRET, Service, wait_until

MIGRATION = '''\
"""What a later version adds."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "later", "{head}"

def upgrade():
    op.add_column("cases", sa.Column("colour", sa.Text()))
    op.add_column("decisions", sa.Column("weight", sa.Integer(), server_default="1"))
    op.create_table("colours", sa.Column("name", sa.Text(), primary_key=True))
{also}
def downgrade():
    op.drop_table("colours")
    op.drop_column("decisions", "weight")
    op.drop_column("cases", "colour")
'''
TAKES_AWAY = """    op.execute("UPDATE schema_support SET oldest = 'later'")\n"""
ROUND = 150


def later_version(folder: Path, also: str = "") -> Path:
    """Return a copy of this version that knows one migration more."""
    for part in ("api", "model", "rules", "scheduler"):
        shutil.copytree(
            HOME / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )  # fmt: skip
    for file in ("app.py", "gunicorn.conf.py"):
        shutil.copy(HOME / file, folder)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    versions = folder / MIGRATIONS.relative_to(HOME) / "versions"
    (versions / "later.py").write_text(MIGRATION.format(head=head, also=also), encoding="utf-8")
    return folder


def flask(home: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of some version."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=home,
        env={"TOLLGATE_DATABASE_URL": url, "TOLLGATE_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def cases(name: str) -> list[tuple[str, object]]:
    """Return requests, each of a case of its own and several of one that all share."""
    facts = {"origin": "agency", "in_catalog": False}
    refs = [f"{name}-{number}" if number % 3 else f"{name}-all" for number in range(ROUND)]
    return [
        (f"{name}-{number}", {"case": {"ref": ref}, "facts": facts})
        for number, ref in enumerate(refs)
    ]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads in which the test does several things at once."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_no_request_fails_while_versions_are_replaced(
    start: Start, postgresql_url: str, tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    """Upgrade the tables, then start the new, then end the old: callers notice nothing."""
    later = later_version(tmp_path / "later")
    old: Service = start(postgresql_url, workers=1)
    waiting = flask(later, postgresql_url, "db", "status")
    assert waiting.returncode == 1
    assert "run `db upgrade`" in waiting.stderr

    newer = Service(postgresql_url, tmp_path, workers=1, home=later)
    try:
        begun = pool.submit(newer.start)
        wait_until(lambda: _answers(newer))
        unready = requests.get(f"{newer.url}/readyz", timeout=10)
        assert unready.status_code == 503
        assert "run `db upgrade`" in unready.json()["detail"]

        first = Callers([old.url], PATIENCE)
        under_way = pool.submit(first.have_decided, cases("first"))
        wait_until(lambda: len(first.acknowledged) > 10)
        upgraded = flask(later, postgresql_url, "db", "upgrade")
        assert upgraded.returncode == 0, upgraded.stderr
        begun.result()
        under_way.result()
        assert set(first.statuses) == {201}, first.statuses

        second = Callers([old.url, newer.url], PATIENCE)
        second.have_decided(cases("second"))
        assert set(second.statuses) == {201}, second.statuses
        ready = requests.get(f"{old.url}/readyz", timeout=10).json()
        assert (ready["status"], ready["tables"]) == ("ready", "ahead")

        old.stop()
        old.start()  # by a supervisor, once more: it finds the newer tables and works
        assert flask(HOME, postgresql_url, "db", "prepare").returncode == 0
        third = Callers([old.url, newer.url], PATIENCE)
        third.have_decided(cases("third"))
        assert set(third.statuses) == {201}, third.statuses
    finally:
        newer.stop()
    last = ask(old.url, "GET", "/api/v1/cases/second-all").body
    assert last["version"] == ROUND // 3


def test_tables_that_a_later_version_took_from_end_the_older(
    start: Start, postgresql_url: str, tmp_path: Path
) -> None:
    """A migration that takes away says so, and the older process says that its time is over."""
    old: Service = start(postgresql_url, workers=1)
    later = later_version(tmp_path / "later", also=TAKES_AWAY)
    assert flask(later, postgresql_url, "db", "upgrade").returncode == 0
    unready = requests.get(f"{old.url}/readyz", timeout=10)
    assert unready.status_code == 503
    assert "start the newer one" in unready.json()["detail"]


def _answers(service: Service) -> bool:
    try:
        return requests.get(f"{service.url}/healthz", timeout=2).ok
    except requests.RequestException:
        return False
