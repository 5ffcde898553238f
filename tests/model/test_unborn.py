"""Viable cases that are over and bore nothing: seen where the portfolio is looked at."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from model.catalogue_standing import Standing
from model.database import Database
from model.parts import PartChange, put_part
from model.publishing import publish
from model.service_life import ServiceChange, make_service
from model.unborn import Unborn, live_routings, viable_cases, viable_without_service
from rules.rule_book import RuleFiles
from tests.model.lives import Lives
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio
from tests.model.test_supplying_artifacts import IN_DELIVERY

OVER = {
    **IN_DELIVERY, "support_model_complete": True, "parts_form_complete": True,
    "catalog_update_requested": True,
}  # fmt: skip
PROCURED = {
    **OVER, "viable": False, "research_submitted": True, "procurement_options_complete": True,
    "options_submitted": True,
}  # fmt: skip


@pytest.fixture
def of(portfolio: Portfolio) -> Lives:
    """A ticketing system with one case that is viable and over."""
    lives = Lives(portfolio.database, portfolio.caller, portfolio.moment)
    assert '"action": "close-case"' in lives.decide("CRM-1", None, **OVER).text
    return lives


def unborn(of: Lives, limit: int = 10) -> list[str]:
    """Return the refs of those that are told."""
    return [each.ref for each in seen(of, limit)]


def seen(of: Lives, limit: int = 10) -> tuple[Unborn, ...]:
    """Return those that are told."""
    with of.database.reading() as session:
        return viable_without_service(session, live_routings(session), limit)


def test_a_viable_case_that_is_over_is_told_until_something_is_born_of_it(of: Lives) -> None:
    """A service or a part; cases on their way, and those that are not viable, are none."""
    of.decide("CRM-2", None, **IN_DELIVERY)
    of.decide("CRM-3", None, **PROCURED)
    (first,) = seen(of)
    assert (first.ref, first.title, first.closed_at) == ("CRM-1", None, of.moment.now)
    of.decide("CRM-4", None, **OVER)
    assert set(unborn(of)) == {"CRM-1", "CRM-4"}
    assert len(unborn(of, 1)) == 1
    with of.database.transaction() as session:
        change = ServiceChange({"name": "Mail"}, case="CRM-1")
        make_service(session, "mail", change, of.caller, of.moment)
    assert unborn(of) == ["CRM-4"]
    with of.database.transaction() as session:
        change_of_part = PartChange("Rooms", None, Standing.LIVE, "CRM-4")
        put_part(session, "mail", "rooms", change_of_part, "Sam", NOW)
    assert unborn(of) == []


def test_one_that_was_reopened_is_over_once_it_is_decided_again(of: Lives) -> None:
    """Meanwhile somebody is at it."""
    of.reopen("CRM-1", {}, None)
    assert unborn(of) == []
    of.decide("CRM-1")
    assert unborn(of) == ["CRM-1"]


def test_what_was_born_of_a_double_was_born_of_the_case(of: Lives) -> None:
    """Merged, the two are one; and a double is not told beside the case that it went into."""
    of.decide("CRM-5", None, **OVER)
    with of.database.transaction() as session:
        change = ServiceChange({"name": "Mail"}, case="CRM-5")
        make_service(session, "mail", change, of.caller, of.moment)
    of.merge("CRM-1", "CRM-5")
    assert unborn(of) == []


def test_what_was_born_of_a_double_of_a_double_was_born_of_the_case(of: Lives) -> None:
    """However often they were merged: the first is in the last."""
    of.decide("CRM-6", None, **OVER)
    of.decide("CRM-7", None, **OVER)
    with of.database.transaction() as session:
        change = ServiceChange({"name": "Mail"}, case="CRM-6")
        make_service(session, "mail", change, of.caller, of.moment)
    of.merge("CRM-7", "CRM-6")
    of.merge("CRM-1", "CRM-7")
    assert unborn(of) == []


def test_those_that_were_reopened_take_no_place(of: Lives) -> None:
    """However few are asked for, and whichever is the latest."""
    for ref in ("CRM-8", "CRM-9"):
        of.decide(ref, None, **OVER)
        of.reopen(ref, {}, None)
    of.decide("CRM-10", None, **IN_DELIVERY)
    with of.database.reading() as session:
        said = session.execute(viable_cases(live_routings(session))).all()
    assert {case.ref for case, _ in said} == {"CRM-1", "CRM-10"}
    assert unborn(of, 1) == ["CRM-1"]


def test_before_anything_is_published_nothing_is_told(
    database: Database, rule_files: RuleFiles
) -> None:
    """No decision leads a case to its end."""
    with database.transaction() as session:
        assert live_routings(session) == ()
        publish(session, rule_files, "Pat", NOW)
        offer(session, "mail", "Mail")
        assert live_routings(session) == ("routing",)
        assert viable_without_service(session, ("routing",), 10) == ()


def test_the_viable_cases_are_found_by_their_index(sqlite_database: Database) -> None:
    """However many facts there are beside."""
    query = viable_cases(("routing",))
    told = str(query.compile(sqlite_database.engine, compile_kwargs={"literal_binds": True}))
    with sqlite_database.reading() as session:
        plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {told}")).all())
    assert "ix_case_facts_viable" in plan, plan
    # What was born, and what that went into, is looked through once: all else is found.
    assert plan.replace("SCAN born_of", "").count("SCAN") == 1, plan
