"""Parts of services: made, changed and retired, each by somebody."""

from __future__ import annotations

import pytest

from model.catalogue_standing import Standing
from model.database import Database
from model.parts import PartChange, parts_of, put_part
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import NOW, offer, part_of


def test_a_part_is_made_changed_and_retired(database: Database) -> None:
    """Once retired it is a part no longer; it may come back."""
    with database.transaction() as session:
        service = offer(session, "mail", "Mail")
        part_of(session, "mail", "rooms", "Rooms", Standing.PREPARED)
        part_of(session, "mail", "rooms", "Meeting rooms")
        (part,) = parts_of(session, [service.id])[service.id]
        assert (part.name, part.standing, part.changed_by) == ("Meeting rooms", "live", "Sam")
        part_of(session, "mail", "rooms", "Meeting rooms", Standing.RETIRED)
        assert parts_of(session, [service.id]) == {}
        part_of(session, "mail", "rooms", "Meeting rooms")
        assert len(parts_of(session, [service.id])[service.id]) == 1


@pytest.mark.parametrize(
    ("key", "name", "pointer"),
    [("a b", "Rooms", "/part"), ("", "Rooms", "/part"), ("rooms", "", "/name"),
     ("rooms", "a\x00", "/name")],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(
    database: Database, key: str, name: str, pointer: str
) -> None:
    """With its place."""
    with pytest.raises(BadFields) as refused, database.transaction() as session:
        offer(session, "mail", "Mail")
        put_part(session, "mail", key, PartChange(name, None, Standing.LIVE), "Sam", NOW)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_a_part_is_of_a_service_that_there_is(database: Database) -> None:
    """Nothing is a part of nothing."""
    with pytest.raises(UnknownRecord), database.transaction() as session:
        part_of(session, "nothing", "rooms", "Rooms")
