"""A Roundup tracker with Tollgate in it, the people who work with it, and the clock's script."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.fire.service import HOME, KEY, PATIENCE, free_port, wait_until

ROUNDUP = HOME / "integrations" / "roundup"
PASSWORD = "a-password-for-the-tracker"
CHEAP_PASSWORDS = "password_pbkdf2_default_rounds=1000"  # hashed again at every REST call
PERSON = "alice"


@dataclass(slots=True)
class Tracker:
    """The tracker's home and its server, a process of its own."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where people find it."""
        return f"http://127.0.0.1:{self.port}/tracker/"

    def start(self) -> None:
        """Start its server and wait until it answers."""
        root = ["-u", "root", "-g", "root"] if os.getuid() == 0 else []
        server = [sys.executable, "-m", "roundup.scripts.roundup_server", "-n", "127.0.0.1"]
        serve = [*server, "-p", str(self.port), *root, f"tracker={self.home}"]
        with (self.home.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(serve, stdout=log, stderr=log, start_new_session=True)
        wait_until(self._answers)

    def end(self, how: signal.Signals) -> None:
        """End its server, gently or not."""
        if self.process is not None:
            os.killpg(self.process.pid, how)
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self, how: signal.Signals) -> None:
        """End its server, gently or not, and start it again."""
        self.end(how)
        self.start()

    def ask_again(self) -> str:
        """Run what cron runs each minute; return what it said."""
        script = [sys.executable, str(ROUNDUP / "ask_again.py"), str(self.home)]
        run = subprocess.run(script, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert "Traceback" not in run.stderr, run.stderr
        return run.stderr

    def _answers(self) -> bool:
        try:
            return requests.get(self.url, timeout=2).ok
        except requests.RequestException:
            return False


@dataclass(slots=True)
class Person:
    """Somebody who edits tickets, and tries again when the tracker itself was away."""

    tracker: Tracker
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.auth = (PERSON, PASSWORD)
        url = self.tracker.url
        headers = {"X-Requested-With": "rest", "Referer": url, "Origin": url.rstrip("/")}
        self.session.headers.update(headers)

    def create(self, title: str) -> str:
        """Create a ticket and return its number."""
        number: str = self._ask("POST", "issue", json={"title": title})["data"]["id"]
        return number

    def change(self, number: str, facts: Mapping[str, object]) -> None:
        """Set facts of a ticket; as it was read just before, for somebody else may have been."""
        body = {f"fact_{name}": value for name, value in facts.items()}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            etag = self._ask("GET", f"issue/{number}")["data"]["@etag"]
            told = self._ask("PATCH", f"issue/{number}", json=body, headers={"If-Match": etag})
            if "data" in told:
                return
        raise AssertionError("the ticket never stood still")

    def read(self, number: str) -> Mapping[str, Any]:
        """Return the properties of a ticket."""
        attributes: Mapping[str, Any] = self._ask("GET", f"issue/{number}")["data"]["attributes"]
        return attributes

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                url = f"{self.tracker.url}rest/data/{path}"
                answer = self.session.request(method, url, timeout=20, **more)
            except requests.RequestException:
                assert time.monotonic() < until, "the tracker does not come back"
                time.sleep(0.1)
                continue
            # 412: the ticket was changed since it was read.
            assert answer.ok or answer.status_code == 412, answer.text
            told: dict[str, Any] = answer.json()
            return told


@contextmanager
def running_tracker(folder: Path, tollgate: str) -> Iterator[Tracker]:
    """A classic tracker with `integrations/roundup` installed into it and a user, running."""
    tracker = Tracker(folder / "tracker")
    admin = [sys.executable, "-m", "roundup.scripts.roundup_admin", "-i", str(tracker.home)]
    settings = f"tracker_web={tracker.url},mail_domain=test.invalid,{CHEAP_PASSWORDS}"
    user = [f"username={PERSON}", f"password={PASSWORD}", "address=a@test.invalid", "roles=User"]
    for command in (
        [*admin, "install", "classic", "sqlite", settings],
        [sys.executable, str(ROUNDUP / "install.py"), str(tracker.home), "--url", tollgate],
        [*admin, "initialise", PASSWORD],
        [*admin, "create", "user", *user],
    ):
        environment = {**os.environ, "TOLLGATE_KEY": KEY}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    tracker.start()
    try:
        yield tracker
    finally:
        tracker.end(signal.SIGKILL)
