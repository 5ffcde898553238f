"""Rows that are written once: the ORM refuses to change them, as the database's triggers do."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper

from model.database import Base
from rules.errors import Refused

Table = TypeVar("Table", bound=type[Base])


def append_only(table: Table) -> Table:
    """Declare that rows of `table` are only ever added."""
    event.listen(table, "before_update", _refuse)
    event.listen(table, "before_delete", _refuse)
    return table


def _refuse(_mapper: Mapper[Base], _connection: Connection, row: Base) -> None:
    raise Refused(f"rows of `{row.__tablename__}` are never changed or removed")
