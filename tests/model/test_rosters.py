"""The roster in SQL: the newest version counts, and none is ever lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from model.database import Database
from model.rosters import current_roster, replace_roster
from rules.errors import BadFields, RosterMovedOn

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EMPTY: dict[str, list[dict[str, str]]] = {"people": [], "groups": [], "roles": [], "absences": []}


def of(name: str) -> dict[str, list[dict[str, str]]]:
    """Return a roster of one person."""
    return {**EMPTY, "people": [{"name": name, "email": f"{name}@x.example"}]}


def accept(version: int) -> None:
    """Refuse no version."""


def test_the_newest_roster_counts_and_the_older_ones_stay(database: Database) -> None:
    """Before the first there is an empty one, at version 0."""
    with database.reading() as session:
        assert current_roster(session).version == 0
        assert current_roster(session).roster.holders("R", None, NOW.date()) == ()
    for name in ("Ann", "Bo"):
        with database.transaction() as session:
            replace_roster(session, of(name), "Dana", NOW, accept)
    with database.reading() as session:
        view = current_roster(session)
        assert (view.version, view.document, view.by, view.at) == (2, of("Bo"), "Dana", NOW)
        assert session.scalar(text("SELECT count(*) FROM rosters")) == 2


def test_the_same_roster_is_no_new_version(database: Database) -> None:
    """It stays with who wrote it first, also after another one had come between."""
    for name, by in (("Ann", "Dana"), ("Ann", "Eve"), ("Bo", "Eve"), ("Ann", "Eve")):
        with database.transaction() as session:
            view = replace_roster(session, of(name), by, NOW, accept)
            assert current_roster(session) == view
        assert view.by == ("Dana" if view.version == 1 else "Eve")
    assert view.version == 3


def test_a_roster_at_odds_with_itself_changes_nothing(database: Database) -> None:
    """The one before still counts."""
    twice = [{"name": "Ann", "email": email} for email in ("ann@x.example", "ANN@x.example")]
    for wrong in ({"roles": [{"role": "R", "held_by": "nobody"}]}, {"people": twice}):
        with pytest.raises(BadFields), database.transaction() as session:
            replace_roster(session, {**EMPTY, **wrong}, "Dana", NOW, accept)
    with database.reading() as session:
        assert current_roster(session).version == 0


def test_of_two_who_saw_the_same_roster_one_is_told_so(database: Database) -> None:
    """However close together they write."""

    def write(name: str) -> bool:
        def require(version: int) -> None:
            if version != 0:
                raise RosterMovedOn("it has moved on")

        try:
            database.write(lambda s: replace_roster(s, of(name), name, NOW, require))
        except RosterMovedOn:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, ["A", "B", "C", "D"])) == [False, False, False, True]


@pytest.mark.parametrize("change", ["UPDATE rosters SET by = 'me'", "DELETE FROM rosters"])
def test_a_version_is_never_changed(database: Database, change: str) -> None:
    """Not even by somebody who has the database at hand."""
    with database.transaction() as session:
        replace_roster(session, of("Ann"), "Dana", NOW, accept)
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text(change.replace(" by", ' "by"')))
