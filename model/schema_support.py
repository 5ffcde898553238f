"""Which versions of the code may run on the database's tables, for processes older than they."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from model.database import Base


class SchemaSupport(Base):
    """One row: the oldest code that still runs, by the last migration that it knows.

    Written by migrations only. One that adds leaves it as it is; one that takes away moves it.
    """

    __tablename__ = "schema_support"

    oldest: Mapped[str] = mapped_column(String(32), primary_key=True)
