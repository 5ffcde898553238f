"""What is sent together is all done, or it is told that it is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from model.cases import Case
from model.database import Database, table_of
from model.sending import sent_together
from rules.errors import DatabaseAway

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_CASES = table_of(Case)
_ADD = insert(_CASES).inline()


def row(ref: str) -> dict[str, object]:
    """Return a case, as a row."""
    return {"ref": ref, "version": 0, "created_at": NOW, "updated_at": NOW}


def refs(database: Database) -> list[str]:
    """Return every case that is there."""
    with database.reading() as session:
        return list(session.scalars(select(Case.ref).order_by(Case.ref)))


def test_what_was_sent_is_there_at_the_end(database: Database) -> None:
    """For whoever reads in the same transaction, and for everybody once it has ended."""
    with database.transaction() as session:
        with sent_together(session):
            session.connection().execute(_ADD, [row("A"), row("B")])
            session.connection().execute(_ADD, row("C"))
        assert list(session.scalars(select(Case.ref).order_by(Case.ref))) == ["A", "B", "C"]
    assert refs(database) == ["A", "B", "C"]


def test_one_that_fails_is_told_and_nothing_is_done(database: Database) -> None:
    """Whether it was the first to be sent or the last, as the database's own error."""
    for order in (["A", "A", "B"], ["A", "B", "B"]):
        with pytest.raises(IntegrityError), database.transaction() as session:
            with sent_together(session):
                for ref in order:
                    session.connection().execute(_ADD, row(ref))
            raise AssertionError("nobody was told")
        assert refs(database) == []
    with database.transaction() as session, sent_together(session):
        session.connection().execute(_ADD, row("A"))
    assert refs(database) == ["A"]


def test_an_error_of_ones_own_in_between_undoes_what_was_sent(database: Database) -> None:
    """The connection is as good as before."""
    with pytest.raises(KeyError), database.transaction() as session, sent_together(session):
        session.connection().execute(_ADD, row("A"))
        raise KeyError("ours")
    assert refs(database) == []


def test_a_lock_that_is_not_given_in_time_is_told_as_any_other(
    postgresql_database: Database,
) -> None:
    """Who has to wait too long is told that the database did not answer in time."""
    with postgresql_database.transaction() as holder:
        holder.execute(_ADD, row("A"))
        late = postgresql_database.transaction(0.2)
        with pytest.raises(DatabaseAway), late as session, sent_together(session):
            session.connection().execute(_ADD, row("A"))


def test_a_server_that_ends_meanwhile_is_told_as_away(postgresql_database: Database) -> None:
    """The connection is given up, and the next one is served."""
    ending = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid")
    with pytest.raises(DatabaseAway), postgresql_database.transaction() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with postgresql_database.looking() as other, sent_together(session):
            other.execute(ending, {"pid": pid})
            session.connection().execute(_ADD, row("A"))
    assert refs(postgresql_database) == []
