"""Starting what serves: gunicorn as the product configures it, and granian beside it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.load import Figures, Task

HOME = Path(__file__).resolve().parent.parent
GUNICORN, GRANIAN = "gunicorn", "granian"
THREADS = 8
_PATIENCE = 30.0


@contextmanager
def serving(
    server: str, application: str, environment: Mapping[str, str], log: Path
) -> Iterator[int]:
    """Serve an application (`app:create_app`) in one process; yield its port."""
    port = _free_port()
    settings = {
        "TOLLGATE_PORT": str(port),
        "TOLLGATE_WORKERS": "1",
        "TOLLGATE_THREADS": str(THREADS),
        **environment,
    }
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603
            _command(server, application, port),
            cwd=HOME, env=os.environ | settings, stdout=written, stderr=written,
        )  # fmt: skip
        try:
            _await(process, port, log)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE)


def call(task: Task) -> Figures:
    """Have a process of its own do the task."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=HOME, input=json.dumps(asdict(task)).encode(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{task.path}: {done.stderr.decode(errors='replace')[-2000:]}")
    return Figures(**json.loads(done.stdout))


def _command(server: str, application: str, port: int) -> list[str]:
    if server == GUNICORN:
        module = [sys.executable, "-m", GUNICORN, "--config", "gunicorn.conf.py"]
        return [*module, f"{application}()"]
    bound = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    threads = ["--blocking-threads", str(THREADS), "--no-ws"]
    module = [sys.executable, "-m", GRANIAN, "--interface", "wsgi", "--factory"]
    return [*module, *bound, *threads, application]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing serves: {log.read_text(errors='replace')[-2000:]}")
