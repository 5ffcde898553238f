"""Missed events: what an older process did is in the life of a service before long, and once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from model.customers import Contact, Customer, end_customer, put_customer
from model.maintenance import Maintenance, Plan, call_off, plan_maintenance
from model.missed_events import LOOKED_BACK, note_missed
from model.service_events import ServiceEvent
from model.services import find_service
from tests.model.conftest import NOW
from tests.model.portfolio import Portfolio
from tests.model.test_timeline import VIENNA

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def noted(of: Portfolio) -> list[tuple[str, str | None, str, int]]:
    """Return what is noted of Mail but that it was made; of each when, in days from now."""
    with of.database.reading() as session:
        rows = session.scalars(select(ServiceEvent).order_by(ServiceEvent.at, ServiceEvent.id))
        return [
            (row.what, row.subject, row.by, (row.at - NOW).days)
            for row in rows
            if row.what != "made"
        ]


def make_good(of: Portfolio, most: int = 100) -> int:
    """Note what was missed until nothing is; say how much it was."""
    noted = 0
    while more := of.database.write(lambda session: note_missed(session, NOW + 9 * DAY, most)):
        noted += more
    return noted


def test_customers_are_noted_each_time_they_came_and_left(portfolio: Portfolio) -> None:
    """Whoever came back is noted twice; nobody knows who brought them."""
    portfolio.make("mail")
    with portfolio.database.transaction() as session:
        mail = find_service(session, "mail").id
        for came, left in ((1, 2), (3, 4), (6, None)):
            stay = {"service_id": mail, "name": "Tax", "since": NOW + came * DAY}
            until = NOW + left * DAY if left else None
            ended_by = "Ann" if left else None
            session.add(Customer(**stay, changed_by="Kim", until=until, ended_by=ended_by))
            session.flush()
    assert make_good(portfolio) == 5
    assert noted(portfolio) == [
        ("customer_came", "Tax", "unknown", 1),
        ("customer_left", "Tax", "Ann", 2),
        ("customer_came", "Tax", "unknown", 3),
        ("customer_left", "Tax", "Ann", 4),
        ("customer_came", "Tax", "unknown", 6),
    ]


def test_maintenance_is_noted_as_it_was_planned(portfolio: Portfolio) -> None:
    """And that it was called off."""
    portfolio.make("mail")
    with portfolio.database.transaction() as session:
        times = {"begins_at": NOW + 5 * DAY, "ends_at": NOW + 6 * DAY, "planned_at": NOW + DAY}
        mail = find_service(session, "mail").id
        off = {"called_off_by": "Ann", "called_off_at": NOW + 2 * DAY}
        for said in ({}, off):
            session.add(Maintenance(service_id=mail, what="X", planned_by="Ops", **times, **said))
            session.flush()
    assert make_good(portfolio, 1) == 3
    assert noted(portfolio) == [
        ("maintenance_planned", "1", "Ops", 1),
        ("maintenance_planned", "2", "Ops", 1),
        ("maintenance_called_off", "2", "Ann", 2),
    ]
    with portfolio.database.reading() as session:
        row = session.scalars(select(ServiceEvent).where(ServiceEvent.subject == "1")).one()
    assert row.after == {
        "begins_at": "2026-11-27T09:30:15.123Z", "ends_at": "2026-11-28T09:30:15.123Z", "what": "X",
    }  # fmt: skip


def test_what_was_noted_is_not_noted_again(portfolio: Portfolio) -> None:
    """Whatever a process of this version did, however often a customer comes back."""
    portfolio.make("mail")
    for number in range(3):
        now = NOW + number * DAY
        with portfolio.database.transaction() as session:
            put_customer(session, "mail", "Tax", Contact(), "Sam", now)
            end_customer(session, "mail", "Tax", "Sam", now + HOUR)
            plan = Plan(now + 20 * DAY, now + 21 * DAY, "Disks")
            row = plan_maintenance(session, "mail", plan, "Ops", portfolio.moment, VIENNA)
            call_off(session, "mail", row.id, "Ops", portfolio.moment, VIENNA)
    before = noted(portfolio)
    assert (make_good(portfolio), noted(portfolio)) == (0, before)


def test_what_is_old_is_left_alone(portfolio: Portfolio) -> None:
    """No upgrade lasts for a month: housekeeping does not go through all there ever was."""
    portfolio.make("mail")
    with portfolio.database.transaction() as session:
        old = NOW + 9 * DAY - LOOKED_BACK - HOUR
        mail = find_service(session, "mail").id
        session.add(Customer(service_id=mail, name="Tax", since=old, changed_by="Kim"))
    assert make_good(portfolio) == 0
