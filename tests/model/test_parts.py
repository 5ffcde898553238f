"""Parts of services: made, changed and retired, each by somebody."""

from __future__ import annotations

import pytest

from model.catalogue_standing import Standing
from model.database import Database
from model.parts import PartChange, PartView, parts_of, put_part
from rules.errors import BadFields, UnknownRecord
from tests.model.lives import Lives
from tests.model.offered import NOW, offer, part_of
from tests.model.portfolio import Portfolio


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


def test_a_viable_case_gives_birth_to_a_part(portfolio: Portfolio) -> None:
    """Its part says so for good; a case that nobody called viable, or another one, is refused."""
    lives = Lives(portfolio.database, portfolio.caller, portfolio.moment)
    lives.decide("CRM-1", viable=True)
    lives.decide("CRM-2", viable=True)
    lives.decide("CRM-3", viable=False)
    portfolio.make("mail")

    def put(case: str | None) -> PartView:
        change = PartChange("Rooms", None, Standing.LIVE, case)
        with portfolio.database.transaction() as session:
            return put_part(session, "mail", "rooms", change, "Sam", NOW)

    for refused in ("CRM-3", "CRM-4"):
        with pytest.raises(BadFields, match="/case"):
            put(refused)
    assert [put(case).case for case in (None, "CRM-1", None, "CRM-1")] == [
        None, "CRM-1", "CRM-1", "CRM-1",
    ]  # fmt: skip
    with pytest.raises(BadFields, match="born of the case `CRM-1`"):
        put("CRM-2")
