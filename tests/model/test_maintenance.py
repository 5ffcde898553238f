"""Maintenance: whoever uses a service, or what rests on it, is told once of it, and of its end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from model.customers import end_customer
from model.dependencies import rest_on
from model.events import EventType, OutboxEvent
from model.maintenance import (
    Maintenance,
    Plan,
    call_off,
    maintenance_before,
    plan_maintenance,
)
from rules.errors import AlreadyPlanned, BadFields, Refused, UnknownRecord
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio
from tests.model.telling import subscribed
from tests.model.used import FINANCE, TAX, staff, told, use

PLANNED, OFF = EventType.MAINTENANCE_PLANNED, EventType.MAINTENANCE_CALLED_OFF
NIGHT = Plan(datetime(2026, 12, 1, 20, tzinfo=UTC), datetime(2026, 12, 1, 22, tzinfo=UTC), "Disks")
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """Chat rests on mail and mail on storage; each has customers, and so has fax."""
    staff(portfolio.database)
    with portfolio.database.transaction() as session:
        for key in ("storage", "mail", "chat", "fax"):
            offer(session, key, key.title())
        rest_on(session, "mail", ["storage"])
        rest_on(session, "chat", ["mail", "storage"])
    use(portfolio, "storage", "Finance", role="Customer", agency="Finance")
    use(portfolio, "mail", "Finance", email=FINANCE)
    use(portfolio, "chat", "Tax", email=TAX)
    use(portfolio, "fax", "Archive", email="archive@x.example")
    return portfolio


def plan(of: Portfolio, key: str = "storage", plan: Plan = NIGHT) -> Maintenance:
    """Plan maintenance."""
    with of.database.transaction() as session:
        return plan_maintenance(session, key, plan, "Sam", of.moment, VIENNA)


def off(of: Portfolio, number: int, key: str = "storage", days: int = 0) -> Maintenance:
    """Call maintenance off, so many days later."""
    moment = replace(of.moment, now=of.moment.now + timedelta(days=days))
    with of.database.transaction() as session:
        return call_off(session, key, number, "Kim", moment, VIENNA)


def test_all_that_rests_on_a_service_is_told_and_each_person_once(of: Portfolio) -> None:
    """Along every way and in the end, but not whoever uses what rests elsewhere."""
    plan(of)
    title = "Maintenance of Storage is planned from 2026-12-01 21:00 until 23:00 CET"
    assert told(of.database, PLANNED) == [(title, FINANCE), (title, TAX)]
    with of.database.reading() as session:
        event = session.scalar(select(OutboxEvent).where(OutboxEvent.type == PLANNED))
    assert event is not None
    assert event.text == (
        f"{title}: Disks\n\nOn Storage rest: chat, mail.\n\nAsk its Service Line Manager about it."
    )
    assert cast("dict[str, Any]", event.data)["affected"] == ["chat", "mail"]


def test_what_rests_on_nothing_affects_its_own_customers(of: Portfolio) -> None:
    """Maintenance of chat is nothing to those who use what chat rests on."""
    plan(of, "chat")
    assert [person for _, person in told(of.database, PLANNED)] == [TAX]


def test_whoever_was_told_is_told_that_it_is_called_off(of: Portfolio) -> None:
    """Once, though it is called off twice; who left meanwhile hears of it, and who came too."""
    row = plan(of)
    with of.database.transaction() as session:
        end_customer(session, "chat", "Tax", "Sam", of.moment.now)
    use(of, "mail", "Archive", email="archive@x.example")
    first, again = off(of, row.id), off(of, row.id, days=1)
    assert (first.called_off_by, again.called_off_at) == ("Kim", of.moment.now)
    title = "Maintenance of Storage from 2026-12-01 21:00 until 23:00 CET is called off"
    people = (FINANCE, TAX, "archive@x.example")
    assert told(of.database, OFF) == [(title, person) for person in people]


def test_each_maintenance_is_told_and_read_by_itself(of: Portfolio) -> None:
    """Two of the same time and service are two events; the list has both, the latest first."""
    subscribed(of.database, PLANNED)
    numbers = [plan(of).id, plan(of, plan=replace(NIGHT, what="Cables")).id]
    assert len(told(of.database, PLANNED)) == 6
    with of.database.reading() as session:
        first = maintenance_before(session, "storage", None, 1)
        second = maintenance_before(session, "storage", first.next, 1)
        assert maintenance_before(session, "mail", None, 9).maintenance == ()
    assert [row.id for row in (*first.maintenance, *second.maintenance)] == numbers[::-1]
    assert second.next is None


def test_the_same_is_planned_once(of: Portfolio) -> None:
    """However many ask at once; what was called off may be planned again, and is told again."""

    def ask(_: int) -> int | str:
        try:
            return of.database.write(
                lambda s: plan_maintenance(s, "storage", NIGHT, "Sam", of.moment, VIENNA).id
            )
        except AlreadyPlanned as error:
            return error.detail

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(ask, range(3)))
    (number,) = {each for each in answers if isinstance(each, int)}
    (detail,) = {each for each in answers if isinstance(each, str)}
    assert detail == f"this is planned already, as maintenance {number} of `storage`"
    assert len(told(of.database, PLANNED)) == 2
    assert plan(of, "mail").id != number
    off(of, number)
    assert plan(of).id > number


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"begins_at": NOW - timedelta(seconds=1)}, "/begins_at"),
        ({"ends_at": NIGHT.begins_at}, "/ends_at"),
        ({"what": ""}, "/what"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    of: Portfolio, change: dict[str, Any], pointer: str
) -> None:
    """It ends after it begins, and it begins in the future: else nobody is told anything."""
    with pytest.raises(BadFields) as refused:
        plan(of, plan=replace(NIGHT, **change))
    assert [each.pointer for each in refused.value.problems] == [pointer]
    assert told(of.database, PLANNED) == []


def test_what_is_over_or_not_there_cannot_be_called_off(of: Portfolio) -> None:
    """Nor that of another service; while it lasts, it can."""
    row = plan(of)
    for number, key in ((row.id, "mail"), (row.id + 1, "storage"), (row.id, "none")):
        with pytest.raises(UnknownRecord):
            off(of, number, key)
    with pytest.raises(Refused):
        off(of, row.id, days=10)
    assert told(of.database, OFF) == []


def test_a_time_over_midnight_says_both_days(of: Portfolio) -> None:
    """In the service's own time zone."""
    plan(of, plan=replace(NIGHT, ends_at=NIGHT.begins_at + timedelta(hours=4)))
    ((title, _), *_) = told(of.database, PLANNED)
    assert title.endswith("from 2026-12-01 21:00 until 2026-12-02 01:00 CET")
