"""Tables read as they are written: texts and whole numbers, whatever stands in them.

The record is hashed as it is read here, and verified even where somebody put nonsense into it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, TableClause, Text, column, table
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from model.columns import Instant, JsonText
from model.database import Base


def instant(at: datetime) -> str:
    """Return an instant as it is hashed: RFC 3339 in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def as_written(model: type[Base]) -> TableClause:
    """Return the table of a model, with JSON as its very text and instants and days as texts."""
    columns = model.__table__.columns
    return table(model.__tablename__, *(column(each.name, _type(each.type)) for each in columns))


class _InstantText(TypeDecorator[Any]):
    """An instant that is stored as `Instant` stores it, and read as text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite keeps a text, and would refuse to read one that is no instant."""
        return Text() if dialect.name == "sqlite" else dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Store UTC, in SQLite's own form there."""
        if not isinstance(value, datetime):
            return value
        in_utc = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return in_utc
        return in_utc.replace(tzinfo=None).isoformat(" ", timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read the text; what is no instant is left as it is."""
        if isinstance(value, datetime):
            return instant(value)
        try:
            return instant(datetime.fromisoformat(value).replace(tzinfo=UTC))
        except (TypeError, ValueError):
            return value


class _DayText(TypeDecorator[Any]):
    """A day that is stored as `Date` stores it, and read as text."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite keeps a text, and would refuse to read one that is no day."""
        return Text() if dialect.name == "sqlite" else dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Store the day, in SQLite's own form there."""
        if isinstance(value, date) and dialect.name == "sqlite":
            return value.isoformat()
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read the text."""
        return value.isoformat() if isinstance(value, date) else value


def _type(type: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(type, Instant):
        return _InstantText()
    if isinstance(type, Date):
        return _DayText()
    return Text() if isinstance(type, JsonText) else type
