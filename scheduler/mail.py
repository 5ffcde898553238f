"""Letters: plain text and HTML, in the thread of their subject, handed to the mail server."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from types import TracebackType
from typing import Any

from model.dispatching import Outcome, Parcel
from model.mail_server import Encryption, MailServer

ANSWERED_WITHIN = 15.0
"""Seconds that one step of handing in a letter may take."""

_PERMANENT = 500
_WIDTH, _LONGEST_WORD = 76, 60
_PATH = re.compile(r"(?<!\S)/api/v1/")
"""Where something is to be read, as the product writes it: by mail it needs a host."""
_HEAD = '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"></head>\n<body>\n'


class _Subjects(EmailPolicy):
    """Has the first line of a subject hold its first words: Python's own may be empty."""

    def fold(self, name: str, value: Any) -> str:
        """Return a header as it is sent."""
        if name.lower() != "subject":
            as_ever: str = super().fold(name, value)
            return as_ever
        text = str(value)
        is_plain = text.isascii() and "=?" not in text
        fits = all(len(word) <= _LONGEST_WORD for word in text.split())
        charset = "us-ascii" if is_plain and fits else "utf-8"
        folded = Header(text, charset, _WIDTH, name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it is sent, in bytes."""
        if name.lower() != "subject":
            as_ever: bytes = super().fold_binary(name, value)
            return as_ever
        return self.fold(name, value).encode("ascii")


_POLICY = _Subjects()


def letter(parcel: Parcel, sender: str, public_url: str) -> EmailMessage:
    """Return a letter, the same at each attempt: its Message-ID too.

    `public_url`: the address under which people find what it says is to be read.
    """
    domain = sender.rpartition("@")[2]
    written = EmailMessage(_POLICY)
    written["From"] = sender
    written["To"] = parcel.recipient
    written["Subject"] = " ".join((parcel.title or parcel.type).split())
    written["Date"] = format_datetime(parcel.at)
    written["Message-ID"] = f"<{parcel.message_id}.{_mark(parcel.recipient or '')}@{domain}>"
    # No letter has this id: all about one subject refer to it, and so hang together.
    thread = f"<thread.{_mark(parcel.subject)}@{domain}>"
    written["In-Reply-To"] = written["References"] = thread
    written["Auto-Submitted"] = "auto-generated"
    said = parcel.text or parcel.title or parcel.type
    text = _PATH.sub(lambda path: f"{public_url}{path[0]}", said)
    written.set_content(f"{text.strip()}\n", cte="quoted-printable")
    written.add_alternative(_html(text), subtype="html", cte="quoted-printable")
    return written


class Handing:
    """Handing letters over to the mail server, to which it connects with the first one."""

    def __init__(self, server: MailServer, public_url: str) -> None:
        self._server, self._public_url = server, public_url
        self._session: smtplib.SMTP | None = None

    def __enter__(self) -> Handing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def over(self, parcel: Parcel) -> Outcome:
        """Make one attempt; say what became of it."""
        try:
            session = self._session or self._come()
            session.send_message(letter(parcel, self._server.sender, self._public_url))
        except smtplib.SMTPRecipientsRefused as refused:
            self._leave()
            code, said = next(iter(refused.recipients.values()))
            # A person of that address is not there; a mail server that is too busy says so by 4xx.
            hopeless = code >= _PERMANENT
            return Outcome(parcel, status=code, error=_told(code, said), hopeless=hopeless)
        except smtplib.SMTPResponseException as refused:
            self._leave()
            code = refused.smtp_code
            return Outcome(parcel, status=code, error=_told(code, refused.smtp_error))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._leave()
            problem = f"the mail server: {error or type(error).__name__}"
            return Outcome(parcel, error=problem, not_now=isinstance(error, TimeoutError))
        return Outcome(parcel, delivered=True, status=250)

    def _come(self) -> smtplib.SMTP:
        server = self._server
        trusting = ssl.create_default_context()
        if server.encryption is Encryption.TLS:
            where = (server.host, server.port)
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                *where, timeout=ANSWERED_WITHIN, context=trusting
            )
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=ANSWERED_WITHIN)
        self._session = session
        if server.encryption is Encryption.STARTTLS:
            session.starttls(context=trusting)
        if server.user is not None:
            session.login(server.user, server.password or "")
        return session

    def _leave(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            try:
                session.quit()
            except (OSError, smtplib.SMTPException):
                session.close()


def _html(text: str) -> str:
    paragraphs = (each.strip() for each in text.replace("\r\n", "\n").split("\n\n"))
    lines = ("<br>\n".join(map(escape, each.splitlines())) for each in paragraphs if each)
    body = "\n".join(f"<p>{each}</p>" for each in lines)
    return f"{_HEAD}{body}\n</body>\n</html>\n"


def _mark(text: str) -> str:
    """Return what stands for a text in an id: short, plain, and telling nobody the text."""
    return sha256(text.encode()).hexdigest()[:24]


def _told(code: int, said: bytes | str) -> str:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"the mail server answered {code} {' '.join(words.split())}"
