"""Portfolios: an owner, a strategy, and services that name the portfolios that they are in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from model.database import Database
from model.portfolios import (
    Portfolio,
    PortfolioChange,
    portfolios_after,
    portfolios_of,
    put_into_portfolios,
    put_portfolio,
    read_portfolio,
)
from model.service_events import ServiceEvent
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import NOW, offer

CHANGE = PortfolioChange("Together", None, "Pat", "https://documents.example/why.pdf")


@pytest.fixture
def two(database: Database) -> Database:
    """Two portfolios, with a service in operation in both and a rejected one in the first."""
    with database.transaction() as session:
        for key in ("together", "spare"):
            put_portfolio(session, key, CHANGE, "Sam", NOW)
        offer(session, "mail", "Mail")
        offer(session, "fax", "Fax", phase="design", rejected=True)
        assert put_into_portfolios(session, "mail", ["together", "spare"], "Sam", NOW) == (
            "spare", "together",
        )  # fmt: skip
        put_into_portfolios(session, "fax", ["together"], "Sam", NOW)
    return database


def test_a_portfolio_counts_its_services_by_phase(two: Database) -> None:
    """Those that a toll-gate rejected by themselves, whatever phase they were in."""
    with two.transaction() as session:
        offer(session, "chat", "Chat", phase="strategy")
        put_into_portfolios(session, "chat", ["together"], "Sam", NOW)
        page = portfolios_after(session, None, 1)
        rest = portfolios_after(session, page.next, 1)
        phases = {e.portfolio.key: e.phases for e in (*page.portfolios, *rest.portfolios)}
    assert phases == {
        "together": {"operate": 1, None: 1, "strategy": 1},
        "spare": {"operate": 1},
    }
    assert rest.next is None


def test_a_change_of_a_portfolio_keeps_its_services(two: Database) -> None:
    """It has another owner, and what is in it stays."""
    with two.transaction() as session:
        put_portfolio(session, "together", replace(CHANGE, owner="Kim", strategy=None), "Lee", NOW)
        view = read_portfolio(session, "together")
    assert (view.portfolio.owner, view.portfolio.strategy) == ("Kim", None)
    assert (view.portfolio.changed_by, sum(view.phases.values())) == ("Lee", 2)


def test_where_a_service_belongs_is_said_anew_and_noted(two: Database) -> None:
    """From what to what; the same again is noted no more."""
    with two.transaction() as session:
        for _ in range(2):
            assert put_into_portfolios(session, "mail", ["spare"], "Kim", NOW) == ("spare",)
        assert put_into_portfolios(session, "fax", [], "Kim", NOW) == ()
        query = select(ServiceEvent).order_by(ServiceEvent.id)
        events = [(e.what, e.before, e.after) for e in session.scalars(query) if e.by == "Kim"]
        mail = session.scalar(select(ServiceEvent.service_id).order_by(ServiceEvent.id).limit(1))
        assert portfolios_of(session, mail or 0) == ("spare",)
    assert events == [
        ("portfolios_changed", {"portfolios": ["spare", "together"]}, {"portfolios": ["spare"]}),
        ("portfolios_changed", {"portfolios": ["together"]}, {"portfolios": []}),
    ]


@pytest.mark.parametrize(
    ("change", "key", "pointer"),
    [
        (replace(CHANGE, strategy="javascript:alert(1)"), "p", "/strategy"),
        (replace(CHANGE, strategy="https://a:b@x.example/"), "p", "/strategy"),
        (replace(CHANGE, owner="a\x00b"), "p", "/owner"),
        (CHANGE, "a key", "/portfolio"),
    ],
)
def test_what_is_no_portfolio_is_refused(
    database: Database, change: PortfolioChange, key: str, pointer: str
) -> None:
    """At its place; a strategy is found where artifacts may be, and nowhere else."""
    with database.transaction() as session:
        with pytest.raises(BadFields) as refused:
            put_portfolio(session, key, change, "Sam", NOW)
        with pytest.raises(UnknownRecord):
            read_portfolio(session, key)
    assert [each.pointer for each in refused.value.problems] == [pointer]


def test_a_service_is_in_no_portfolio_that_there_is_not(two: Database) -> None:
    """The slip is told with what was meant, and the service stays where it was."""
    with two.transaction() as session, pytest.raises(BadFields) as refused:
        put_into_portfolios(session, "mail", ["spare", "togethr"], "Sam", NOW)
    (problem,) = refused.value.problems
    assert (problem.pointer, "together" in (problem.help or "")) == ("/portfolios/1", True)
    with two.reading() as session:
        assert read_portfolio(session, "together").phases["operate"] == 1


def test_many_may_write_the_same_portfolio_at_once(database: Database) -> None:
    """There is one, and the last of them counts."""

    def write(number: int) -> None:
        change = replace(CHANGE, name=f"Together {number}")
        database.write(lambda session: put_portfolio(session, "one", change, "Sam", NOW))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Portfolio)) == 1
