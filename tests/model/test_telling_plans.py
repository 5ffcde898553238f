"""Plans: customers hear in time when their service is to begin and to end, each day once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from model.database import Database
from model.events import EventType
from model.moment import Moment
from model.service_life import ServiceChange
from model.services import find_service
from model.telling_plans import TOLD_AHEAD, tell_plans
from rules.errors import BadFields
from tests.model.offered import offer
from tests.model.portfolio import Portfolio
from tests.model.telling import states, subscribed
from tests.model.used import DEPUTY, FINANCE, TAX, told, use

ANNOUNCED = EventType.SERVICE_ANNOUNCED
DAY = date(2027, 3, 1)


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """Chat is being prepared and mail is live; an idea, and one that was rejected, are not."""
    with portfolio.database.transaction() as session:
        for key, phase in (("chat", "transition"), ("mail", "operate"), ("idea", "strategy")):
            service = offer(session, key, key.title(), phase=phase)
            service.planned_live_on, service.planned_end_on = DAY, DAY + timedelta(days=1)
        offer(session, "no", "No", phase="transition").planned_live_on = DAY
    for key in ("chat", "mail", "idea", "no"):
        use(portfolio, key, "Tax", email=TAX)
    with portfolio.database.transaction() as session:
        find_service(session, "no").rejected = True
    return portfolio


def tell(database: Database, moment: Moment, day: date) -> int:
    """Tell what is near on a day."""
    on = replace(moment, today=day)
    return database.write(lambda session: tell_plans(session, on))


def test_a_planned_day_is_told_ahead_and_once(of: Portfolio) -> None:
    """That what is prepared begins, and that what is live ends; of others nothing."""
    first = DAY - TOLD_AHEAD
    assert tell(of.database, of.moment, first - timedelta(days=1)) == 0
    assert tell(of.database, of.moment, first) == 1
    assert [tell(of.database, of.moment, DAY) for _ in range(2)] == [1, 0]
    assert told(of.database, ANNOUNCED) == [
        ("Service Chat is planned to be in operation from 2027-03-01", TAX),
        ("Service Mail is planned to end on 2027-03-02", TAX),
    ]


def test_a_day_that_has_passed_is_told_no_more_and_a_new_one_anew(of: Portfolio) -> None:
    """However late the product was started; customers hear of what is to come."""
    subscribed(of.database, ANNOUNCED)
    after = DAY + timedelta(days=2)
    assert tell(of.database, of.moment, after) == 0
    with of.database.transaction() as session:
        offer(session, "fax", "Fax", phase="improve").planned_end_on = after
    assert tell(of.database, of.moment, after) == 1
    for day, told_of in ((after + TOLD_AHEAD, 1), (after, 0)):
        with of.database.transaction() as session:
            find_service(session, "fax").planned_end_on = day
        assert tell(of.database, of.moment, after) == told_of


def plan_end(of: Portfolio, day: date | None) -> None:
    """Plan, as a service manager does, when fax ends."""
    of.change("fax", ServiceChange(offer={"planned_end_on": day}))


@pytest.fixture
def fax(of: Portfolio) -> Portfolio:
    """Fax is live and planned to end on the day."""
    with of.database.transaction() as session:
        for key in ("chat", "mail"):
            service = find_service(session, key)
            service.planned_live_on = service.planned_end_on = None
        offer(session, "fax", "Fax")
    use(of, "fax", "Tax", email=TAX)
    plan_end(of, DAY)
    return of


def test_a_day_that_is_planned_again_is_told_again(fax: Portfolio) -> None:
    """Customers were told of another one meanwhile: what they heard last is so."""
    today = DAY - timedelta(days=7)
    for day in (DAY, DAY + timedelta(days=9), DAY):
        plan_end(fax, day)
        assert [tell(fax.database, fax.moment, today) for _ in range(2)] == [1, 0]
    assert told(fax.database, ANNOUNCED)[-1] == ("Service Fax is planned to end on 2027-03-01", TAX)


def test_what_waits_of_a_day_that_was_given_up_is_taken_back(fax: Portfolio) -> None:
    """Other words of a service take nothing back; letters of other services stay."""
    use(fax, "mail", "Tax", email=TAX)
    with fax.database.transaction() as session:
        find_service(session, "mail").planned_end_on = DAY
    today = DAY - timedelta(days=7)
    assert tell(fax.database, fax.moment, today) == 2
    fax.change("fax", ServiceChange({"description": "By wire"}, offer={"planned_end_on": DAY}))
    assert states(fax.database) == ["waiting", "waiting"]
    plan_end(fax, DAY + timedelta(days=1))
    assert tell(fax.database, fax.moment, today) == 1
    plan_end(fax, None)
    assert sorted(states(fax.database)) == ["cancelled", "cancelled", "waiting"]


def test_whoever_comes_once_it_was_told_is_told_as_well(fax: Portfolio) -> None:
    """Each once; who was told before, and who subscribed, hear nothing again."""
    subscribed(fax.database, ANNOUNCED)
    today = DAY - timedelta(days=7)
    assert tell(fax.database, fax.moment, today) == 1
    use(fax, "fax", "Finance", email=FINANCE)
    assert [tell(fax.database, fax.moment, today) for _ in range(2)] == [1, 0]
    use(fax, "fax", "Deputies", email=DEPUTY)
    assert [tell(fax.database, fax.moment, today) for _ in range(2)] == [1, 0]
    words = "Service Fax is planned to end on 2027-03-01"
    people = [(words, each) for each in (TAX, FINANCE, DEPUTY)]
    assert [each for each in told(fax.database, ANNOUNCED) if each[1] != "None"] == people
    assert len(states(fax.database)) == 1 + len(people)


def test_a_service_ends_after_it_begins(of: Portfolio) -> None:
    """Whichever of the two days is changed; and `None` takes one away."""
    of.make("plan")
    of.change("plan", ServiceChange(offer={"planned_live_on": DAY}))
    for wrong in ({"planned_end_on": DAY}, {"planned_end_on": DAY - timedelta(days=1)}):
        with pytest.raises(BadFields) as refused:
            of.change("plan", ServiceChange(offer=wrong))
        assert [each.pointer for each in refused.value.problems] == ["/planned_end_on"]
    of.change("plan", ServiceChange(offer={"planned_end_on": DAY + timedelta(days=1)}))
    with pytest.raises(BadFields):
        of.change("plan", ServiceChange(offer={"planned_live_on": DAY + timedelta(days=1)}))
    of.change("plan", ServiceChange(offer={"planned_end_on": None}))
    assert of.shown("plan").service.planned_live_on == DAY
