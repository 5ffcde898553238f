"""A `flask worker` in a process of its own, to be ended and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.settings import HOME
from tests.model.telling import SECRET

PATIENCE = 60.0


@dataclass(slots=True)
class Worker:
    """One worker on a database; it may send to the loopback interface."""

    database_url: str
    log: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    app: str = "app"
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        plain = {n: v for n, v in os.environ.items() if not n.startswith("TOLLGATE_")}
        own = {
            "TOLLGATE_DATABASE_URL": self.database_url,
            "TOLLGATE_SECRET": SECRET.decode(),
            "TOLLGATE_PRIVATE_HOSTS": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "flask", "--app", self.app, "worker"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=HOME, env={**plain, **own, **self.variables}, stdout=log, stderr=log
            )

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end, and wait; return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill it, if it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def told(self) -> str:
        """Return what it wrote."""
        return self.log.read_text(encoding="utf-8")
