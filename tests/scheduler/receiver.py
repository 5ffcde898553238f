"""A receiver of webhooks in a process of its own: by the path, one that works, or how it does not.

`python receiver.py PORT FILE`: each message that arrives is a line of JSON in the file.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

RETRY_AFTER = "7"
LARGE = 10_000_000
LATE = 0.05
HANGS = 0.005


class Receiver(BaseHTTPRequestHandler):
    """Takes messages in, in as many ways as there are receivers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    file: Path
    _chance = random.Random(7)  # noqa: S311  # no secret
    _came: ClassVar[Counter[str]] = Counter()

    def do_POST(self) -> None:
        """Note the message and answer as the path says."""
        way = self.path.strip("/").split("?")[0]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if way == "moody":
            way = self._mood()
        elif way == "wild":
            way = self._whim()
        self._note(way, body)
        getattr(self, f"be_{way}")()

    def _mood(self) -> str:
        drawn = self._chance.random()
        if drawn < 0.25:
            return self._chance.choice(("failing", "lying", "closing"))
        return "late" if drawn < 0.5 else "fine"

    def _whim(self) -> str:
        """Draw by the message and how often it came: so it is the same in whatever order."""
        id = str(self.headers["webhook-id"])
        self._came[id] += 1
        chance = random.Random(f"{id}/{self._came[id]}")  # noqa: S311  # no secret
        drawn = chance.random()
        if drawn < HANGS:
            return "hanging"
        if drawn < 0.25:
            return chance.choice(("failing", "lying", "boasting", "closing"))
        return "late" if drawn < 0.5 else "fine"

    def _note(self, way: str, body: bytes) -> None:
        line = {
            "way": way,
            "from": self.client_address[1],
            "headers": dict(self.headers),
            "body": body.decode(),
        }
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def be_fine(self) -> None:
        """Say thank you."""
        self._answer(204)

    def be_late(self) -> None:
        """Say thank you, after a while."""
        time.sleep(LATE)
        self._answer(200, b"thank you")

    def be_failing(self) -> None:
        """Be in trouble."""
        self._answer(500, b"an error of mine")

    def be_gone(self) -> None:
        """Want nothing any more."""
        self._answer(410)

    def be_busy(self) -> None:
        """Want nothing for now."""
        self._answer(503, b"", **{"Retry-After": RETRY_AFTER})

    def be_redirecting(self) -> None:
        """Send the caller to where it was not asked to go."""
        self._answer(307, b"", Location="/fine")

    def be_lying(self) -> None:
        """Answer with what is not HTTP."""
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        self.close_connection = True

    def be_boasting(self) -> None:
        """Promise more than comes, and go."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nno")
        self.close_connection = True

    def be_closing(self) -> None:
        """Hang up without a word."""
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def be_large(self) -> None:
        """Answer more than anybody wants to read."""
        self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n".encode())
        try:
            for _ in range(LARGE // 10_000):
                self.wfile.write(b"x" * 10_000)
        except OSError:
            self.close_connection = True

    def be_hanging(self) -> None:
        """Never answer."""
        time.sleep(60)

    def be_dribbling(self) -> None:
        """Answer one byte after the other, for ever."""
        self.close_connection = True
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while True:
                self.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            return

    def be_chunked(self) -> None:
        """Answer in pieces."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.wfile.write(b"3\r\nyes\r\n0\r\n\r\n")

    def be_old(self) -> None:
        """Answer as servers did before connections were kept."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nthank you")
        self.close_connection = True

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """As many callers at once as come."""

    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    Receiver.file = Path(sys.argv[2])
    Server(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
