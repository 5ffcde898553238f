"""What is done apart: what fails of one is undone, named, and stops no other."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import select, text

from model.apart import Failed, apart, require_none
from model.database import Database
from model.reviews import Review
from rules.errors import DatabaseAway, Unable
from tests.model.reviewed import made


def test_what_fails_is_undone_and_the_others_stay(database: Database) -> None:
    """In the same transaction, whichever comes first."""
    review, failed = made(database), Failed()
    with database.transaction() as session:
        for about, column in (("a", "role"), ("b", "title"), ("c", "agency")):
            with apart(session, about, failed):
                session.execute(text(f"UPDATE reviews SET {column} = 'new'"))
                if about == "b":
                    raise ValueError("not that")
    with database.reading() as session:
        found = session.scalars(select(Review)).one()
        assert (found.role, found.title, found.agency) == ("new", review.title, "new")
    assert failed == {"b": "ValueError: not that"}
    with pytest.raises(Unable, match=r"b \(ValueError: not that\)"):
        require_none(failed)


def test_nothing_failed_where_nothing_is_named() -> None:
    """Then nothing is raised."""
    require_none({})


def test_what_the_database_lost_is_done_again(database: Database) -> None:
    """It is not noted, and neither is what nobody would read: both are raised."""
    failed: Failed = {}
    with suppress(Unable), database.transaction() as session, apart(session, "a", failed):
        raise DatabaseAway("gone")
    assert failed == {}
    with pytest.raises(ValueError, match="unheard"), database.transaction() as session:  # noqa: SIM117
        with apart(session, "a", None):
            raise ValueError("unheard")
