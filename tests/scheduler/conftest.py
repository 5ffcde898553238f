"""A receiver, a mail server, and the parts of a scheduler whose clock the tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from model.database import Database
from model.mail_server import Encryption, MailServer
from model.settings import HOME, Settings
from scheduler.parts import Parts
from scheduler.tick_log import TickLog
from tests.fire.service import free_port
from tests.model.telling import NOW, SECRET
from tests.scheduler.receiving import Receiving


@dataclass(slots=True)
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


@dataclass(slots=True)
class Postbox:
    """What a mail server does with letters: it keeps them, or refuses them with an answer."""

    letters: list[Any] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusal: str | None = None
    unknown: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take in whom a letter is for."""
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # the library's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Take in a letter."""
        if self.refusal:
            return self.refusal
        self.letters.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        return "250 taken"


Served = Callable[..., Parts]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiving]:
    """A receiver of webhooks, running."""
    receiving = Receiving(tmp_path / "received.jsonl")
    receiving.start()
    yield receiving
    receiving.stop()


@pytest.fixture
def postbox() -> Postbox:
    """Where the mail server's letters are."""
    return Postbox()


@pytest.fixture
def mail_server(postbox: Postbox) -> Iterator[MailServer]:
    """Where the mail server with the post box is."""
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield MailServer("127.0.0.1", controller.port, "tollgate@example.org", Encryption.NONE)
    controller.stop()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def parts(database: Database, clock: Clock) -> Parts:
    """The parts of a scheduler, once on each kind of database."""
    return parts_on(database, clock)


def parts_on(database: Database, clock: Clock, mail: MailServer | None = None) -> Parts:
    """Return the parts of a scheduler that may send to the tests' own receiver."""
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(
        url,
        SECRET,
        HOME / "rules",
        given_url="https://tollgate.example.org",
        private_hosts=frozenset({"127.0.0.1"}),
        mail_server=mail,
    )
    return Parts(database, settings, clock, lambda: 0.0, log=TickLog(StringIO()))
