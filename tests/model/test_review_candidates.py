"""Reminders of reviews of the catalogue and the portfolio say what is to be looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from model.database import Database
from model.dependencies import rest_on
from model.events import EventType, OutboxEvent
from model.moment import Moment
from model.portfolios import PortfolioChange, put_into_portfolios, put_portfolio
from model.reminding import remind_due
from model.review_candidates import MOST_NAMED, candidates_for
from model.review_subjects import of_portfolio
from rules.review_rules import ReviewKind
from tests.model.lives import Lives
from tests.model.offered import need_no_other_system, offer
from tests.model.portfolio import Portfolio
from tests.model.reviewed import ANCHOR, NEW, at, made
from tests.model.telling import subscribed
from tests.model.test_completeness import WORDS

TODAY = date(2027, 12, 1)
GAPS = "All of it: GET /api/v1/catalogue/gaps?from=2026-12-01&to=2027-12-01"


def said(database: Database, kind: ReviewKind, subject: str = NEW.subject) -> list[str]:
    """Return the lines that a reminder of a kind of review has for its reader on that day."""
    review = made(database, replace(NEW, kind=kind, subject=subject))
    with database.reading() as session:
        return candidates_for(session, review, at(TODAY)).splitlines()


def offered(database: Database, *keys: str) -> None:
    """Have services that were live long before, and of which little is said."""
    with database.transaction() as session:
        for key in keys:
            offer(session, key, key.title()).created_at = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_catalogue_is_told_with_what_its_entries_lack(published: Database) -> None:
    """How many, and which of their members nobody has filled in."""
    assert said(published, ReviewKind.CATALOGUE) == [
        "Every entry of the catalogue is complete.", GAPS,
    ]  # fmt: skip
    offered(published, "mail")
    with published.transaction() as session:
        whole = offer(session, "whole", "Whole")
        whole.options, whole.charging = [{"name": "gold"}], {"model": "flat"}
        whole.cost, whole.technologies = {"amount": 1, "currency": "EUR", "per": "month"}, ["SMTP"]
        for name, text in WORDS.items():
            setattr(whole, name, text)
        need_no_other_system(session, "whole")
    lines = said(published, ReviewKind.CATALOGUE)
    assert lines[0] == "1 entry is not complete:"
    assert lines[1].startswith("- mail, Mail: no description, no category, ")
    assert lines[2:] == [GAPS]


def test_of_many_the_first_are_named(published: Database) -> None:
    """The others are where it says."""
    offered(published, *(f"s{number:02}" for number in range(MOST_NAMED + 3)))
    lines = said(published, ReviewKind.CATALOGUE)
    assert lines[0] == f"{MOST_NAMED + 3} entries are not complete:"
    assert [line[:6] for line in lines[1:-2]] == [f"- s{each:02}," for each in range(MOST_NAMED)]
    assert lines[-2:] == ["- …", GAPS]


@pytest.mark.parametrize("kind", [ReviewKind.POLICY, ReviewKind.SERVICE_LEVEL, ReviewKind.OTHER])
def test_other_reviews_have_other_things_before_them(database: Database, kind: ReviewKind) -> None:
    """Their reminders say what they said."""
    assert said(database, kind) == []


def test_the_portfolio_is_told_with_what_nobody_asked_for(portfolio: Portfolio) -> None:
    """In the last year, by any case; and what would go with it."""
    offered(portfolio.database, "mail", "fax", "identity")
    with portfolio.database.transaction() as session:
        rest_on(session, "fax", ["identity"])
    day = TODAY - timedelta(days=10)
    asked = Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), day)
    lives = Lives(portfolio.database, portfolio.caller, asked)
    lives.decide("CRM-1", in_catalog=False, existing_service_fits=True, fitting_service="mail")
    assert said(portfolio.database, ReviewKind.PORTFOLIO) == [
        "No case since 2026-12-01 asked for 2 live services, candidates for retirement:",
        "- fax, Fax",
        "- identity, Identity (what rests on it: fax)",
        GAPS,
    ]
    lives.decide("CRM-2", in_catalog=False, existing_service_fits=True, fitting_service="fax")
    lives.decide("CRM-3", in_catalog=False, existing_service_fits=True, fitting_service="identity")
    none = "Every live service of a year ago was asked for since."
    assert said(portfolio.database, ReviewKind.PORTFOLIO) == [none, GAPS]


def test_each_portfolio_looks_at_its_own_and_the_rules_review_at_the_rest(
    published: Database,
) -> None:
    """A review that somebody set up by hand looks at everything, as it did."""
    offered(published, "mail", "fax", "identity")
    with published.transaction() as session:
        for key in ("office", "empty"):
            change = PortfolioChange(key.title(), None, "Pat", None)
            put_portfolio(session, key, change, "Sam", at(TODAY).now)
        for key in ("mail", "fax"):
            put_into_portfolios(session, key, ["office"], "Sam", at(TODAY).now)
    asked = "Every live service of a year ago was asked for since."
    of_office, rest, empty, by_hand = (
        said(published, ReviewKind.PORTFOLIO, subject)[:-1]
        for subject in (
            of_portfolio("all", "office"),
            "rules/all",
            of_portfolio("all", "empty"),
            "the portfolios",
        )
    )
    assert of_office[1:] == ["- mail, Mail", "- fax, Fax"]
    assert rest[1:] == ["- identity, Identity"]
    assert empty == [asked]
    assert by_hand[1:] == ["- mail, Mail", "- fax, Fax", "- identity, Identity"]


def test_it_is_in_the_letter(published: Database) -> None:
    """Between what is prepared and how to record that the review was held."""
    subscribed(published, EventType.REVIEW_DUE)
    offered(published, "mail")
    made(published, replace(NEW, kind=ReviewKind.CATALOGUE))
    with published.transaction() as session:
        assert remind_due(session, at(ANCHOR)).told == 1
    with published.reading() as session:
        text = str(session.scalar(select(OutboxEvent.text)))
    parts = text.split("\n\n")
    assert parts[1].startswith("1 entry is not complete:\n- mail, Mail: no ")
    assert parts[2].startswith("It is for: Service Level Manager.")
