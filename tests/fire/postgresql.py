"""A PostgreSQL server as small as one is, which is stopped, killed and started by the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.fire.service import PATIENCE

MOST_CONNECTIONS = 40
OPTIONS = (
    f"max_connections={MOST_CONNECTIONS}",
    # What is acknowledged outlives every process, though not the machine: that much is quicker.
    "synchronous_commit=on",
    "fsync=off",
    "listen_addresses=",
)


@dataclass(slots=True)
class Server:
    """One server; its socket and its data are in `home`."""

    programs: Path
    home: Path
    user: str | None
    process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Lay out its data."""
        layout = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", "-D", str(self.home / "data"), *layout).wait(PATIENCE)

    def start(self) -> None:
        """Start it, again as long as what was killed before is still going, and await it."""
        until = time.monotonic() + PATIENCE
        while not self.accepts():
            assert time.monotonic() < until, self.told()
            if self.process is None or self.process.poll() is not None:
                options = [f"--{option}" for option in OPTIONS]
                sockets = [f"--unix_socket_directories={self.home}"]
                self.process = self._run(
                    "postgres", "-D", str(self.home / "data"), *sockets, *options
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it at once, without a word to its clients (`pg_ctl stop -m immediate`)."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """Kill the process that all others are started by, and start it again."""
        self._end(signal.SIGKILL)
        self.start()

    def kill_a_backend(self, database: str) -> None:
        """Kill a process that serves a connection; the server then starts all of them anew."""
        serving = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'tollgate'"
        with self.administer() as admin:
            found = admin.execute(serving, (database,)).fetchone()
        if found:
            os.kill(found[0], signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Meanwhile none of its processes runs: the kernel takes what is sent, nobody answers."""
        assert self.process is not None
        stopped: list[int] = []
        try:
            # The parent first: it starts no others then.
            for process in (self.process.pid, *self._children()):
                os.kill(process, signal.SIGSTOP)
                stopped.append(process)
            yield
        finally:
            for process in reversed(stopped):
                os.kill(process, signal.SIGCONT)

    def accepts(self) -> bool:
        """Whether it takes connections."""
        try:
            with self.administer():
                return True
        except psycopg.OperationalError:
            return False

    @contextmanager
    def administer(self, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        """A connection as the server's administrator, for whom some are always left."""
        where = f"host={self.home} user=postgres dbname={database} connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as admin:
            yield admin

    def url_of(self, database: str) -> str:
        """Return the URL under which the service, which is no administrator, knows a database."""
        return f"postgresql://tollgate@/{database}?host={self.home}"

    def told(self) -> str:
        """Return what it wrote to its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def _log(self) -> Path:
        return self.home / "log"

    def _children(self) -> Iterator[int]:
        assert self.process is not None
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children")
        yield from map(int, children.read_text(encoding="ascii").split())

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        groups: list[str] | None = None if self.user is None else []
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [str(self.programs / program), *arguments],
                user=self.user,
                extra_groups=groups,
                cwd=self.home,
                stdout=log,
                stderr=log,
            )
