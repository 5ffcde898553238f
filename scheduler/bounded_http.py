"""HTTP to strangers: to an address that was looked at, within a time, and never further.

The name is resolved once, what it resolves to is checked, and the connection goes to that very
address: a name that leads elsewhere a moment later leads nowhere. No redirect is followed.
"""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

from model.destinations import is_public

LARGEST_ANSWER = 64 * 1024
_PORTS = {"http": 80, "https": 443}


class NotReached(Exception):
    """There was no answer; it says why in words for an administrator.

    `took_long`: all of the time was waited for it.
    """

    def __init__(self, said: str, *, took_long: bool = False) -> None:
        super().__init__(said)
        self.took_long = took_long


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, and when to try again if it says so."""

    status: int
    retry_after: str | None


class Line:
    """A connection to one URL, opened when it is needed and kept while it is of use."""

    def __init__(self, url: str, private_hosts: Collection[str], seconds: float) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._opening = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        self._private = self._host in private_hosts
        self._seconds = seconds
        self._connection: _Timed | None = None

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send `body` and return what is answered.

        Raises:
            NotReached: no whole answer came within the time, or the address is not allowed.
        """
        deadline = monotonic() + self._seconds
        fresh = self._connection is None
        try:
            return self._post(body, headers, deadline)
        except (OSError, HTTPException) as error:
            self.close()
            if fresh or isinstance(error, TimeoutError):
                raise _not_reached(error) from error
        # A connection that was kept may have been closed by the other side meanwhile.
        try:
            return self._post(body, headers, deadline)
        except (OSError, HTTPException) as error:
            self.close()
            raise _not_reached(error) from error

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, body: bytes, headers: Mapping[str, str], deadline: float) -> Reply:
        connection = self._connection or _Timed(self._open(deadline))
        self._connection = connection
        connection.deadline = deadline
        # Headers and body leave together: in two parts they may take two packets.
        connection.sendall(self._head(len(body), headers) + body)
        # The library reads answers; its connections would open others, to addresses of their own.
        response = HTTPResponse(cast("socket.socket", connection), method="POST")
        with closing(response):
            response.begin()
            self._finish(response)
        return Reply(response.status, response.headers.get("Retry-After"))

    def _head(self, length: int, headers: Mapping[str, str]) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self._opening}Content-Length: {length}\r\n{lines}\r\n".encode("ascii")

    def _finish(self, response: HTTPResponse) -> None:
        """Read the answer to its end, so that the line can be used again; or hang up."""
        response.read(LARGEST_ANSWER)
        if response.will_close or not response.isclosed():
            self.close()

    def _open(self, deadline: float) -> socket.socket:
        wrong: OSError | None = None
        for family, address in self._addresses():
            try:
                return self._reach(family, address, deadline)
            except OSError as error:
                wrong = error
        raise wrong or NotReached(f"`{self._host}` leads to a private address")

    def _addresses(self) -> list[tuple[int, Any]]:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise OSError(f"`{self._host}` is no name of a host") from error
        allowed = [each for each in found if self._private or is_public(str(each[4][0]))]
        if not allowed:
            raise NotReached(f"`{self._host}` leads to a private address")
        return [(each[0], each[4]) for each in allowed]

    def _reach(self, family: int, address: Any, deadline: float) -> socket.socket:
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(_left(deadline))
            opened.connect(address)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._secure:
                return opened
            return _trusting().wrap_socket(opened, server_hostname=self._host)
        except BaseException:
            opened.close()
            raise


class _Timed:
    """A socket each use of which ends by a deadline, however slowly the other side dribbles."""

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self.deadline = 0.0

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._raw.settimeout(_left(self.deadline))
        self._raw.sendall(data)

    def recv_into(self, buffer: Any) -> int:
        """Receive something."""
        self._raw.settimeout(_left(self.deadline))
        return self._raw.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what one answer is read from."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """Hang up."""
        self._raw.close()


class _Reading(io.RawIOBase):
    """A timed socket to read from."""

    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read something."""
        return self._timed.recv_into(buffer)


@cache
def _trusting() -> ssl.SSLContext:
    """Return who is trusted to vouch for a host; reading them takes longer than a delivery."""
    return ssl.create_default_context()


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _not_reached(error: Exception) -> NotReached:
    return NotReached(_what_happened(error), took_long=isinstance(error, TimeoutError))


def _what_happened(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no whole answer came in time"
    if isinstance(error, HTTPException):
        return f"what came back is not HTTP ({type(error).__name__})"
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error) or type(error).__name__
