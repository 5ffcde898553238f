"""Where the time and fresh ids come from, unless who starts a process says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_hex
from uuid import uuid4

_BYTES = 16


def utc_now() -> datetime:
    """Return the instant it is, in UTC."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """Return an id that nothing else has."""
    return str(uuid4())


def fresh_request_id() -> str:
    """Return an id that no other request has; there are many, and it takes a fifth of the time."""
    return token_hex(_BYTES)
