"""Rows gathered into one JSON text by the database, alike on SQLite and on PostgreSQL.

What hangs on a row comes with it as one column, instead of the row once for each.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["ArrayOfRows", "ObjectOfPairs"]


class ArrayOfRows(FunctionElement[str]):
    """An array with an array of these values for each row, in no order.

    Instants are texts of ISO 8601; of no rows it is an empty array, or nothing at all.
    """

    type = Text()
    inherit_cache = True


class ObjectOfPairs(FunctionElement[str]):
    """An object with a member for each row: a name and its value. Nothing may be of no rows."""

    type = Text()
    inherit_cache = True


@compiles(ArrayOfRows, "sqlite")
def _array_on_sqlite(element: ArrayOfRows, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


@compiles(ArrayOfRows, "postgresql")
def _array_on_postgresql(element: ArrayOfRows, compiler: SQLCompiler, **how: Any) -> str:
    each = compiler.process(element.clauses, **how)
    return f"CAST(json_agg(json_build_array({each})) AS TEXT)"


@compiles(ObjectOfPairs, "sqlite")
def _object_on_sqlite(element: ObjectOfPairs, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **how)})"


@compiles(ObjectOfPairs, "postgresql")
def _object_on_postgresql(element: ObjectOfPairs, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST(json_object_agg({compiler.process(element.clauses, **how)}) AS TEXT)"
