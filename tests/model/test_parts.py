"""Parts of services: made, changed and retired, each by somebody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from model.catalogue_standing import Standing
from model.database import Database
from model.parts import PartChange, PartView, parts_of, put_part
from model.service_life import ServiceChange, ServiceView, make_service
from rules.errors import BadFields, BornAlready, UnknownRecord
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


def test_a_part_that_is_so_already_stays_with_whom_it_is_from(database: Database) -> None:
    """Said again by another one, later, it was not changed; with a new cost it was."""
    later, rooms = NOW + timedelta(days=1), PartChange("Rooms", None, Standing.LIVE)
    with database.transaction() as session:
        offer(session, "mail", "Mail")
        first = put_part(session, "mail", "rooms", rooms, "Sam", NOW)
        assert put_part(session, "mail", "rooms", rooms, "Kim", later) == first
        dearer = replace(rooms, cost={"amount": 1})
        assert put_part(session, "mail", "rooms", dearer, "Kim", later).changed_by == "Kim"


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


def test_a_case_that_bore_something_bears_a_second_one_only_on_purpose(
    portfolio: Portfolio,
) -> None:
    """Services and parts alike, doubles included; the one that there is is named."""
    lives = Lives(portfolio.database, portfolio.caller, portfolio.moment)
    for ref in ("CRM-1", "CRM-2"):
        lives.decide(ref, viable=True)
    for key in ("mail", "chat"):
        portfolio.make(key)

    def put(part: str, case: str, *, several: bool = False, of: str = "mail") -> PartView:
        change = PartChange("Rooms", None, Standing.LIVE, case, one_of_several=several)
        with portfolio.database.transaction() as session:
            return put_part(session, of, part, change, "Sam", NOW)

    def make(key: str, case: str, *, several: bool = False) -> ServiceView:
        change = ServiceChange({"name": key}, case=case, one_of_several=several)
        with portfolio.database.transaction() as session:
            return make_service(session, key, change, portfolio.caller, portfolio.moment)

    assert put("rooms", "CRM-1").case == put("rooms", "CRM-1").case == "CRM-1"
    with pytest.raises(BornAlready, match="the part `rooms` of the service `mail`"):
        put("rooms", "CRM-1", of="chat")
    with pytest.raises(BornAlready, match="the part `rooms` of the service `mail`"):
        make("drones", "CRM-1")
    assert put("rooms", "CRM-1", of="chat", several=True).case == "CRM-1"
    assert make("drones", "CRM-2").service.born_of is not None
    with pytest.raises(BornAlready, match="the service `drones`"):
        make("pigeons", "CRM-2")
    lives.decide("CRM-3", viable=True)
    lives.merge("CRM-3", "CRM-2")
    with pytest.raises(BornAlready, match="of the case `CRM-3` was born the service `drones`"):
        put("nests", "CRM-2")
    born = make("pigeons", "CRM-2", several=True).service.born_of
    assert born is not None
    assert born.ref == "CRM-3"
