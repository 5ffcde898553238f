"""API keys: only a hash is kept, and a key ends when it expires or is revoked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from model.access import (
    Caller,
    NewKey,
    Role,
    authenticate,
    bootstrap,
    create_key,
    fresh_key,
    identify,
    list_keys,
    revoke,
)
from model.database import Database
from rules.errors import BadFields, NotAuthenticated, UnknownRecord

SECRET = b"a secret made up for the tests"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def make(database: Database, *roles: Role, expires_at: datetime | None = None) -> NewKey:
    """Make a key with some roles."""
    with database.transaction() as session:
        return create_key(session, "Roundup", roles, SECRET, NOW, expires_at=expires_at)


def test_a_key_names_its_caller(database: Database) -> None:
    """Who comes with a key is known by its id, its name and its roles."""
    new = make(database, Role.TICKETING, Role.AUDITOR)
    with database.reading() as session:
        caller = authenticate(session, new.key, SECRET, NOW)
    assert caller == Caller(new.id, "Roundup", frozenset([Role.TICKETING, Role.AUDITOR]))


def test_the_key_itself_is_nowhere_in_the_database(database: Database) -> None:
    """A copy of the table lets nobody in: it holds a hash, keyed with the secret."""
    new = make(database, Role.ADMIN)
    with database.reading() as session:
        row = session.execute(text("SELECT * FROM api_keys")).one()
        assert not any(new.key in str(column) for column in row)
        with pytest.raises(NotAuthenticated, match="not known"):
            authenticate(session, new.key, b"another secret of another service", NOW)
        with pytest.raises(NotAuthenticated, match="not known"):
            authenticate(session, row.key_hash, SECRET, NOW)


def test_an_unknown_key_is_refused(database: Database) -> None:
    """Whatever is sent as a key, it is known or it is refused."""
    make(database, Role.ADMIN)
    with database.reading() as session:
        for key in ["", "x", "\x00", "\ud800", "' OR 1=1 --", "ключ" * 5_000]:
            with pytest.raises(NotAuthenticated):
                authenticate(session, key, SECRET, NOW)


def test_a_key_is_named_in_plain_characters(database: Database) -> None:
    """A name that could not be shown, or kept, is refused when the key is made."""
    for name in ["", "a\x00", "n" * 201]:
        with pytest.raises(BadFields, match="/name"), database.transaction() as session:
            create_key(session, name, [Role.ADMIN], SECRET, NOW)


def test_a_key_ends_when_it_expires(database: Database) -> None:
    """Until that second it is good, from then on it is not."""
    new = make(database, Role.ADMIN, expires_at=NOW + SECOND)
    with database.reading() as session:
        authenticate(session, new.key, SECRET, NOW)
        with pytest.raises(NotAuthenticated, match="has expired"):
            authenticate(session, new.key, SECRET, NOW + SECOND)


def test_a_key_ends_when_it_is_revoked(database: Database) -> None:
    """A revoked key is refused, and stays revoked as of the first time."""
    new = make(database, Role.ADMIN)
    with database.transaction() as session:
        revoke(session, new.id, NOW)
        assert revoke(session, new.id, NOW + SECOND).revoked_at == NOW
    with database.reading() as session, pytest.raises(NotAuthenticated, match="been revoked"):
        authenticate(session, new.key, SECRET, NOW + SECOND)


def test_an_unknown_key_cannot_be_revoked(database: Database) -> None:
    """Whoever mistypes the id is told, and does not believe the key to be gone."""
    with database.transaction() as session, pytest.raises(UnknownRecord, match="`nope`"):
        revoke(session, "nope", NOW)


def test_the_use_of_a_key_is_noted_once_a_minute(database: Database) -> None:
    """An unused key can be told from a used one, and a busy one costs no write each time."""
    new = make(database, Role.ADMIN)
    for later, noted in [(0, 0), (59, 0), (60, 60), (61, 60)]:
        identify(database, new.key, SECRET, NOW + later * SECOND)
        with database.reading() as session:
            assert list_keys(session)[0].last_used_at == NOW + noted * SECOND


def test_a_caller_is_known_while_another_writes(sqlite_database: Database) -> None:
    """A key that was used a moment ago is recognized without waiting for the write lock."""
    new = make(sqlite_database, Role.ADMIN)
    identify(sqlite_database, new.key, SECRET, NOW)
    with sqlite_database.transaction():
        assert identify(sqlite_database, new.key, SECRET, NOW + SECOND).key_id == new.id


def test_an_administrator_may_do_what_every_role_may() -> None:
    """Roles are for what they name; an administrator's is for everything."""
    admin = Caller("1", "a", frozenset([Role.ADMIN]))
    ticketing = Caller("2", "t", frozenset([Role.TICKETING]))
    assert all(admin.may(role) for role in Role)
    assert ticketing.may(Role.AUDITOR, Role.TICKETING)
    assert not ticketing.may(Role.AUDITOR, Role.POLICY_OWNER)
    assert not ticketing.may()


def test_the_first_key_is_the_administrators(database: Database) -> None:
    """On a database without keys, the operator's key is taken, or one is made; once."""
    with database.transaction() as session:
        new = bootstrap(session, "chosen-by-the-operator", SECRET, NOW)
        assert new is not None
        assert new.key == "chosen-by-the-operator"
        assert authenticate(session, new.key, SECRET, NOW).roles == {Role.ADMIN}
        assert bootstrap(session, None, SECRET, NOW) is None


def test_processes_that_start_together_make_one_first_key(database: Database) -> None:
    """However many start on an empty database, one of them makes the key."""

    def start(_: int) -> NewKey | None:
        with database.transaction() as session:
            return bootstrap(session, None, SECRET, NOW)

    with ThreadPoolExecutor(4) as pool:
        made = [new for new in pool.map(start, range(4)) if new]
    assert len(made) == 1
    with database.reading() as session:
        assert [view.id for view in list_keys(session)] == [made[0].id]


def test_keys_that_are_made_differ() -> None:
    """No two keys are the same, and each is long enough and known by its first letters."""
    keys = {fresh_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(key.startswith("tollgate_") and len(key) > 50 for key in keys)
