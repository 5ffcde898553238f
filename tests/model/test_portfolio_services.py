"""Services of a portfolio: what comes next of each, as its toll-gates and its review say."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from model.portfolio_services import InPortfolioPage, ids_in_portfolio, services_of_portfolio
from model.portfolios import PortfolioChange, put_into_portfolios, put_portfolio
from model.standing_reviews import keep_standing_reviews
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio

KEYS = ("idea", "justified", "refused", "mail")


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """An idea, a service after gate 1, one that was rejected, and one in operation."""
    with portfolio.database.transaction() as session:
        put_portfolio(session, "all", PortfolioChange("All", None, "Pat", None), "Sam", NOW)
    portfolio.make("idea")
    for key, verdict in (("justified", "approve"), ("refused", "reject")):
        portfolio.make(key, {"complex_or_risky": True})
        portfolio.supply(key, "service_strategy")
        portfolio.hold(key, 1, verdict=verdict)
    with portfolio.database.transaction() as session:
        offer(session, "mail", "Mail")
        for key in KEYS:
            put_into_portfolios(session, key, ["all"], "Sam", NOW)
        new_ids = iter(str(number) for number in range(1_000))
        keep_standing_reviews(session, portfolio.moment, lambda: next(new_ids), ZoneInfo("UTC"))
    return portfolio


def shown(of: Portfolio, phase: str | None = None, after: str | None = None) -> InPortfolioPage:
    """Return services of the portfolio."""
    with of.database.reading() as session:
        return services_of_portfolio(session, "all", phase, after, 3)


def test_each_service_says_which_gate_and_review_come_next(of: Portfolio) -> None:
    """A failed session leaves the gate where it was; rejected, none comes; page by page."""
    first = shown(of)
    second = shown(of, after=first.next)
    ahead = {
        each.service.key: (each.next_gate, each.review_on and each.review_on.isoformat())
        for each in (*first.services, *second.services)
    }
    assert ahead == {
        "idea": (1, None), "justified": (2, None), "refused": (None, None),
        "mail": (1, "2027-11-22"),
    }  # fmt: skip
    assert second.next is None
    of.hold("justified", 2, verdict="approve")
    (justified,) = shown(of, "design").services
    assert justified.next_gate == 2


def test_services_of_one_phase_are_those_that_were_not_rejected(of: Portfolio) -> None:
    """What was rejected stays in the portfolio, and costs nothing."""
    strategy = [each.service.key for each in shown(of, "strategy").services]
    assert strategy == ["idea"]
    with of.database.reading() as session:
        assert len(ids_in_portfolio(session, "all")) == len(KEYS) - 1
        for wrong, error in (("other", UnknownRecord),):
            with pytest.raises(error):
                ids_in_portfolio(session, wrong)
        with pytest.raises(BadFields):
            services_of_portfolio(session, "all", None, "soon", 3)
