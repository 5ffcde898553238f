"""The life of a service on one line: nothing twice, nothing out of order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from model.customers import Contact, put_customer
from model.moment import Moment, begins
from model.service_events import ServiceEvent
from model.service_life import ServiceChange
from model.timeline import Asked, Timeline, page_of_life, whole_life
from model.timeline_events import Event, What
from rules.errors import BadFields, UnknownRecord
from tests.model.portfolio import Portfolio

VIENNA = ZoneInfo("Europe/Vienna")
PRICE = {"amount": 9, "currency": "EUR", "per": "user"}
EVERYTHING = Asked(costs=True)


def life(portfolio: Portfolio, key: str = "mail", asked: Asked = EVERYTHING) -> Timeline:
    """Return a page of the life of a service."""
    with portfolio.database.reading() as session:
        return page_of_life(session, key, asked, portfolio.moment, VIENNA)


def page_by_page(portfolio: Portfolio, asked: Asked) -> Iterator[Event]:
    """Yield the events of a life, however many there are on a page."""
    page = life(portfolio, asked=asked)
    yield from page.events
    while page.next is not None:
        page = life(portfolio, asked=replace(asked, after=page.next))
        yield from page.events


def lived(portfolio: Portfolio) -> Portfolio:
    """Have Mail made, owned, used, changed and brought through a gate; return who did so last."""
    portfolio.make("mail", {"reports_required": True}, product_manager="Sam")
    portfolio.supply("mail", "service_strategy")
    portfolio.hold("mail", 1, verdict="approve")
    after = later(portfolio, 2)
    words = {"product_manager": "Kim"}
    after.change("mail", ServiceChange(words, {"reports_required": None}, offer={"cost": PRICE}))
    with after.database.transaction() as session:
        for name in ("Tax", "Finance", "Courts"):
            put_customer(session, "mail", name, Contact(), "Sam", after.moment.now)
    last = later(portfolio, 5)
    last.supply("mail", "service_roadmap")
    return last


def later(portfolio: Portfolio, days: int) -> Portfolio:
    """Return the same service manager some days later."""
    now = portfolio.moment.now + timedelta(days=days)
    return replace(portfolio, moment=Moment(now, now.date()))


def test_a_life_tells_what_happened_in_order(portfolio: Portfolio) -> None:
    """Made, supplied, held, and said something of; each with its version and who it was."""
    portfolio.make("mail", {"reports_required": True})
    portfolio.supply("mail", "service_strategy", by="Sam")
    portfolio.hold("mail", 1, verdict="approve", sat=("Ann",), by="Ann")
    portfolio.change("mail", ServiceChange(facts={"reports_required": None}, by="Kim"))
    told = life(portfolio)
    assert [(event.version, event.what, event.by) for event in told.events] == [
        (1, What.MADE, "Roundup"),
        (1, What.SAID, "Roundup"),
        (2, What.SUPPLIED, "Sam"),
        (3, What.HELD, "Ann"),
        (4, What.SAID, "Kim"),
    ]
    assert [event.details.get("facts") for event in told.events if event.what is What.SAID] == [
        ["reports_required"], ["reports_required"],
    ]  # fmt: skip
    held = told.events[3].details
    assert (held["gate"], held["result"], held["sat"]) == (1, "pass", ["Ann"])
    assert told.next is None


def test_a_gate_without_a_result_says_who_is_awaited(portfolio: Portfolio) -> None:
    """The board, or after its verdict somebody else; whoever its decision asks."""
    portfolio.make("mail")
    portfolio.supply("mail", "service_strategy")
    portfolio.hold("mail", 1)
    portfolio.hold("mail", 1, verdict="approve")
    awaits = [e.details["awaits"] for e in life(portfolio).events if e.what is What.HELD]
    assert awaits == ["Tollgate Board", None]


def test_phases_follow_one_another_without_a_gap(portfolio: Portfolio) -> None:
    """Each until the session of a gate that led to the next; the last one lasts."""
    portfolio.make("mail")
    portfolio.supply("mail", "service_strategy")
    portfolio.hold("mail", 1)
    after = later(portfolio, 3)
    after.hold("mail", 1, verdict="approve")
    later(portfolio, 9).hold("mail", 3)
    first, second = life(portfolio).phases
    assert (first.phase, second.phase) == ("strategy", "design")
    assert (first.since, first.until) == (portfolio.moment.now, after.moment.now)
    assert (second.since, second.until) == (after.moment.now, None)


def test_a_rejected_service_says_so(portfolio: Portfolio) -> None:
    """It stays in the phase in which it was rejected."""
    portfolio.make("mail")
    portfolio.hold("mail", 1, verdict="reject")
    told = life(portfolio)
    assert (told.rejected, told.phase) == (True, "strategy")


def test_nobody_has_no_life(portfolio: Portfolio) -> None:
    """There must be such a service."""
    with pytest.raises(UnknownRecord):
        life(portfolio, "male")


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_any_length_tell_the_same_life(portfolio: Portfolio, limit: int) -> None:
    """Nothing twice and nothing left out, though much happened at one instant."""
    of = lived(portfolio)
    whole = life(of).events
    assert len(whole) == 11
    assert tuple(page_by_page(of, replace(EVERYTHING, limit=limit))) == whole
    with of.database.reading() as session:
        assert whole_life(session, "mail", True, of.moment, VIENNA).events == whole


def test_a_life_is_read_by_kind_and_by_day(portfolio: Portfolio) -> None:
    """Only what is asked for, on the days of the service's own zone."""
    of = lived(portfolio)
    came = life(of, asked=Asked({What.CUSTOMER_CAME}, limit=2))
    assert [event.details["customer"] for event in came.events] == ["Tax", "Finance"]
    assert came.next is not None
    day = portfolio.moment.today + timedelta(days=5)
    on_the_day = Asked(since=begins(day, VIENNA), until=begins(day + timedelta(days=1), VIENNA))
    assert [event.what for event in life(of, asked=on_the_day).events] == [What.SUPPLIED]


