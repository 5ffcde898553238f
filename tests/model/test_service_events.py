"""What is changed of a service stays to be read: from what to what, by whom, at which version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from model import migrating
from model.access import Role, authenticate, create_key
from model.catalogue_standing import Standing
from model.changing_catalogue import (
    remove_package,
    write_dependencies,
    write_package,
    write_part,
)
from model.customers import Contact, end_customer, put_customer
from model.database import Database
from model.maintenance import Plan, call_off, plan_maintenance
from model.moment import Moment
from model.packages import PackageChange
from model.parts import PartChange
from model.publishing import publish
from model.service_events import UNKNOWN, ServiceEvent
from model.service_life import ServiceChange
from model.services import find_service
from model.settings import HOME
from model.timeline import Asked, page_of_life
from model.timeline_events import What
from rules.rule_book import read_files
from tests.model.conftest import NOW, SECRET
from tests.model.portfolio import Portfolio

VIENNA = ZoneInfo("Europe/Vienna")
PRICE = {"amount": 9, "currency": "EUR", "per": "user"}


def do(of: Portfolio, work: Callable[[Session], object]) -> None:
    """Do something in a transaction of its own."""
    with of.database.transaction() as session:
        work(session)


def noted(of: Portfolio, key: str = "mail") -> list[tuple[str, str | None, object, object, str]]:
    """Return what is noted of a service, but that it was made."""
    with of.database.reading() as session:
        ours = ServiceEvent.service_id == find_service(session, key).id
        rows = session.scalars(select(ServiceEvent).where(ours).order_by(ServiceEvent.id))
        return [
            (row.what, row.subject, row.before, row.after, row.by)
            for row in rows
            if row.what != "made"
        ]


def test_words_and_offer_are_noted_from_what_to_what(portfolio: Portfolio) -> None:
    """The cost by itself, since few may see it; each at the version that it came with."""
    portfolio.make("mail", product_manager="Sam")
    words = {"product_manager": "Kim", "review_every": "P1Y"}
    portfolio.change("mail", ServiceChange(words, by="Pat", offer={"cost": PRICE}))
    assert noted(portfolio) == [
        ("service_changed", None, {"product_manager": "Sam", "review_every": None}, words, "Pat"),
        ("cost_changed", None, {"cost": None}, {"cost": PRICE}, "Pat"),
    ]
    with portfolio.database.reading() as session:
        versions = session.scalars(select(ServiceEvent.service_version)).all()
    assert versions == [1, 2, 2]


def test_what_changes_nothing_is_not_noted(portfolio: Portfolio) -> None:
    """The same words again, nothing in place of nothing, the same part, the same dependencies."""
    portfolio.make("mail", product_manager="Sam")
    same = {"product_manager": "Sam", "category": None}
    portfolio.change("mail", ServiceChange(same, offer={"options": [], "cost": None}))
    part, moment = PartChange("Rooms", None, Standing.LIVE), portfolio.moment
    for _ in range(2):
        do(portfolio, lambda s: write_part(s, "mail", "rooms", part, "Sam", moment))
        do(portfolio, lambda s: write_dependencies(s, "mail", [], "Sam", moment))
        do(portfolio, lambda s: put_customer(s, "mail", "Tax", Contact(), "Sam", moment.now))
    assert [row[:2] for row in noted(portfolio)] == [
        ("part_added", "rooms"),
        ("customer_came", "Tax"),
    ]


def test_a_part_is_added_changed_and_ended(portfolio: Portfolio) -> None:
    """And one that comes back is added again."""
    portfolio.make("mail")
    changes = [
        PartChange("Rooms", None, Standing.LIVE),
        PartChange("Meeting rooms", None, Standing.LIVE),
        PartChange("Meeting rooms", None, Standing.RETIRED),
        PartChange("Meeting rooms", None, Standing.LIVE),
    ]
    for change in changes:
        moment = portfolio.moment
        with portfolio.database.transaction() as session:
            write_part(session, "mail", "rooms", change, "Sam", moment)
    rows = noted(portfolio)
    assert [row[0] for row in rows] == ["part_added", "part_changed", "part_ended", "part_added"]
    assert rows[1][2:] == ({"name": "Rooms"}, {"name": "Meeting rooms"}, "Sam")


def test_what_it_rests_on_and_its_packages_are_noted(portfolio: Portfolio) -> None:
    """Of each service that joins a package or leaves it, also when that is taken apart."""
    for key in ("mail", "chat"):
        portfolio.make(key)
    moment = portfolio.moment
    do(portfolio, lambda s: write_dependencies(s, "mail", ["chat"], "Sam", moment))
    for services in (("mail", "chat"), ("chat",)):
        change = PackageChange("Office", None, services)
        with portfolio.database.transaction() as session:
            write_package(session, "office", change, "Sam", moment)
    do(portfolio, lambda s: remove_package(s, "office", "Kim", moment))
    assert noted(portfolio) == [
        ("dependencies_changed", None, {"rests_on": []}, {"rests_on": ["chat"]}, "Sam"),
        ("package_joined", "office", {}, {}, "Sam"),
        ("package_left", "office", {}, {}, "Sam"),
    ]
    assert [(row[0], row[4]) for row in noted(portfolio, "chat")] == [
        ("package_joined", "Sam"),
        ("package_left", "Kim"),
    ]


def test_customers_come_and_go_and_no_address_is_kept(portfolio: Portfolio) -> None:
    """Rows that stay for ever say of an address only that it became another one."""
    portfolio.make("mail")
    now = portfolio.moment.now
    for contact in (Contact(email="a@x.example"), Contact(role="Head", email="b@x.example")):
        with portfolio.database.transaction() as session:
            put_customer(session, "mail", "Tax", contact, "Sam", now)
    do(portfolio, lambda s: end_customer(s, "mail", "Tax", "Kim", now))
    assert noted(portfolio) == [
        ("customer_came", "Tax", {}, {}, "Sam"),
        (
            "customer_changed",
            "Tax",
            {"role": None, "email": None},
            {"role": "Head", "email": None},
            "Sam",
        ),
        ("customer_left", "Tax", {}, {}, "Kim"),
    ]


def test_what_was_known_before_there_was_a_history_is_noted_by_the_migration(
    empty_database: Database,
) -> None:
    """Customers who came and left, and maintenance: when that was, and by whom if a row says so."""
    migrating.upgrade(empty_database)
    with empty_database.transaction() as session:
        publish(session, read_files(HOME / "rules"), "Pat", NOW)
        new = create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW)
        caller = authenticate(session, new.key, SECRET, NOW)
    of = Portfolio(empty_database, caller, Moment(NOW, date(2026, 11, 22)))
    of.make("mail")
    plan = Plan(NOW + timedelta(days=1), NOW + timedelta(days=2), "New “storage”")
    with empty_database.transaction() as session:
        put_customer(session, "mail", "Tax", Contact(), "Sam", NOW)
        put_customer(session, "mail", "Tax", Contact(email="a@x.example"), "Bob", NOW)
        end_customer(session, "mail", "Tax", "Kim", NOW + timedelta(hours=1))
        row = plan_maintenance(session, "mail", plan, "Ops", of.moment, VIENNA)
        later = Moment(NOW + timedelta(hours=2), of.moment.today)
        call_off(session, "mail", row.id, "Kim", later, VIENNA)
    before = sorted(noted(of), key=lambda row: row[0])
    before = [row for row in before if row[0] != "customer_changed"]
    migrating.downgrade(empty_database, "0018")
    migrating.upgrade(empty_database)
    after = sorted(noted(of), key=lambda row: row[0])
    assert [row[:3] for row in after] == [row[:3] for row in before]
    # The row says who changed the customer last, and that is not who brought it.
    assert [row[4] for row in after] == [UNKNOWN, *(row[4] for row in before[1:])]
    planned = next(row for row in after if row[0] == "maintenance_planned")
    assert planned in before
    with empty_database.reading() as session:
        made = page_of_life(session, "mail", Asked(), of.moment, VIENNA).events[0]
    # Who made it, nobody had noted.
    assert (made.what, made.at, made.by) == (What.MADE, NOW, None)
