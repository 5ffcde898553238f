"""A statement that is prepared says and does what it does without."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, column, delete, insert, select, table, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from model.access import KEYS, ApiKey
from model.database import Database
from model.prepared import Prepared
from rules.errors import DatabaseAway

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_COLUMNS = tuple(column.name for column in KEYS.columns)
_ADD = Prepared(insert(KEYS), _COLUMNS)
_ALL = select(KEYS).order_by(KEYS.c.id)
_THIS = KEYS.c.id == bindparam("of_id")
_EVERY, _ONE = Prepared(_ALL), Prepared(_ALL.where(_THIS))
_RENAME = Prepared(update(KEYS).where(_THIS).values(name=bindparam("new_name")))
_REMOVE = Prepared(delete(KEYS).where(_THIS))

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
instants = st.integers(-(10**9), 7 * 10**9).map(
    lambda seconds: NOW.astimezone(ZoneInfo("Pacific/Apia")) + timedelta(seconds=seconds)
)
roles = st.lists(texts | st.integers(-9, 9) | st.decimals(-9, 9, places=2), max_size=3)


def key(id: str, **said: object) -> dict[str, object]:
    """Return a key, as a row."""
    row: dict[str, object] = dict.fromkeys(_COLUMNS)
    return {**row, "id": id, "name": id, "key_hash": id, "roles": [], "created_at": NOW, **said}


@given(name=texts, roles=roles, created=instants, ends=st.none() | instants)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_goes_in_comes_out_as_it_does_otherwise(
    database: Database, name: str, roles: list[object], created: datetime, ends: datetime | None
) -> None:
    """Each type makes the same of a value on its way in, and on its way out."""
    given = key("K", name=name, roles=roles, created_at=created, expires_at=ends)
    with database.transaction() as session:
        _REMOVE.run(session, {"of_id": "K"})
        _ADD.run(session, given)
        found = _ONE.rows(session, {"of_id": "K"})
        assert found == [tuple(row) for row in session.execute(_ALL)]
        row = session.get_one(ApiKey, "K")
    assert (row.name, row.roles, row.created_at, row.expires_at) == (name, roles, created, ends)


def test_one_statement_is_done_with_each_of_several_values(database: Database) -> None:
    """In their order; with none of them, nothing is done."""
    with database.transaction() as session:
        _ADD.run(session, key("A"), key("B"), key("C"))
        _RENAME.run(session, {"of_id": "A", "new_name": "a"}, {"of_id": "C", "new_name": "c"})
        _REMOVE.run(session, {"of_id": "B"})
        _REMOVE.run(session)
    with database.looking() as connection:
        assert [row[:2] for row in _EVERY.rows(connection, {})] == [("A", "a"), ("C", "c")]


def test_an_error_is_told_as_it_is_otherwise(database: Database) -> None:
    """As SQLAlchemy's own, without the values, and the transaction is undone."""
    with pytest.raises(IntegrityError) as told, database.transaction() as session:
        _ADD.run(session, key("A"))
        _ADD.run(session, key("A", name="a secret"))
    assert "a secret" not in str(told.value)
    with database.looking() as connection:
        assert _EVERY.rows(connection, {}) == []


def test_a_table_that_is_not_there_is_told_with_the_way_out(database: Database) -> None:
    """As for every other statement."""
    missing = Prepared(select(table("nowhere", column("id"))))
    with pytest.raises(DatabaseAway, match="db upgrade"), database.looking() as connection:
        missing.rows(connection, {})


def test_a_connection_that_is_lost_is_given_up(postgresql_database: Database) -> None:
    """Whoever was using it hears that the database is away; the next one is served."""
    ended = "SELECT pg_terminate_backend(:number, 5000)"
    with pytest.raises(DatabaseAway) as told, postgresql_database.looking() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
        with postgresql_database.transaction() as session:
            session.execute(text(ended), {"number": number})
        _EVERY.rows(connection, {})
    cause = told.value.__cause__
    assert isinstance(cause, DBAPIError)
    assert cause.connection_invalidated
    with postgresql_database.looking() as connection:
        assert _EVERY.rows(connection, {}) == []


def test_what_lasts_too_long_is_told_too(postgresql_database: Database) -> None:
    """A statement's own bound is the database's, whoever runs it."""
    with postgresql_database.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(OperationalError):
            Prepared(select(text("pg_sleep(5)"))).rows(session, {})


def test_a_statement_that_grows_with_its_values_is_refused(database: Database) -> None:
    """The text of one with a list in it is another for each length."""
    these = KEYS.c.id.in_(bindparam("these", expanding=True))
    with pytest.raises(TypeError, match="not the same"), database.looking() as connection:
        Prepared(select(KEYS).where(these)).rows(connection, {"these": ["A"]})


def test_every_instant_is_an_instant_of_utc(database: Database) -> None:
    """Whatever zone it came in, and whatever zone the server is in."""
    east = NOW.astimezone().replace(tzinfo=None) - timedelta(hours=1)
    with database.transaction() as session:
        _ADD.run(session, key("A", created_at=east.astimezone()))
        (row,) = _EVERY.rows(session, {})
    created = row[_COLUMNS.index("created_at")]
    assert (created, created.utcoffset()) == (NOW - timedelta(hours=1), timedelta(0))
