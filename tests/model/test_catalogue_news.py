"""News of the catalogue: what customers are shown becomes other, and those who must know do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from model.catalogue_standing import Standing
from model.changing_catalogue import (
    remove_package,
    write_dependencies,
    write_package,
    write_part,
)
from model.database import Database
from model.deliveries import Delivery
from model.events import OutboxEvent
from model.packages import PackageChange
from model.parts import PartChange
from model.roster import BUSINESS_RELATIONS
from model.rosters import replace_roster
from model.service_life import ServiceChange
from rules.errors import BadFields
from tests.api.service_calls import NEEDS, SAID
from tests.model.offered import offer
from tests.model.portfolio import Portfolio
from tests.model.telling import subscribed

BRM, DEPUTY = "brm@x.example", "deputy@x.example"


def staff(database: Database) -> None:
    """Have somebody manage the relationship with the business, away on the 23rd of November."""
    document: dict[str, list[dict[str, object]]] = {
        "people": [{"name": email.split("@")[0], "email": email} for email in (BRM, DEPUTY)],
        "groups": [],
        "roles": [
            {"role": BUSINESS_RELATIONS, "held_by": BRM},
            {"role": BUSINESS_RELATIONS, "held_by": DEPUTY, "deputy": True},
        ],
        "absences": [{"person": BRM, "since": "2026-11-23", "until": "2026-11-24"}],
    }
    with database.transaction() as session:
        replace_roster(session, document, "Dana", datetime(2026, 11, 1, tzinfo=UTC), lambda _: None)


def told(of: Portfolio) -> list[tuple[str, str, str, list[str]]]:
    """Return what was told and to whom: the subject, what happened, and which members changed."""
    with of.database.reading() as session:
        rows = session.execute(
            select(OutboxEvent.subject, OutboxEvent.data, Delivery.recipient)
            .join(Delivery, Delivery.event_id == OutboxEvent.id)
            .where(OutboxEvent.type == "catalogue.changed")
            .order_by(Delivery.id)
        ).all()
    found = []
    for subject, data, recipient in rows:
        said = cast("dict[str, Any]", data)
        found.append((subject, str(recipient), said["what"], said["changed"]))
    return found


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A portfolio with two services in the catalogue, and somebody to tell."""
    staff(portfolio.database)
    with portfolio.database.transaction() as session:
        offer(session, "mail", "Mail", phase="transition")
        offer(session, "fax", "Fax")
    return portfolio


def part(of: Portfolio, name: str, standing: Standing = Standing.LIVE) -> None:
    """Write a part of Mail."""
    change = PartChange(name, None, standing)
    of.database.write(lambda s: write_part(s, "mail", "rooms", change, "Sam", of.moment))


def test_what_is_shown_becomes_other_and_is_told_once(of: Portfolio) -> None:
    """With the members that changed; the same said again is no news, nor is what is not shown."""
    of.change("mail", ServiceChange({"description": "Mailboxes"}, offer={"quality": {"a": "b"}}))
    of.change("mail", ServiceChange({"description": "Mailboxes", "line_manager": "Lee"}))
    of.change("mail", ServiceChange(offer={"cost": {"amount": 1, "currency": "EUR", "per": "x"}}))
    part(of, "Rooms")
    part(of, "Rooms")
    of.database.write(lambda s: write_dependencies(s, "mail", ["fax"], "Sam", of.moment))
    of.database.write(lambda s: write_dependencies(s, "mail", ["fax"], "Sam", of.moment))
    assert told(of) == [
        ("services/mail", BRM, "changed", ["description", "quality"]),
        ("services/mail", BRM, "changed", ["parts"]),
        ("services/mail", BRM, "changed", ["rests_on"]),
    ]


def test_there_and_back_again_is_two_changes(of: Portfolio) -> None:
    """Each change is an event of its own, whatever the catalogue said before."""
    for hours, name in enumerate(("Rooms", "Halls", "Rooms", "Halls")):
        later = replace(of.moment, now=of.moment.now + timedelta(hours=hours))
        part(replace(of, moment=later), name)
    assert len(told(of)) == 4


def test_a_service_enters_and_leaves_the_catalogue_at_its_gates(portfolio: Portfolio) -> None:
    """An idea is no news; being prepared, going live and being retired is."""
    of = portfolio
    staff(of.database)
    of.make("chat")
    of.change("chat", ServiceChange({"description": "Words"}))
    assert told(of) == []
    _pass_gates(of)
    assert [(what, changed) for _, _, what, changed in told(of)] == [
        ("entered", []), ("changed", ["standing"]), ("left", []),
    ]  # fmt: skip
    with of.database.reading() as session:
        letters = session.scalars(select(OutboxEvent.title).order_by(OutboxEvent.title)).all()
    assert letters == [
        "Service catalogue: Chat has changed",
        "Service catalogue: Chat has left it",
        "Service catalogue: Chat is new in it",
    ]


def test_packages_are_told_as_services_are(of: Portfolio) -> None:
    """Made, changed and taken apart; written again as it was, it is no news."""
    for services in (("fax",), ("fax", "mail"), ("mail", "fax")):
        change = PackageChange("Office", None, services)
        with of.database.transaction() as session:
            write_package(session, "office", change, "Sam", of.moment)
    of.database.write(lambda s: remove_package(s, "office", "Sam", of.moment))
    assert told(of) == [
        ("packages/office", BRM, "entered", []),
        ("packages/office", BRM, "changed", ["services", "standing"]),
        ("packages/office", BRM, "left", []),
    ]


def test_whoever_holds_the_role_that_day_hears_of_it(of: Portfolio) -> None:
    """The deputy while its holder is away; subscribers in any case."""
    subscribed(of.database)
    day = timedelta(days=1)
    moment = replace(of.moment, now=of.moment.now + day, today=of.moment.today + day)
    part(replace(of, moment=moment), "Rooms")
    assert [each[1] for each in told(of)] == ["None", DEPUTY]


def test_what_is_refused_is_not_told(of: Portfolio) -> None:
    """The event is written in the transaction that changes the catalogue, or not at all."""
    with pytest.raises(BadFields):
        part(of, "")
    with pytest.raises(RuntimeError), of.database.transaction() as session:
        write_part(session, "mail", "p", PartChange("P", None, Standing.LIVE), "Sam", of.moment)
        raise RuntimeError("the process ends here")
    assert told(of) == []


def test_many_who_say_the_same_at_once_change_it_once(of: Portfolio) -> None:
    """Whoever comes second finds it said."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: part(of, "Rooms"), range(4)))
    assert len(told(of)) == 1


def _pass_gates(of: Portfolio) -> None:
    for gate in (1, 3, 4, 6):
        of.supply("chat", *NEEDS[gate])
        held = of.hold("chat", gate, facts=SAID.get(gate, {}), verdict="approve")
        assert held["outcome"]["result"] == "pass", held
