"""Gunicorn's threads, none of which a slow caller holds for longer than a request may take.

By itself a thread waits without end for the rest of a request that has begun, and for a caller
who does not read the answer: a few of them would hold every thread of a process.
"""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from api.security_headers import SECURITY_HEADERS

RECEIVED_WITHIN = 20.0
"""Seconds in which a whole request must have come."""

ANSWERED_WITHIN = 300.0
"""Seconds in which its answer must have been taken."""

_STATUSES: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
)


class BoundedWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """A process of threads that looks each second which of its requests take too long."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Have a connection's next request served, by the next thread that is free."""
        # Who waits behind slow callers is not to give a thread as much time once more.
        self._begun[conn] = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Serve a connection's next request; called in a thread."""
        try:
            return super().handle(conn)
        finally:
            self._begun.pop(conn, None)

    def is_parent_alive(self) -> bool:
        """Whether there is still a parent process; without one, nothing more is begun.

        By itself the library goes on with the connections it has, and keeps the port from whatever
        is started instead.
        """
        there: bool = super().is_parent_alive()
        if not there:
            self.alive = False
        return there

    def murder_pending(self) -> None:
        """End what takes too long; called about each second, by the thread that listens."""
        super().murder_pending()
        now = time.monotonic()
        for conn, begun in list(self._begun.items()):
            # What was received can still be answered when no more is.
            if now - begun > ANSWERED_WITHIN:
                _shut(conn, socket.SHUT_RDWR)
            elif now - begun > RECEIVED_WITHIN:
                _shut(conn, socket.SHUT_RD)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that cannot be read as every other problem is answered."""
        status = next(
            (status for kind, status in _STATUSES if isinstance(exc, kind)),
            HTTPStatus.INTERNAL_SERVER_ERROR,
        )
        # Its words are the caller's, or tell facts: they are not for the log.
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("error while serving a request: %s", type(exc).__name__)
        else:
            self.log.warning("unreadable request: %s", type(exc).__name__)
        with suppress(OSError):
            client.settimeout(1)
            client.sendall(_problem(status))


def _shut(conn: TConn, how: int) -> None:
    with suppress(OSError):
        conn.sock.shutdown(how)


def _problem(status: HTTPStatus) -> bytes:
    title = status.phrase.lower()
    told = {
        "type": "about:blank",
        "title": title,
        "status": status.value,
        "detail": f"the server could not read the request: {title}",
    }
    body = json.dumps(told).encode()
    headers = {
        "Connection": "close",
        "Cache-Control": "no-store",
        "Content-Length": str(len(body)),
        "Content-Type": "application/problem+json",
        **SECURITY_HEADERS,
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
