"""How the service is served: what happens to requests in flight when it is told to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from model.settings import HOME

SLOW = '''\
"""An application that takes a second, and notes on disk that it has begun."""
import time
from pathlib import Path

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        Path(__file__).with_name("begun").touch()
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"finished"]
'''
PATIENCE = 30.0


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for what `happened` says, for as long as a busy machine may take."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    """The port to serve on."""
    return free_port()


@pytest.fixture(params=["1", "2"], ids=["one process", "two processes"])
def server(
    request: pytest.FixtureRequest, tmp_path: Path, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Gunicorn, set up as `make run` sets it up, in front of the slow application."""
    (tmp_path / "slow.py").write_text(SLOW)
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    variables = {"TOLLGATE_PORT": str(port), "TOLLGATE_WORKERS": str(request.param)}
    server = subprocess.Popen(
        [*command, "--pythonpath", str(tmp_path), "slow:application"],
        cwd=HOME,
        env={**os.environ, **variables, "TOLLGATE_SECRET": "a secret made up for the tests"},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port))
        yield server
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(port: int) -> bool:
    """Whether the server answers yet."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("told", ["Ctrl-C", "SIGTERM"])
def test_a_request_in_flight_is_finished(
    server: subprocess.Popen[bytes], port: int, tmp_path: Path, told: str
) -> None:
    """Ctrl-C, which reaches every process of the terminal, and SIGTERM lose no answer."""
    with ThreadPoolExecutor() as callers:
        url = f"http://127.0.0.1:{port}/slow"
        answer = callers.submit(requests.get, url, timeout=PATIENCE)
        wait_until((tmp_path / "begun").exists)
        if told == "Ctrl-C":
            os.killpg(server.pid, signal.SIGINT)
        else:
            server.terminate()
        assert answer.result().text == "finished"
    assert server.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("name", "value"), [("TOLLGATE_THREADS", "many"), ("TOLLGATE_RULESETS", "0")]
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """The server does not start on a bad setting, and says which one it is."""
    refused = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "slow:application"],
        cwd=HOME,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr
