"""Improvements: each is reviewed once on its day while it is open, and every version is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from model.database import Database
from model.events import EventType
from model.improvements import (
    Improvement,
    ImprovementState,
    ImprovementVersion,
    improvements_after,
)
from model.improving import Plan, change_improvement, plan_improvement
from model.reminding import remind_due
from model.reviews import Review
from rules.errors import BadFields
from tests.model.portfolio import Portfolio
from tests.model.reviewed import NOW, at, held, made
from tests.model.telling import states, subscribed

DUE, LATER = date(2027, 3, 31), date(2027, 6, 30)
PLAN = Plan("Signed within a minute", "Service Line Manager", DUE)
DONE = {"state": ImprovementState.DONE, "outcome": "Ten seconds"}
_IDS = count(1)


def planned(database: Database, plan: Plan = PLAN) -> Improvement:
    """Plan an improvement."""
    new_id = f"00000000-0000-4000-a000-{next(_IDS):012}"
    with database.transaction() as session:
        return plan_improvement(session, new_id, plan, "Sam", NOW)


def change(database: Database, improvement: Improvement, **changes: object) -> Improvement:
    """Change it, whatever version it is at."""
    with database.transaction() as session:
        return change_improvement(session, improvement.id, changes, lambda _: None, "Kim", NOW)


def review_of(database: Database, improvement: Improvement) -> Review:
    """Return its review."""
    with database.reading() as session:
        return session.scalars(select(Review).where(Review.id == improvement.id)).one()


def remind(database: Database, today: date) -> int:
    """Tell what is due on a day."""
    with database.transaction() as session:
        return remind_due(session, at(today)).told


def listed(database: Database, *which: Any) -> list[str]:
    """Return the objectives of some improvements, in their order."""
    with database.reading() as session:
        return [each.objective for each in improvements_after(session, None, 200, *which)[0]]


def test_an_open_improvement_is_reviewed_once_on_the_day_it_is_due(database: Database) -> None:
    """By who is to see to it; held, it comes no more."""
    improvement = planned(database, replace(PLAN, agency="Finance"))
    review = review_of(database, improvement)
    assert (review.kind, review.subject) == ("improvement", f"improvements/{improvement.id}")
    assert review.title == "The improvement “Signed within a minute”"
    assert (review.role, review.agency) == ("Service Line Manager", "Finance")
    assert (review.due_on, review.once, review.ended_at) == (DUE, True, None)
    assert held(database, review, DUE, DUE).ended_at is not None
    change(database, improvement, reason="The report of October")
    assert review_of(database, improvement).ended_at is not None


def test_nobody_is_reminded_of_what_is_closed(database: Database) -> None:
    """Its review ends, and reminders that are still to be sent are taken back."""
    subscribed(database, EventType.REVIEW_DUE)
    improvement = planned(database)
    assert remind(database, DUE) == 1
    change(database, improvement, **DONE)
    assert states(database) == ["cancelled"]
    assert review_of(database, improvement).ended_at is not None
    assert remind(database, LATER) == 0


def test_another_day_is_reviewed_on_that_day(database: Database) -> None:
    """Whether it was put off before it was due, or held and then put off."""
    improvement = planned(database)
    change(database, improvement, due_on=LATER)
    review = review_of(database, improvement)
    assert (review.due_on, review.ended_at) == (LATER, None)
    held(database, review, LATER, LATER)
    change(database, improvement, due_on=date(2027, 12, 31))
    review = review_of(database, improvement)
    assert (review.due_on, review.ended_at) == (date(2027, 12, 31), None)
    held(database, review, date(2027, 12, 31), date(2027, 12, 31))


def test_what_is_opened_again_is_reviewed_again(database: Database) -> None:
    """Without an outcome, by whoever sees to it now."""
    improvement = planned(database)
    change(database, improvement, **DONE)
    change(database, improvement, role="Head of IT")
    opened = change(database, improvement, state=ImprovementState.OPEN)
    assert (opened.state, opened.outcome, opened.version) == ("open", None, 4)
    review = review_of(database, improvement)
    assert (review.role, review.ended_at) == ("Head of IT", None)


def test_every_version_is_kept_with_who_wrote_it(database: Database) -> None:
    """And is never changed."""
    improvement = planned(database)
    change(database, improvement, **DONE)
    with database.reading() as session:
        versions = session.scalars(
            select(ImprovementVersion).order_by(ImprovementVersion.version)
        ).all()
    told = [(each.version, each.by, each.plan) for each in versions]
    assert [(version, by) for version, by, _ in told] == [(1, "Sam"), (2, "Kim")]
    plans = [plan for _, _, plan in told]
    assert [isinstance(each, dict) and each["state"] for each in plans] == ["open", "done"]
    with pytest.raises(DBAPIError, match="never changed"), database.transaction() as session:
        session.execute(text("DELETE FROM improvement_versions"))


@pytest.mark.parametrize(
    ("what", "pointer"),
    [
        ({"objective": ""}, "/objective"),
        ({"objective": "x" * 1_001}, "/objective"),
        ({"due_on": date(1969, 12, 31)}, "/due_on"),
        ({"outcome": "Ten seconds"}, "/outcome"),
        ({"state": ImprovementState.DROPPED}, "/outcome"),
        ({"service": "nowhere"}, "/service"),
        ({"review": "nothing"}, "/review"),
        ({"agreement": "nothing"}, "/agreement"),
    ],
)
def test_what_cannot_be_planned_so_is_refused(
    database: Database, what: dict[str, object], pointer: str
) -> None:
    """What led to it is there, and what is closed says what came of it."""
    improvement = planned(database)
    with pytest.raises(BadFields) as refused:
        change(database, improvement, **what)
    assert [each.pointer for each in refused.value.problems] == [pointer]
    assert listed(database) == [PLAN.objective]


def test_improvements_are_found_by_service_and_state(portfolio: Portfolio) -> None:
    """The soonest due first, a page at a time; those of the portfolio are of no service."""
    database = portfolio.database
    portfolio.make("mail")
    led = made(database)
    first = planned(database, replace(PLAN, service="mail", review=led.id, objective="Mail"))
    planned(database, replace(PLAN, due_on=date(2027, 1, 1), objective="All"))
    assert listed(database) == ["All", "Mail"]
    assert listed(database, "mail") == ["Mail"]
    change(database, first, **DONE)
    assert listed(database, "mail", ImprovementState.OPEN) == []
    assert listed(database, None, ImprovementState.OPEN) == ["All"]
    with database.reading() as session:
        (soonest,), following = improvements_after(session, None, 1)
        (last,), end = improvements_after(session, following, 1)
        assert (soonest.objective, last.objective, end) == ("All", "Mail", None)
        with pytest.raises(BadFields):
            improvements_after(session, "nowhere", 1)
