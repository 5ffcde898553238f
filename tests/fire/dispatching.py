"""Dispatchers in processes of their own: started, killed, and their clocks set forward."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from model.administration import Actor, Via
from model.database import Database
from model.outbox import Event, EventType, announce
from model.subscribing import subscribe
from tests.fire.service import HOME, SECRET

PROGRAM = Path(__file__).with_name("dispatcher.py")
STATES = text("SELECT state, count(*) FROM deliveries GROUP BY state")


@dataclass(slots=True)
class Dispatchers:
    """Some dispatchers on one database, with one clock."""

    url: str
    folder: Path
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _ahead: timedelta = timedelta(0)

    @property
    def log(self) -> Path:
        """What they write."""
        return self.folder / "dispatchers.log"

    def start(self, count: int = 1) -> None:
        """Start some more."""
        self.set_forward(timedelta(0))
        command = [sys.executable, str(PROGRAM), self.url, str(self._file)]
        environment = {**os.environ, "PYTHONPATH": str(HOME)}
        for _ in range(count):
            with self.log.open("ab") as log:
                one = subprocess.Popen(command, cwd=HOME, env=environment, stdout=log, stderr=log)
            self._running.append(one)

    def kill_one(self) -> None:
        """Kill the one that has run longest, in the middle of whatever it does."""
        one = self._running.pop(0)
        one.kill()
        one.wait()

    def set_forward(self, by: timedelta) -> None:
        """Let their clocks jump."""
        self._ahead += by
        draft = self._file.with_suffix(".draft")
        draft.write_text(str(self._ahead.total_seconds()), encoding="ascii")
        draft.replace(self._file)

    def stop(self) -> None:
        """Kill all that run."""
        while self._running:
            self.kill_one()

    @property
    def _file(self) -> Path:
        return self.folder / "ahead"


def subscribed(database: Database, url: str) -> None:
    """Subscribe a receiver to every type of event."""
    with database.transaction() as session:
        subscribe(
            session,
            Actor("Kim", Via.HTTP),
            "receiver",
            url,
            tuple(EventType),
            new_id=str(uuid4()),
            secret=SECRET.encode(),
            private_hosts={"127.0.0.1"},
            now=datetime.now(UTC),
        )


def announced(database: Database, number: int) -> str:
    """Announce something; return its message id."""
    now = datetime.now(UTC)
    event = Event(EventType.DECISION_MADE, f"fire/{number}", f"cases/{number}", {}, now)
    database.write(lambda session: announce(session, event))
    return event.id


def states(url: str) -> Counter[str]:
    """Return how many deliveries there are of each state."""
    with closing(Database(url)) as database, database.reading() as session:
        return Counter({row[0]: row[1] for row in session.execute(STATES)})
