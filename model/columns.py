"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from model import json_text

# SQLite numbers rows by itself only when the type is spelled INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")


@lru_cache(maxsize=1_024)
def instant_in(text: str) -> datetime:
    """Return the instant that a database wrote as text, in UTC; without a zone it is UTC."""
    return _in_utc(datetime.fromisoformat(text))


class Instant(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite, which has no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand back UTC, aware."""
        return None if value is None else _in_utc(value)


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[object]):
    """JSON kept as the text it was written as, so that decimals stay exact."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object | None, dialect: Dialect) -> str | None:
        """Write the text; `None` is SQL's NULL."""
        return None if value is None else json_text.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object | None:
        """Read the text."""
        return None if value is None else json_text.loads(value)
