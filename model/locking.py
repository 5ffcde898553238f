"""Named locks that last as long as the transaction."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def hold(session: Session, name: str) -> None:
    """Wait until no other transaction holds `name`, then hold it.

    On SQLite there is nothing to wait for: a transaction holds the one write lock already.
    """
    if _is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(_number(name))))


def try_hold(session: Session, name: str) -> bool:
    """Hold `name` if no other transaction does; say whether that went well."""
    if not _is_postgresql(session):
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_number(name)))))


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
