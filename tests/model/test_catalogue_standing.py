"""What has ended, or was rejected: nothing new is planned, promised or told of it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from model.agreeing import read_agreement
from model.catalogue_standing import Standing, is_shown, why_ended
from model.customers import Customer
from model.dependencies import rest_on
from model.maintenance import Plan, plan_maintenance
from model.parts import PartChange, put_part
from model.service_life import ServiceChange
from model.services import find_service
from rules.errors import BadFields, Refused
from tests.model.agreed import agreed, changed
from tests.model.offered import NOW, offer, part_of
from tests.model.portfolio import Portfolio
from tests.model.used import TAX, use

ENDED = ("old", "no")
DAY = date(2027, 3, 1)


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """Mail is live; one service has ended, and one was rejected."""
    with portfolio.database.transaction() as session:
        offer(session, "mail", "Mail")
        for key in ENDED:
            offer(session, key, key.title())
    for key in ENDED:
        use(portfolio, key, "Tax", email=TAX)
        portfolio.change(key, ServiceChange(offer={"planned_end_on": DAY}))
    with portfolio.database.transaction() as session:
        part_of(session, "old", "rooms", "Rooms")
        rest_on(session, "mail", ["old"])
    end(portfolio)
    return portfolio


def end(of: Portfolio) -> None:
    """Have one service end, and one rejected."""
    with of.database.transaction() as session:
        find_service(session, "old").phase = "retire"
        find_service(session, "no").rejected = True


def test_why_a_service_is_no_more_is_said(of: Portfolio) -> None:
    """Neither is in the catalogue; what is live is."""
    with of.database.reading() as session:
        found = [find_service(session, key) for key in ("mail", *ENDED)]
        assert [why_ended(each) for each in found] == [None, "has ended", "was rejected"]
        assert [is_shown(each) for each in found] == [True, False, False]


@pytest.mark.parametrize("key", ENDED)
def test_no_maintenance_is_planned_and_no_customer_comes(of: Portfolio, key: str) -> None:
    """Nobody is written to about it; how who uses it still is reached may change."""
    plan = Plan(NOW + timedelta(days=1), NOW + timedelta(days=2), "Patches")
    zone = ZoneInfo("UTC")
    with pytest.raises(Refused, match=f"`{key}`"), of.database.transaction() as session:
        plan_maintenance(session, key, plan, "Sam", of.moment, zone)
    with of.database.transaction() as session:
        plan_maintenance(session, "mail", plan, "Sam", of.moment, zone)
    with pytest.raises(Refused, match=f"`{key}`"):
        use(of, key, "Finance")
    assert isinstance(use(of, key, "Tax"), Customer)


@pytest.mark.parametrize("key", ENDED)
def test_no_part_becomes_live(of: Portfolio, key: str) -> None:
    """One that is, may be called otherwise, and retired."""
    for standing in (Standing.PREPARED, Standing.RETIRED):
        with of.database.transaction() as session:
            part_of(session, key, "desks", "Desks", standing)
    with pytest.raises(Refused), of.database.transaction() as session:
        part_of(session, key, "desks", "Desks")
    with of.database.transaction() as session:
        change = PartChange("Meeting rooms", None, Standing.LIVE)
        assert put_part(session, "old", "rooms", change, "Sam", NOW).name == "Meeting rooms"


@pytest.mark.parametrize("key", ENDED)
def test_no_day_is_planned_and_one_that_was_may_be_taken_away(of: Portfolio, key: str) -> None:
    """Other words may change; the day that is there already is no change."""
    for name in ("planned_live_on", "planned_end_on"):
        day = DAY - timedelta(days=1)
        with pytest.raises(BadFields) as refused:
            of.change(key, ServiceChange(offer={name: day}))
        assert [each.pointer for each in refused.value.problems] == [f"/{name}"]
    of.change(key, ServiceChange({"name": "Archive"}, offer={"planned_end_on": DAY}))
    of.change(key, ServiceChange(offer={"planned_end_on": None}))
    shown = of.shown(key).service
    assert (shown.name, shown.planned_end_on) == ("Archive", None)


def test_nothing_rests_anew_on_what_is_no_more(of: Portfolio) -> None:
    """What did before may say so until it rests on something else."""
    with of.database.transaction() as session:
        assert rest_on(session, "mail", ["old"]) == ("old",)
    with pytest.raises(BadFields) as refused, of.database.transaction() as session:
        rest_on(session, "mail", ["old", "no"])
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.detail) == ("/rests_on/1", "the service `no` was rejected")


@pytest.mark.parametrize("key", ENDED)
def test_nothing_new_is_agreed_of_it(of: Portfolio, key: str) -> None:
    """Neither a new agreement, nor one that was of another service."""
    with pytest.raises(BadFields) as refused:
        agreed(of.database, service=key)
    assert [each.pointer for each in refused.value.problems] == ["/service"]
    other = agreed(of.database, service="mail")
    with pytest.raises(BadFields):
        changed(of.database, other, service=key)


def test_what_was_agreed_before_may_be_changed(of: Portfolio) -> None:
    """It is ended, or it is still owed."""
    with of.database.transaction() as session:
        find_service(session, "old").phase = "operate"
    agreement = agreed(of.database, service="old")
    end(of)
    changed(of.database, agreement, ends_on=DAY)
    with of.database.reading() as session:
        assert read_agreement(session, agreement.id).agreement.ends_on == DAY
