"""Statements that are executed all the time: written once, and run on the driver itself.

For each execution SQLAlchemy makes a context and a result, asks its events and looks up what it
has compiled before: several times what SQLite takes to answer. None of that is needed for a
statement that stays the same. What is compiled here is SQLAlchemy's own, types and all; what is
left out is the ceremony around it; who listens to cursors hears of these too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NoReturn

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session

from model.database import Reader, connection_of

Statement = Select[Any] | Insert | Update | Delete
Values = Mapping[str, object]
_Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in the words of one kind of database.

    `order`: the names of its parameters, where the driver takes them by position. `fixed`: the
    values that are the statement's own, as the driver takes them. `into`, `out`: what makes of a
    value what the driver takes, by name, and of a column what its type says, by position.
    """

    text: str
    order: tuple[str, ...] | None
    fixed: Values
    into: Mapping[str, _Process]
    out: tuple[tuple[int, _Process], ...]

    def parameters(self, values: Values) -> Any:
        """Return what the driver is handed for `values`."""
        given = {**self.fixed, **values}
        for name, process in self.into.items():
            given[name] = process(given[name])
        return given if self.order is None else [given[name] for name in self.order]

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row as the types of its columns say."""
        row = list(found)
        for place, process in self.out:
            row[place] = process(row[place])
        return tuple(row)


class Prepared:
    """A statement whose text is the same each time.

    `columns`: those that an INSERT gives a value; the others are left to the database.
    """

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._written: dict[str, _Written] = {}

    def rows(self, reader: Reader, values: Values) -> list[tuple[Any, ...]]:
        """Return what it finds, in the order of its columns; nothing of the session is written.

        Raises:
            DBAPIError: the database's error, as SQLAlchemy tells it.
        """
        connection = connection_of(reader)
        written = self._for(connection.dialect)
        found = _execute(connection, written.text, written.parameters(values), reads=True)
        return [written.row(each) for each in found]

    def run(self, session: Session, *values: Values) -> None:
        """Do what it does, once with each of `values`; nothing else of the session is written.

        Raises:
            DBAPIError: the database's error, as SQLAlchemy tells it.
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
    cursor = None
    try:
        cursor = connection.connection.cursor()
        _tell_and_execute(connection, cursor, text, parameters, many)
        found: Sequence[Sequence[Any]] = cursor.fetchall() if reads else ()
        cursor.close()
    except connection.dialect.loaded_dbapi.Error as error:
        tell(error, connection, text, cursor)
    return found


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


def tell(
    error: Exception,
    connection: Connection,
    text: str | None = None,
    cursor: DBAPICursor | None = None,
) -> NoReturn:
    """Raise a driver's error as SQLAlchemy tells it; `text`: the statement's.

    The cursor is closed. A connection that is lost is given up, and so is every other that was
    open by then.
    """
    # What SQLAlchemy does with an error of any statement that it executes itself; it has no name
    # for others to call it by.
    connection._handle_dbapi_exception(error, text, None, cursor, None)


def _write(statement: Statement, dialect: Dialect, columns: Sequence[str] | None) -> _Written:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    if compiled.post_compile_params:
        raise TypeError("the text of a statement with a list in it is not the same each time")
    if columns is None and isinstance(statement, Insert):
        raise TypeError("an INSERT has to say which columns it gives a value")
    into = {
        name: process
        for bind, name in compiled.bind_names.items()
        if (process := bind.type.dialect_impl(dialect).bind_processor(dialect))
    }
    fixed = {
        name: into.pop(name, _as_it_is)(bind.effective_value)
        for bind, name in compiled.bind_names.items()
        if not bind.required
    }
    order = tuple(compiled.positiontup or ()) if compiled.positional else None
    return _Written(compiled.string, order, fixed, into, _out(statement, dialect))


def _out(statement: Statement, dialect: Dialect) -> tuple[tuple[int, _Process], ...]:
    if not isinstance(statement, Select):
        return ()
    columns = statement.selected_columns
    if len(columns) != len(statement.column_descriptions):
        raise TypeError("a column that is only a text has no type")
    processes = (
        each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns
    )
    return tuple((place, each) for place, each in enumerate(processes) if each is not None)


def _as_it_is(value: object) -> object:
    return value
