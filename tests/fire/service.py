"""The real service in processes of its own, as it is run: to be killed, stopped and started."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

HOME = Path(__file__).resolve().parents[2]
SERVE = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
KEY = "a-key-of-the-first-administrator"
SECRET = "a-secret-of-these-tests-only-0123456789"
PATIENCE = 60.0


def wait_until(happened: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait for what `happened` says, as long as a busy machine may take; return how long."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, "it took too long"
        time.sleep(0.02)
    return time.monotonic() - began


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bind_root_by_modes() -> None:
    """Have the program that this process becomes kept from files by their modes, as root is not."""
    drop_from_the_bounding_set, override_modes = 24, 1
    # Who is not root may not do this, and need not.
    ctypes.CDLL(None).prctl(drop_from_the_bounding_set, override_modes)


@dataclass(slots=True)
class Service:
    """One gunicorn with its workers, on a database that is there already."""

    database_url: str
    folder: Path
    workers: int = 2
    threads: int = 4
    port: int = field(default_factory=free_port)
    prepared: Callable[[], None] | None = None
    home: Path = HOME
    variables: Mapping[str, str] = field(default_factory=dict)
    app: str = "app:create_app()"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, again as often as its port is still taken, and wait until it is ready."""
        until = time.monotonic() + PATIENCE
        # Workers of a gunicorn that was killed may answer a last time: it is to be this one.
        while not (self._has_workers() and self.is_ready()):
            assert time.monotonic() < until, self.told()
            if self.process is None or self.process.poll() is not None:
                self.process = self._begin()
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and all its workers, whatever state they are in."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def is_ready(self) -> bool:
        """Whether it can decide now."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def worker_ids(self) -> Sequence[int]:
        """Return the process ids of its workers."""
        assert self.process is not None
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        return [int(each) for each in children.split()]

    def _has_workers(self) -> bool:
        running = self.process is not None and self.process.poll() is None
        return running and bool(self.worker_ids())

    def kill_a_worker(self) -> None:
        """Kill one of its workers; gunicorn is to replace it."""
        workers = self.worker_ids()
        if workers:
            with suppress(ProcessLookupError):
                os.kill(workers[0], signal.SIGKILL)

    def kill_parent(self) -> None:
        """Kill gunicorn itself, and start it again as a supervisor would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.start()

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to gunicorn and its workers."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def told(self) -> str:
        """Return the end of what it wrote to its log."""
        return self._log.read_text(encoding="utf-8")[-5000:]

    @property
    def _log(self) -> Path:
        return self.folder / f"service-{self.port}.log"

    def _begin(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*SERVE, self.app],
                cwd=self.home,
                env=_environment(self),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self.prepared,  # noqa: PLW1509  # nothing else runs in a test's parent
            )


def _environment(service: Service) -> Mapping[str, str]:
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TOLLGATE_", "PROMETHEUS_"))
    }
    return plain | {
        "TMPDIR": str(service.folder),  # who is killed cleans nothing up
        "TOLLGATE_DATABASE_URL": service.database_url,
        "TOLLGATE_SECRET": SECRET,
        "TOLLGATE_PORT": str(service.port),
        "TOLLGATE_WORKERS": str(service.workers),
        "TOLLGATE_THREADS": str(service.threads),
        **service.variables,
    }