def test_the_cost_is_told_to_those_alone_who_may_see_it(portfolio: Portfolio) -> None:
    """To others it never changed."""
    of = lived(portfolio)
    told = [event for event in life(of).events if event.what is What.COST_CHANGED]
    assert [event.details["changes"] for event in told] == [
        [{"member": "cost", "from": None, "to": PRICE}]
    ]
    seen = life(of, asked=Asked()).events
    assert "cost" not in str(seen)
    assert len(seen) == len(life(of).events) - 1
    assert life(of, asked=Asked({What.COST_CHANGED})).events == ()


def test_owners_follow_one_another(portfolio: Portfolio) -> None:
    """From whoever it was when the service was made; who leaves without a successor ends."""
    of = lived(portfolio)
    later(portfolio, 9).change("mail", ServiceChange({"product_manager": None}))
    made, then = portfolio.moment.now, later(portfolio, 2).moment.now
    assert [(each.name, each.since, each.until) for each in life(of).owners] == [
        ("Sam", made, then),
        ("Kim", then, later(portfolio, 9).moment.now),
    ]


@pytest.mark.parametrize("cursor", ["", "7", "1-2-3", "x-1-1-1", "9" * 17 + "-1-1-1", "1-1-1-٤"])
def test_a_cursor_is_one_that_was_given(portfolio: Portfolio, cursor: str) -> None:
    """Any other is refused, and said to be none."""
    portfolio.make("mail")
    with pytest.raises(BadFields):
        life(portfolio, asked=Asked(after=cursor))


def test_a_cursor_may_lie_anywhere(portfolio: Portfolio) -> None:
    """Before all or after all, whatever the numbers in it: all follows, or nothing does."""
    of = lived(portfolio)
    whole = life(of).events
    for at in ("0", "9" * 15, "9" * 16, "-" + "9" * 16):
        follows = () if at == "9" * 16 else whole
        for version, rank in product(("0", "9" * 18), ("0", "1", "4", "10", "11", "99")):
            for number in ("0", "9" * 18):
                after = f"{at}-{version}-{rank}-{number}"
                assert life(of, asked=replace(EVERYTHING, after=after)).events == follows


def test_a_page_reads_no_more_than_it_tells(portfolio: Portfolio) -> None:
    """However much was changed; a text that is spelled like an owner makes none."""
    of = lived(portfolio)
    whole = life(of)
    for said in ('"line_manager": null', "line_manager", *("x" * n for n in range(1, 20))):
        of.change("mail", ServiceChange({"description": said}))
    read: list[object] = []

    def hear(row: object, _context: object) -> None:
        read.append(row)

    event.listen(ServiceEvent, "load", hear)
    try:
        page = life(of, asked=Asked(limit=1))
    finally:
        event.remove(ServiceEvent, "load", hear)
    assert len(read) <= 3
    assert (page.owners, page.phases) == (whole.owners, whole.phases)
