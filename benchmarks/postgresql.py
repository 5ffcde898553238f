"""A PostgreSQL server of the benchmark's own, as durable as one comes, on a socket of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

_DEBIAN = Path("/usr/lib/postgresql")
_UNPRIVILEGED = ("postgres", "nobody")


@contextmanager
def running_postgresql(home: Path) -> Iterator[Path | None]:
    """Yield the folder of the server's socket; `None` where PostgreSQL is not installed.

    `home` holds its data; the socket lies in a folder whose path is short enough.
    """
    programs = _programs()
    if programs is None:
        yield None
        return
    user = _unprivileged()
    data, sockets = home / "postgresql", Path(tempfile.mkdtemp(prefix="tollgate-", dir="/tmp"))
    data.mkdir()
    for folder in (data, sockets):
        if user:
            shutil.chown(folder, user)
    try:
        with _served(programs, data, sockets, user):
            yield sockets
    finally:
        shutil.rmtree(sockets)
        shutil.rmtree(data)


def administer(sockets: Path, *statements: str) -> None:
    """Run statements as the server's administrator."""
    with psycopg.connect(
        host=str(sockets), user="postgres", dbname="postgres", autocommit=True
    ) as admin:
        for statement in statements:
            admin.execute(statement.encode())


def url_of(sockets: Path, name: str) -> str:
    """Return the URL of a database on the server."""
    return f"postgresql://postgres@/{name}?host={sockets}"


def _programs() -> Path | None:
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _unprivileged() -> str | None:
    """As root, return a user that PostgreSQL agrees to run as."""
    if os.geteuid() != 0:
        return None
    for user in _UNPRIVILEGED:
        with suppress(KeyError):
            return pwd.getpwnam(user).pw_name
    raise LookupError(f"PostgreSQL does not run as root, and there is no user {_UNPRIVILEGED}")


@contextmanager
def _served(programs: Path, data: Path, sockets: Path, user: str | None) -> Iterator[None]:
    groups: list[str] | None = [] if user else None
    initdb = [str(programs / "initdb"), "-D", str(data / "data"), "-U", "postgres", "-A", "trust"]
    subprocess.run(  # noqa: S603
        [*initdb, "-E", "UTF8", "--locale=C", "--no-instructions"],
        check=True, user=user, extra_groups=groups, cwd=data, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}"]
    options += ["-c", "max_connections=200"]
    server = subprocess.Popen(  # noqa: S603
        [str(programs / "postgres"), "-D", str(data / "data"), *options],
        user=user, extra_groups=groups, cwd=data,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _await(server, sockets)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def _await(server: subprocess.Popen[bytes], sockets: Path) -> None:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            administer(sockets, "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
