"""A caller of many connections, in a process of its own: reads its task as JSON, tells figures.

Each connection sends its next request once the last is answered. Bounded in time and in
number; whatever is not answered as expected ends it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from statistics import quantiles
from time import perf_counter
from typing import Any

_MOST = 200_000
_PATIENCE = 20.0
MARK = "@"
"""Stands in a body for the case's reference."""


@dataclass(frozen=True, slots=True)
class Task:
    """Whom to ask what. `in_a_row`: how many bodies go to one case before the next begins.

    Without it, body n is always about case n.
    """

    port: int
    path: str
    key: str
    bodies: Sequence[str]
    prefix: str
    connections: int
    seconds: float
    expect: int
    in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What came back: answers, the seconds they took together, and each one's milliseconds."""

    answers: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


@dataclass(slots=True)
class _Run:
    requests: Iterator[bytes]
    status: bytes
    until: float
    times: array[float] = field(default_factory=lambda: array("d"))


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._sent = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        now = perf_counter()
        if head[9:12] != self._run.status:
            self._end(RuntimeError((head + found + body).decode(errors="replace")))
            return
        self._run.times.append(now - self._sent)
        self._buffer = b""
        if now < self._run.until and len(self._run.times) < _MOST:
            self._send()
        else:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the server ended the connection"))

    def _send(self) -> None:
        assert self._transport is not None
        self._sent = perf_counter()
        self._transport.write(next(self._run.requests))

    def _end(self, error: Exception | None) -> None:
        if self.ended.done():
            return
        if error:
            self.ended.set_exception(error)
        else:
            self.ended.set_result(None)
        if self._transport:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _requests(task: Task) -> Iterator[bytes]:
    head = (
        f"POST {task.path} HTTP/1.1\r\nHost: 127.0.0.1:{task.port}\r\n"
        f"Authorization: Bearer {task.key}\r\nContent-Type: application/json\r\n"
    )
    for number in count():
        place = number % len(task.bodies)
        case = number // task.in_a_row if task.in_a_row else place
        body = task.bodies[place].replace(MARK, f"{task.prefix}{case}", 1).encode()
        yield f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _called(task: Task) -> Figures:
    loop, began = asyncio.get_running_loop(), perf_counter()
    run = _Run(_requests(task), str(task.expect).encode(), began + task.seconds)
    made = [
        loop.create_connection(lambda: _Connection(run), "127.0.0.1", task.port)
        for _ in range(task.connections)
    ]
    connections = [connection for _, connection in await asyncio.gather(*made)]
    ended = asyncio.gather(*(connection.ended for connection in connections))
    await asyncio.wait_for(ended, task.seconds + _PATIENCE)
    elapsed = perf_counter() - began
    parts = quantiles(run.times, n=100, method="inclusive")
    return Figures(len(run.times), elapsed, parts[49] * 1000, parts[98] * 1000)


def main() -> None:
    """Do the task on standard input; figures go to standard output."""
    raw: Mapping[str, Any] = json.load(sys.stdin)
    json.dump(asdict(asyncio.run(_called(Task(**raw)))), sys.stdout)


if __name__ == "__main__":
    main()
