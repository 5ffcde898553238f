"""Continuity: what came of tests of a service's plan is noted, stays, and is on its timeline."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from model.continuity import PLAN, NewTest, continuity_tests, counts_since, note_test
from model.database import Database
from model.service_events import ServiceEvent
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio

WELL = NewTest(date(2026, 10, 14), resumed=True, findings="Back after 3 hours")


def noted(of: Portfolio, *tests: NewTest) -> list[int]:
    """Note some tests, and return their numbers."""
    with of.database.transaction() as session:
        return [note_test(session, "mail", each, "Lee", of.moment).id for each in tests]


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A service in operation with a plan, at its second version."""
    with portfolio.database.transaction() as session:
        offer(session, "mail", "Mail")
    portfolio.supply("mail", PLAN, PLAN)
    return portfolio


def test_a_test_says_which_version_of_the_plan_it_was_of(of: Portfolio) -> None:
    """Read page by page, what was noted last first; and noted among the service's changes."""
    first, second, third = noted(of, WELL, NewTest(date(2026, 11, 1), resumed=False), WELL)
    with of.database.reading() as session:
        page = continuity_tests(session, "mail", None, 2)
        rest = continuity_tests(session, "mail", page.next, 2)
        (event, *_) = session.query(ServiceEvent).order_by(ServiceEvent.id)
    assert [each.id for each in (*page.tests, *rest.tests)] == [third, second, first]
    assert (rest.next, {each.plan_version for each in page.tests}) == (None, {2})
    assert (event.what, event.subject, event.by) == ("continuity_tested", str(first), "Lee")
    assert event.after == {"held_on": "2026-10-14", "resumed": True}


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        (NewTest(date(2026, 11, 23), resumed=True), "/held_on"),
        (NewTest(date(26, 10, 14), resumed=True), "/held_on"),
        (NewTest(date(2026, 11, 22), True, location="javascript:alert(1)"), "/location"),
        (NewTest(date(2026, 11, 22), True, findings="a\x00b"), "/findings"),
    ],
)
def test_what_is_no_test_is_refused(of: Portfolio, new: NewTest, pointer: str) -> None:
    """At its place, and nothing is noted."""
    with pytest.raises(BadFields) as refused:
        noted(of, new)
    assert [each.pointer for each in refused.value.problems] == [pointer]
    with of.database.reading() as session:
        assert continuity_tests(session, "mail", None, 9).tests == ()
        with pytest.raises(UnknownRecord):
            continuity_tests(session, "fax", None, 9)


def test_what_came_of_a_test_stays(of: Portfolio) -> None:
    """The database itself refuses to change it."""
    noted(of, WELL)
    with pytest.raises(DatabaseError), of.database.transaction() as session:
        session.execute(text("UPDATE continuity_tests SET resumed = false"))


def test_rules_without_a_review_of_continuity_ask_for_no_test(
    published: Database,
) -> None:
    """The period is that of the review; rules that know none say nothing of it."""
    with published.reading() as session:
        assert counts_since(session, NOW.date()) is None
