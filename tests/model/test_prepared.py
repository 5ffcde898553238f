"""A statement that is prepared says and does what it does without."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Connection,
    bindparam,
    column,
    delete,
    event,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, OperationalError

from model.access import KEYS, ApiKey
from model.database import Database
from model.prepared import Prepared
from model.sending import sent_together
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
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_goes_in_comes_out_as_it_does_otherwise(
    database: Database, name: str, roles: list[object], created: datetime, ends: datetime | None
) -> None:
    """Texts, JSON and instants are the same on their way in, and on their way out."""
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
    with pytest.raises(DatabaseAway), postgresql_database.looking() as connection:
        end(postgresql_database, connection)
        with pytest.raises(DBAPIError) as told:
            _EVERY.rows(connection, {})
        assert told.value.connection_invalidated
        assert connection.invalidated
        raise told.value
    with postgresql_database.looking() as connection:
        assert _EVERY.rows(connection, {}) == []


def test_those_that_were_open_with_a_lost_one_are_given_up_too(
    postgresql_database: Database,
) -> None:
    """What took the one took the others, mostly: not every one of them has to fail first."""
    with postgresql_database.looking() as one, postgresql_database.looking() as other:
        before = backend(other)
        end(postgresql_database, one)
        with pytest.raises(DBAPIError):
            _EVERY.rows(one, {})
    with postgresql_database.looking() as one, postgresql_database.looking() as other:
        assert before not in (backend(one), backend(other))


def test_one_that_is_lost_in_a_pipeline_is_given_up(postgresql_database: Database) -> None:
    """There it shows at the end, when the answers are waited for."""
    with pytest.raises(DatabaseAway) as told, postgresql_database.transaction() as session:
        end(postgresql_database, session.connection())
        with sent_together(session):
            _ADD.run(session, key("A"))
    cause = told.value.__cause__
    assert isinstance(cause, DBAPIError)
    assert cause.connection_invalidated
    with postgresql_database.looking() as connection:
        assert _EVERY.rows(connection, {}) == []


def test_one_that_is_closed_is_told_as_away(postgresql_database: Database) -> None:
    """Even where not so much as a cursor can be had."""
    with pytest.raises(DatabaseAway), postgresql_database.looking() as connection:
        connection.connection.driver_connection.close()  # type: ignore[union-attr]  # there is one
        _EVERY.rows(connection, {})


def test_nothing_is_done_once_the_transaction_has_failed(database: Database) -> None:
    """Whoever goes on after an error is told, as of every other statement."""
    with pytest.raises(InvalidRequestError), database.transaction() as session:
        _ADD.run(session, key("A"))
        session.add(ApiKey(**key("A")))
        with pytest.raises(IntegrityError):
            session.flush()
        _ADD.run(session, key("B"))
    with database.looking() as connection:
        assert _EVERY.rows(connection, {}) == []


def test_what_lasts_too_long_is_told_too(postgresql_database: Database) -> None:
    """A statement's own bound is the database's, whoever runs it."""
    with postgresql_database.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(OperationalError):
            Prepared(select(func.pg_sleep(5))).rows(session, {})


def test_what_would_be_told_wrongly_is_refused(database: Database) -> None:
    """A list that grows with its values, a column without a type, an INSERT of unnamed columns."""
    these = KEYS.c.id.in_(bindparam("these", expanding=True))
    with database.looking() as connection:
        for statement, why in (
            (select(KEYS).where(these), "not the same"),
            (select(text("1"), KEYS.c.created_at), "no type"),
            (insert(KEYS), "which columns"),
        ):
            with pytest.raises(TypeError, match=why):
                Prepared(statement).rows(connection, {"these": ["A"]})


def test_a_statement_may_have_values_of_its_own(database: Database) -> None:
    """They are handed over as those are that come later."""
    earlier = Prepared(select(KEYS.c.id).where(KEYS.c.created_at <= NOW).limit(1))
    unlimited = Prepared(update(KEYS).where(_THIS).values(expires_at=None))
    with database.transaction() as session:
        _ADD.run(session, key("A", expires_at=NOW), key("B", created_at=NOW + timedelta(days=1)))
        unlimited.run(session, {"of_id": "A"})
        assert earlier.rows(session, {}) == [("A",)]
        assert _EVERY.rows(session, {})[0][_COLUMNS.index("expires_at")] is None


def test_whoever_listens_to_cursors_hears_of_them(database: Database) -> None:
    """Before and after, each statement once, with however many values it is done."""
    heard: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    with database.transaction() as session:
        for when in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(session.connection(), when, hear)
        _ADD.run(session, key("A"), key("B"))
    assert len(heard) == 2
    assert all(each.startswith("INSERT") for each in heard)


def test_every_instant_is_an_instant_of_utc(postgresql_database: Database) -> None:
    """Whatever zone it came in, and whatever zone the server is in."""
    url = postgresql_database.url.update_query_dict({"options": "-c TimeZone=Asia/Kathmandu"})
    with closing(Database(url)) as elsewhere, elsewhere.transaction() as session:
        _ADD.run(session, key("A", created_at=NOW.astimezone(ZoneInfo("Pacific/Apia"))))
        (row,) = _EVERY.rows(session, {})
    created = row[_COLUMNS.index("created_at")]
    assert (created, created.utcoffset()) == (NOW, timedelta(0))


def end(database: Database, connection: Connection) -> None:
    """Have the server end a connection."""
    number = backend(connection)
    with database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})


def backend(connection: Connection) -> int:
    """Return the number of a connection's own process on the server."""
    return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
