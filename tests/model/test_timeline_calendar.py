"""What the calendar brings in the life of a service: told once it has come, before that ahead."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from model.agreeing import make_agreement
from model.agreement_terms import Terms
from model.agreements import AgreementKind
from model.holding_reviews import HeldReview
from model.maintenance import Plan, call_off, plan_maintenance
from model.moment import Moment
from model.reviews import NewReview, set_up
from model.service_life import ServiceChange
from model.services import lock_service
from model.timeline import Asked, Timeline, page_of_life, whole_life
from model.timeline_events import What
from rules.review_rules import ReviewKind
from tests.model.portfolio import Portfolio

VIENNA = ZoneInfo("Europe/Vienna")


def life(of: Portfolio, days: int) -> Timeline:
    """Return the life of Mail some days later."""
    now = of.moment.now + timedelta(days=days)
    moment = Moment.at(now, VIENNA)
    with of.database.reading() as session:
        return page_of_life(session, "mail", Asked(), moment, VIENNA)


def calendar(of: Portfolio, days: int) -> tuple[list[What], list[What]]:
    """Return what the calendar has brought by then, and what is to come."""
    told = life(of, days)
    return [e.what for e in told.events if e.version is None], [e.what for e in told.ahead]


def test_maintenance_is_ahead_until_it_is_over(portfolio: Portfolio) -> None:
    """What was called off never comes."""
    portfolio.make("mail")
    now, moment = portfolio.moment.now, portfolio.moment
    with portfolio.database.transaction() as session:
        for days in (3, 4):
            begins = now + timedelta(days=days)
            plan = Plan(begins, begins + timedelta(hours=2), "New disks")
            row = plan_maintenance(session, "mail", plan, "Ops", moment, VIENNA)
        call_off(session, "mail", row.id, "Ops", moment, VIENNA)
    assert calendar(portfolio, 0) == ([], [What.MAINTENANCE_BEGINS])
    assert calendar(portfolio, 3) == ([], [What.MAINTENANCE_BEGINS])
    assert calendar(portfolio, 5) == ([What.MAINTENANCE_ENDS], [])
    told = [event.what for event in life(portfolio, 5).events]
    assert told[-3:] == [
        What.MAINTENANCE_PLANNED, What.MAINTENANCE_CALLED_OFF, What.MAINTENANCE_ENDS,
    ]  # fmt: skip


def test_an_agreement_begins_and_ends_unless_it_goes_on(portfolio: Portfolio) -> None:
    """On its last day it counts still; it has ended on the day after."""
    portfolio.make("mail")
    ends = Terms("SLA", "IT", "Tax", date(2026, 11, 25), "P1Y", "mail", date(2026, 11, 27))
    goes_on = replace(ends, name="Other", renewal_term="P1Y")
    with portfolio.database.transaction() as session:
        for number, terms in enumerate((ends, goes_on)):
            now = portfolio.moment.now
            make_agreement(session, f"{number:036}", AgreementKind.SLA, terms, "Sam", now)
    begins, ended = What.AGREEMENT_BEGINS, What.AGREEMENT_ENDS
    assert calendar(portfolio, 2) == ([], [begins, begins, ended])
    assert calendar(portfolio, 5) == ([begins, begins], [ended])
    assert calendar(portfolio, 6) == ([begins, begins, ended], [])


def test_a_review_is_ahead_and_then_due(portfolio: Portfolio) -> None:
    """The review of its business case at toll-gate 5, on the day that was agreed."""
    portfolio.make("mail")
    due = date(2026, 12, 1)
    new = NewReview(
        ReviewKind.TOLLGATE_5, "mail", "Mail's case", "Service Line Manager", due, "P1Y"
    )
    with portfolio.database.transaction() as session:
        set_up(session, new, "r" * 36, portfolio.moment.now)
    assert calendar(portfolio, 0) == ([], [What.REVIEW_DUE])
    assert calendar(portfolio, 9) == ([What.REVIEW_DUE], [])
    assert life(portfolio, 0).ahead[0].details["due_on"] == "2026-12-01"


def test_what_is_planned_of_the_service_itself_is_ahead(portfolio: Portfolio) -> None:
    """Until the day; and it is not to be live any more once it is, nor to end once rejected."""
    portfolio.make("mail")
    days = {"planned_live_on": date(2026, 11, 25), "planned_end_on": date(2026, 12, 24)}
    portfolio.change("mail", ServiceChange(offer=days))
    live, end = What.PLANNED_LIVE, What.PLANNED_END
    assert calendar(portfolio, 0) == ([], [live, end])
    assert [event.details["on"] for event in life(portfolio, 0).ahead] == [
        "2026-11-25", "2026-12-24",
    ]  # fmt: skip
    assert calendar(portfolio, 4) == ([], [end])
    with portfolio.database.transaction() as session:
        lock_service(session, "mail").phase = "operate"
    assert calendar(portfolio, 0) == ([], [end])
    portfolio.hold("mail", 1, verdict="reject")
    assert calendar(portfolio, 0) == ([], [])


def test_agreements_take_no_room_from_reviews(portfolio: Portfolio) -> None:
    """Each source is counted apart, and told apart: a life that says it is whole is so."""
    portfolio.make("mail")
    moment = portfolio.moment
    months = [date(1970 + number // 12, number % 12 + 1, 1) for number in range(600)]
    review = NewReview(ReviewKind.TOLLGATE_5, "mail", "Mail", "Manager", date(2030, 1, 1), "P1M")
    with portfolio.database.transaction() as session:
        set_up(session, review, "r" * 36, moment.now)
        for number, day in enumerate(months):
            terms = Terms(f"SLA {number}", "IT", "Tax", day, "P1Y", "mail")
            make_agreement(session, f"{number:036}", AgreementKind.SLA, terms, "Sam", moment.now)
        held = {"review_id": "r" * 36, "held_at": moment.now, "outcome": "pass", "by": "Sam"}
        rows = [{**held, "number": -n, "due_on": day} for n, day in enumerate(months, 1)]
        session.execute(insert(HeldReview), rows)
    with portfolio.database.reading() as session:
        told = whole_life(session, "mail", False, moment, VIENNA)
    counts = Counter(event.what for event in told.events)
    assert told.whole
    assert (counts[What.AGREEMENT_BEGINS], counts[What.REVIEW_DUE]) == (600, 600)
