"""The life of a service on one line: nothing twice, nothing out of order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from model.moment import Moment
from model.service_life import ServiceChange
from model.timeline import Timeline, What, timeline_of
from rules.errors import UnknownRecord
from tests.model.portfolio import Portfolio


def life(portfolio: Portfolio, key: str = "mail") -> Timeline:
    """Return the life of a service."""
    with portfolio.database.reading() as session:
        return timeline_of(session, key)


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
        (1, What.MADE, None),
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
    assert told.whole


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
