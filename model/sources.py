"""Where the time and fresh ids come from, unless who starts a process says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4


def utc_now() -> datetime:
    """Return the instant it is, in UTC."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """Return an id that nothing else has."""
    return str(uuid4())
