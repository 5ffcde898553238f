"""Forums: the boards of the toll-gates, whose members are those of the roster on that day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.database import Database
from model.forums import ForumChange, end_forum, every_forum, put_forum, read_forum
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import NOW
from tests.model.portfolio import Portfolio
from tests.model.used import staff

BOARD = ForumChange("Board", "Says what is built", (6, 3, 3), ("Customer",), ("Alex", "Alex"))
TODAY = NOW.date()


def test_a_forum_has_the_members_of_the_roster_and_those_named(portfolio: Portfolio) -> None:
    """Each once; and it is found by the gates that it holds."""
    staff(portfolio.database)
    with portfolio.database.transaction() as session:
        view = put_forum(session, "board", BOARD, "Sam", NOW, TODAY)
        put_forum(session, "idle", replace(BOARD, gates=(), roles=()), "Sam", NOW, TODAY)
        assert (view.gates, view.members[-1]) == ([3, 6], "Alex")
        assert len(set(view.members)) == len(view.members)
        keys = {
            gate: [each.forum.key for each in every_forum(session, TODAY, gate)]
            for gate in (None, 3, 4)
        }
        assert keys == {None: ["board", "idle"], 3: ["board"], 4: []}
        assert read_forum(session, "idle", TODAY).members == ("Alex",)
        end_forum(session, "idle", TODAY)
        with pytest.raises(UnknownRecord):
            end_forum(session, "idle", TODAY)


@pytest.mark.parametrize(
    ("change", "key", "pointer"),
    [
        (replace(BOARD, gates=(3, 8)), "b", "/gates/1"),
        (replace(BOARD, meets_every="monthly"), "b", "/meets_every"),
        (replace(BOARD, meets_every="P0D"), "b", "/meets_every"),
        (replace(BOARD, people=("a\x00",)), "b", "/people/0"),
        (BOARD, "a b", "/forum"),
    ],
)
def test_what_is_no_forum_is_refused(
    database: Database, change: ForumChange, key: str, pointer: str
) -> None:
    """At its place, and nothing is kept."""
    with database.transaction() as session, pytest.raises(BadFields) as refused:
        put_forum(session, key, change, "Sam", NOW, TODAY)
    assert [each.pointer for each in refused.value.problems] == [pointer]
    with database.reading() as session:
        assert every_forum(session, TODAY) == []
