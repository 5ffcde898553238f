"""Statements that are executed all the time: written once, and run on the driver itself.

For each execution SQLAlchemy makes a context and a result, asks its events and looks up what it
has compiled before: several times what SQLite takes to answer. None of that is needed for a
statement that stays the same. What is compiled here is SQLAlchemy's own, types and all; what is
left out is the ceremony around it; who listens to statements hears of these too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from model.database import Reader, connection_of

Statement = Select[Any] | Insert | Update | Delete
Values = Mapping[str, object]
_Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in the words of one kind of database.

    `names`: of its parameters, in order; `by_position`: whether the driver takes them so.
    `fixed`: those whose values are the statement's own. `into`, `out`: what makes of a value what
    the driver takes, by name, and of a column what the type says, by position.
    """

    text: str
    names: tuple[str, ...]
    by_position: bool
    fixed: Values
    into: Mapping[str, _Process]
    out: tuple[tuple[int, _Process], ...]

    def parameters(self, values: Values) -> Any:
        """Return what the driver is handed for `values`."""
        given = {**self.fixed, **values}
        for name, process in self.into.items():
            given[name] = process(given[name])
        return [given[name] for name in self.names] if self.by_position else given

    def rows(self, found: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Return rows as the types of their columns say."""
        rows: list[tuple[Any, ...]] = []
        if not found:
            return rows
        # Of what is joined to it a row says the same again and again: that is read once.
        before, said = found[0], [process(found[0][place]) for place, process in self.out]
        for each in found:
            row = list(each)
            for number, (place, process) in enumerate(self.out):
                if each[place] != before[place]:
                    said[number] = process(each[place])
                row[place] = said[number]
            rows.append(tuple(row))
            before = each
        return rows


class Prepared:
    """A statement whose text is the same each time.

    `columns`: those that an INSERT gives a value; the others are left to the database.
    """

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._written: dict[str, _Written] = {}

    def rows(self, reader: Reader, values: Values) -> list[tuple[Any, ...]]:
        """Return what it finds, in the order of its columns.

        Raises:
            DBAPIError: as SQLAlchemy would raise it.
        """
        connection = connection_of(reader)
        written = self._for(connection.dialect)
        found = _execute(connection, written.text, written.parameters(values), reads=True)
        return written.rows(found)

    def run(self, session: Session, *values: Values) -> None:
        """Do what it does, once with each of `values`; the session's objects are not written.

        Raises:
            DBAPIError: as SQLAlchemy would raise it.
        """
        connection = connection_of(session)
        written = self._for(connection.dialect)
        if len(values) == 1:
            _execute(connection, written.text, written.parameters(values[0]))
        else:
            each = [written.parameters(of_one) for of_one in values]
            _execute(connection, written.text, each, many=True)

    def _for(self, dialect: Dialect) -> _Written:
        written = self._written.get(dialect.name)
        if written is None:
            written = _write(self._statement, dialect, self._columns)
            self._written[dialect.name] = written
        return written


def _execute(
    connection: Connection, text: str, parameters: Any, *, many: bool = False, reads: bool = False
) -> Sequence[Sequence[Any]]:
    cursor = connection.connection.cursor()
    try:
        _tell_and_execute(connection, cursor, text, parameters, many)
        return cursor.fetchall() if reads else ()
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_told(error, connection, text) from error
    finally:
        cursor.close()


def _tell_and_execute(
    connection: Connection, cursor: DBAPICursor, text: str, parameters: Any, many: bool
) -> None:
    """Execute it, and tell whoever listens to the connection or to its engine."""
    told = connection.dispatch
    # Something to put what one remembers between the two, as there is with SQLAlchemy.
    context = SimpleNamespace() if told.before_cursor_execute else None
    for before in told.before_cursor_execute:
        text, parameters = before(connection, cursor, text, parameters, context, many)
    if many:
        cursor.executemany(text, parameters)
    else:
        cursor.execute(text, parameters)
    for after in told.after_cursor_execute:
        after(connection, cursor, text, parameters, context, many)


def as_told(error: Any, connection: Connection, text: str | None = None) -> DBAPIError:
    """Return a driver's error as SQLAlchemy tells it; a connection that is lost is given up."""
    dialect = connection.dialect
    if not connection.invalidated and dialect.is_disconnect(error, connection.connection, None):
        connection.invalidate(error)
    told = DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=connection.invalidated,
        dialect=dialect,
    )
    return cast("DBAPIError", told)


def _write(statement: Statement, dialect: Dialect, columns: Sequence[str] | None) -> _Written:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    if compiled.post_compile_params:
        raise TypeError("the text of a statement with a list in it is not the same each time")
    binds = {name: bind.type for name, bind in compiled.binds.items()}
    into = {name: process for name, each in binds.items() if (process := _into(each, dialect))}
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    found = statement.selected_columns if isinstance(statement, Select) else ()
    out = [(place, _out(each.type, dialect)) for place, each in enumerate(found)]
    return _Written(
        compiled.string,
        tuple(compiled.positiontup or binds),
        compiled.positional,
        fixed,
        into,
        tuple((place, process) for place, process in out if process is not None),
    )


def _into(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
