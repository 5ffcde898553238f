"""Tollgate as a caller: one key for all processes, which lets nobody in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from model.access import Caller, list_keys
from model.database import Database
from model.own_caller import own_caller

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_there_is_one_and_it_is_revoked(database: Database) -> None:
    """However many processes need it for the first time at once."""

    def made(_: int) -> Caller:
        return database.write(lambda session: own_caller(session, NOW))

    with ThreadPoolExecutor(4) as pool:
        callers = set(pool.map(made, range(4)))
    assert callers == {Caller("tollgate", "Tollgate", frozenset())}
    with database.reading() as session:
        (key,) = list_keys(session)
    assert (key.name, key.roles, key.revoked_at) == ("Tollgate", (), NOW)
