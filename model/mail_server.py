"""The mail server that letters are handed to, as the operator set it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_ADDRESS = 320
# What may stand in a header and on the line of an SMTP command as it is.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")


class Encryption(StrEnum):
    """How the connection is encrypted."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and from whom they come."""

    host: str
    port: int
    sender: str
    encryption: Encryption = Encryption.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def as_address(text: str) -> str:
    """Return an e-mail address as it is.

    Raises:
        ValueError: it is none.
    """
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"must be an e-mail address such as ada@example.org, it is `{text}`")
    return text
