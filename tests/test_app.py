"""The parts put together: what `create_app` gives, and what `flask --app app` says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import create_app
from model.settings import HOME, Settings
from scheduler.parts import Parts
from scheduler.timetable import Tick, timetable_of
from tests.fire.service import wait_until

SECRET = b"a secret made up for the tests"


def settings_at(folder: Path) -> Settings:
    """Return settings whose database cannot be opened: its folder is not there."""
    return Settings(f"sqlite:///{folder}/nowhere/tollgate.db", SECRET, HOME / "rules")


def flask(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=HOME,
        env={**os.environ, "TOLLGATE_SECRET": SECRET.decode(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_service_is_alive_before_its_database_is(tmp_path: Path) -> None:
    """Making the application touches no database: it says that it is alive, and not ready."""
    client = create_app(settings_at(tmp_path)).test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert int(ready.headers["Retry-After"]) > 0
    assert not list(tmp_path.iterdir())


def test_two_applications_share_nothing(tmp_path: Path) -> None:
    """Each call makes an application of its own."""
    one, other = create_app(settings_at(tmp_path)), create_app(settings_at(tmp_path))
    assert one.extensions["tollgate"] is not other.extensions["tollgate"]


def test_the_time_and_the_timetable_come_in_as_arguments(tmp_path: Path) -> None:
    """What time it is, requests and ticks are told alike; health expects the ticks that come."""
    now, told = datetime(2027, 3, 28, 1, tzinfo=UTC), []

    def look(parts: Parts) -> None:
        told.append(parts.clock())

    ticks = [Tick("look", timedelta(hours=1), look)]
    app = create_app(settings_at(tmp_path), lambda: now, ticks)
    service = app.extensions["tollgate"]
    assert service.clock() == now
    assert service.ticks == {"look": timedelta(hours=1)}
    timetable_of(app).start()
    try:
        wait_until(lambda: told == [now])
    finally:
        timetable_of(app).stop()


def test_the_command_line_lists_its_groups(tmp_path: Path) -> None:
    """Every group of commands is there beside Flask's own."""
    commands = create_app(settings_at(tmp_path)).cli.commands
    assert {"policy", "db", "key", "decide", "deliveries", "worker"} <= set(commands)


def test_rules_are_checked_and_tested_without_a_database(tmp_path: Path) -> None:
    """An owner of rules needs no database, no key and no server to check them."""
    url = f"sqlite:///{tmp_path}/nowhere/tollgate.db"
    checked = flask("policy", "check", TOLLGATE_DATABASE_URL=url)
    assert checked.returncode == 0, checked.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["check", "test", "list"])
def test_rules_are_checked_in_a_checkout_that_stays_as_it_is(tmp_path: Path, command: str) -> None:
    """Whoever looks at rules, in a checkout that may not be written to, makes no secret there."""
    for part in ("api", "model", "rules", "scheduler"):
        bare = shutil.ignore_patterns("__pycache__")
        shutil.copytree(HOME / part, tmp_path / part, ignore=bare)
    shutil.copy(HOME / "app.py", tmp_path)
    (tmp_path / "var").touch()  # no folder can be made in its place
    variables = {n: v for n, v in os.environ.items() if not n.startswith("TOLLGATE_")}
    run = subprocess.run(
        [sys.executable, "-B", "-m", "flask", "--app", "app", "policy", command],
        cwd=tmp_path, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"api", "app.py", "model", "rules", "scheduler", "var"}


def test_a_secret_that_cannot_be_kept_is_said_when_it_is_needed(tmp_path: Path) -> None:
    """A command that hashes keys names what is wrong, in one line; others go on without."""
    kept_at = tmp_path / "file" / "secret"
    (tmp_path / "file").touch()
    settings = Settings(f"sqlite:///{tmp_path}/x.db", kept_at, HOME / "rules")
    runner = create_app(settings).test_cli_runner()
    refused = runner.invoke(args=["key", "create", "x", "--role", "admin"])
    assert refused.exit_code == 1
    assert "TOLLGATE_SECRET" in refused.stderr
    assert runner.invoke(args=["policy", "check"]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOLLGATE_PORT", "eight thousand"),
        ("TOLLGATE_DATABASE_URL", "mysql://root@localhost/tollgate"),
        ("TOLLGATE_BOOTSTRAP_KEY", "short"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """A bad setting ends any command with a line that names it, not with a traceback."""
    refused = flask("db", "status", **{name: value})
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"tollgate: {name}: ")
    assert "Traceback" not in refused.stderr
