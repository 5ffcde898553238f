"""What no caller can do: hold a thread, fill the memory, or write into the log."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest
import requests

from api.bounded_worker import RECEIVED_WITHIN
from api.security_headers import SECURITY_HEADERS
from tests.fire.conftest import Start
from tests.fire.service import KEY, Service, wait_until

THREADS = 2
GRACE = 20
"""Seconds; gunicorn by itself goes on for half a minute."""


@pytest.fixture
def service(start: Start, sqlite_url: str) -> Service:
    """One process with few threads."""
    return start(sqlite_url, workers=1, threads=THREADS)


def sent(service: Service, data: bytes) -> bytes:
    """Send bytes and return what comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        connection.sendall(data)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def get(path: str, *headers: str) -> bytes:
    """Return the bytes of a request."""
    lines = [f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (get("/" + "x" * 5000), 414),
        (get("/healthz", "X-Long: " + "x" * 9000), 431),
        (get("/healthz", *(f"X-{number}: y" for number in range(60))), 431),
        (b"not a request at all\r\n\r\n", 400),
        (get("/healthz", "X-\x1b[31mRed: y"), 400),
        (get("/healthz", "Transfer-Encoding: gzip"), 400),
    ],
    ids=["long line", "long header", "many headers", "no HTTP", "no header", "coded"],
)
def test_what_cannot_be_read_is_a_problem_with_every_header(
    service: Service, data: bytes, status: int
) -> None:
    """Also an answer that the application never sees is bounded, and guarded like the others."""
    head, _, body = sent(service, data).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    for name, value in SECURITY_HEADERS.items():
        assert f"{name}: {value}".encode() in head
    assert body.startswith(b'{"type": "about:blank"')
    for words in (b"xxx", b"not a request", b"\x1b"):
        assert words not in body
        assert words not in service.told().encode()


def test_no_answer_says_which_version_serves(service: Service) -> None:
    """Whoever looks for a known weakness is not told where."""
    headers = requests.get(f"{service.url}/healthz", timeout=10).headers
    assert not any(letter.isdigit() for letter in headers.get("Server", ""))
    assert "X-Powered-By" not in headers


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_is_too_large_is_not_taken_in(service: Service, *, chunked: bool) -> None:
    """It is refused beyond 1 MiB, whether it says its length or not."""
    body = b" " * (3 * 1024 * 1024)
    data = iter([body[n : n + 65536] for n in range(0, len(body), 65536)]) if chunked else body
    answer = requests.post(
        f"{service.url}/api/v1/decisions",
        data=data,
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 413


def opened(service: Service, data: bytes) -> socket.socket:
    """Begin a request and leave it at that."""
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=60)
    connection.sendall(data)
    return connection


def unfinished(length: int) -> bytes:
    """Return the head of a request whose body never comes."""
    return (
        "POST /api/v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_processes_without_a_parent_keep_nothing_from_its_successor(service: Service) -> None:
    """However busy their callers keep them: once gunicorn is killed they begin nothing more."""
    assert service.process is not None
    with requests.Session() as caller:
        caller.get(f"{service.url}/healthz", timeout=10)
        service.process.kill()
        service.process.wait()
        until = time.monotonic() + GRACE
        with pytest.raises(requests.RequestException):
            while time.monotonic() < until:
                caller.get(f"{service.url}/healthz", timeout=10)
    service.start()


@pytest.mark.parametrize(
    "begin",
    [lambda: b"", lambda: b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", lambda: unfinished(100)],
    ids=["nothing sent", "half of the headers", "no body"],
)
def test_slow_callers_do_not_keep_others_out(service: Service, begin: Callable[[], bytes]) -> None:
    """More of them than there are threads: the next caller is answered all the same."""
    slow = [opened(service, begin()) for _ in range(3 * THREADS)]
    began = time.monotonic()
    try:
        wait_until(service.is_ready)
        assert time.monotonic() - began < 1.5 * RECEIVED_WITHIN
    finally:
        for connection in slow:
            connection.close()


def test_half_a_body_decides_nothing_and_is_answered(service: Service) -> None:
    """Who sends half of a request is told so in the end, and no case is touched."""
    data = b'{"case": {"ref": "CRM-HALF"}, "facts"'
    answer = b""
    with opened(service, unfinished(500) + data) as connection:
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 400 ")
    headers = {"Authorization": f"Bearer {KEY}"}
    case = requests.get(f"{service.url}/api/v1/cases/CRM-HALF", headers=headers, timeout=10)
    assert case.status_code == 404
