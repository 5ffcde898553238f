"""Real programs on free loopback ports: Tollgate as `make run` starts it, and a Roundup tracker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[2]
FLASK = [sys.executable, "-m", "flask", "--app", "app"]
KEY = "a-key-of-the-first-administrator"
PASSWORD = "a-password-for-the-tracker"
CHEAP_PASSWORDS = "password_pbkdf2_default_rounds=1000"  # hashed again at every REST call
PATIENCE_SECONDS = 30


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Program:
    """A server in a process of its own, which can be stopped and started again."""

    command: Sequence[str]
    ready: str
    log: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers with 200."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail(f"did not start: {self.command}\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it and whatever it started, and wait for its end."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _answers(self) -> bool:
        try:
            return requests.get(self.ready, timeout=1).status_code == 200
        except requests.RequestException:
            return False


@dataclass(slots=True)
class Tracker:
    """A Roundup tracker, spoken to through its REST interface as its administrator."""

    home: Path
    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.auth = ("admin", PASSWORD)
        headers = {"X-Requested-With": "rest", "Referer": self.url, "Origin": self.url.rstrip("/")}
        self.session.headers.update(headers)

    def create(self, title: str, facts: Mapping[str, object]) -> str:
        """Create an issue and return its number."""
        body = {"title": title, **_properties(facts)}
        number: str = self._ask("POST", "issue", json=body)["id"]
        return number

    def change(self, number: str, facts: Mapping[str, object]) -> None:
        """Set facts of an issue, as it was read just before."""
        etag = self._ask("GET", f"issue/{number}")["@etag"]
        headers = {"If-Match": etag}
        self._ask("PATCH", f"issue/{number}", json=_properties(facts), headers=headers)

    def read(self, number: str) -> dict[str, Any]:
        """Return the properties of an issue."""
        attributes: dict[str, Any] = self._ask("GET", f"issue/{number}")["attributes"]
        return attributes

    def page(self, number: str) -> str:
        """Return the page of an issue as a person sees it."""
        answer = self.session.get(f"{self.url}issue{number}", timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.text

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        answer = self.session.request(method, f"{self.url}rest/data/{path}", timeout=20, **more)
        assert answer.ok, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data


def _properties(facts: Mapping[str, object]) -> dict[str, object]:
    return {f"fact_{name}": value for name, value in facts.items()}


@pytest.fixture(scope="module")
def tollgate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The real service with a new SQLite database and the bundled rules, running."""
    folder, port = tmp_path_factory.mktemp("tollgate"), free_port()
    environment = _plain_environment() | {
        "TOLLGATE_DATABASE_URL": f"sqlite:///{folder}/tollgate.db",
        "TOLLGATE_SECRET": "a-secret-of-this-test-only-0123456789",
        "TOLLGATE_BOOTSTRAP_KEY": KEY,
        "TOLLGATE_TIMEZONE": "UTC",
        "TOLLGATE_PORT": str(port),
    }
    serve = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:create_app()"]
    subprocess.run([*FLASK, "db", "prepare"], cwd=ROOT, env=environment, check=True)
    ready = f"http://127.0.0.1:{port}/readyz"
    program = Program(serve, ready, folder / "log", environment)
    program.start()
    yield program
    program.stop()


@pytest.fixture(scope="module")
def tracker(tollgate: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A classic Roundup tracker with `integrations/roundup` installed into it, running."""
    folder, port = tmp_path_factory.mktemp("roundup"), free_port()
    home, url = folder / "tracker", f"http://127.0.0.1:{port}/tracker/"
    admin = [sys.executable, "-m", "roundup.scripts.roundup_admin", "-i", str(home)]
    installer = str(ROOT / "integrations" / "roundup" / "install.py")
    make_key = [*FLASK, "key", "create", "roundup", "--role", "ticketing"]
    made = subprocess.check_output(make_key, cwd=ROOT, env=tollgate.environment, text=True)
    environment = _plain_environment() | {"TOLLGATE_KEY": made.strip()}
    settings = f"tracker_web={url},mail_domain=test.invalid,{CHEAP_PASSWORDS}"
    for command in (
        [*admin, "install", "classic", "sqlite", settings],
        [sys.executable, installer, str(home), "--url", tollgate.ready.removesuffix("/readyz")],
        [*admin, "initialise", PASSWORD],
    ):
        subprocess.run(command, env=environment, check=True)
    server = [sys.executable, "-m", "roundup.scripts.roundup_server"]
    serve = [*server, "-n", "127.0.0.1", "-p", str(port), *_as_root(), f"tracker={home}"]
    program = Program(serve, url, folder / "log", environment)
    program.start()
    yield Tracker(home, url)
    program.stop()


def _plain_environment() -> dict[str, str]:
    """Return the environment without settings of Tollgate and without proxies."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("TOLLGATE_") and not name.upper().endswith("_PROXY")
    }


def _as_root() -> list[str]:
    """Return what lets Roundup run in a container, where root is often the only user."""
    return ["-u", "root", "-g", "root"] if os.getuid() == 0 else []
