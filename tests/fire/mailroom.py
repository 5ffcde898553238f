"""A mail server in a process of its own, as wild as the receiver of webhooks can be.

`python mailroom.py PORT FILE`: each letter that it has taken in is a line of JSON in the file.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

HANGS = 0.005
LATE = 0.05
HANGS_FOR = 60.0
TAKEN = "250 taken"


class Room:
    """Takes letters in, or does not; by the letter and how often it came."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._came: Counter[str] = Counter()

    async def handle_DATA(  # noqa: N802  # the library's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Take in a letter, in one of many ways."""
        letter = message_from_bytes(envelope.content, _class=EmailMessage, policy=default)
        id = str(letter["Message-ID"])
        self._came[id] += 1
        chance = random.Random(f"{id}/{self._came[id]}")  # noqa: S311  # no secret
        drawn = chance.random()
        if drawn < HANGS:
            await asyncio.sleep(HANGS_FOR)
            return "451 now I am awake"
        if drawn < 0.25:
            return self._badly(chance.choice(("failing", "closing", "lying", "taking")), server,
                               letter, envelope.rcpt_tos)  # fmt: skip
        if drawn < 0.5:
            await asyncio.sleep(LATE)
        self._note(letter, envelope.rcpt_tos, "taken")
        return TAKEN

    def _badly(self, way: str, server: Any, letter: EmailMessage, to: list[str]) -> str:
        """Fail, or hang up, or say what is no answer; or hang up on what was taken."""
        if way == "taking":
            self._note(letter, to, "not said")
        if way in ("taking", "closing"):
            server.transport.abort()
        return "a letter? which letter?" if way == "lying" else "451 not now"

    def _note(self, letter: EmailMessage, to: list[str], how: str) -> None:
        body = letter.get_body(("plain",))
        line = {
            "id": str(letter["Message-ID"]),
            "to": to,
            "subject": str(letter["Subject"]),
            "text": body.get_content() if body else "",
            "how": how,
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    Controller(Room(Path(sys.argv[2])), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    signal.pause()
