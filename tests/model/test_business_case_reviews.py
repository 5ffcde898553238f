"""Sessions of toll-gate 5: which of them is the review that was agreed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.business_case_reviews import note_sessions, reviewed_every
from model.database import Database
from model.gate_sessions import GateSession
from model.holding_reviews import HeldReview, held_of
from model.reviews import NewReview, Review, find_review, set_up
from model.service_life import ServiceChange
from model.services import find_service
from model.standing_reviews import keep_standing_reviews
from rules.clocks.period import Period
from rules.review_rules import ReviewKind, Schedule
from tests.api.service_calls import NEEDS, SAID
from tests.model.lives import Lives
from tests.model.offered import offer
from tests.model.portfolio import Portfolio
from tests.model.reviewed import at, new_id

LIVE_ON = date(2026, 11, 26)
DUE = date(2027, 11, 26)
_NUMBERS = count()


def made(lives: Lives, every: str) -> Review:
    """Set up the review of a service that went live."""
    key = f"mail-{next(_NUMBERS)}"
    new = NewReview(ReviewKind.TOLLGATE_5, key, "Mail", "Service Line Manager", LIVE_ON, every)
    with lives.database.transaction() as session:
        offer(session, key, "Mail")
        return set_up(session, new, new_id(), at(LIVE_ON).now, 1)


def sit(lives: Lives, review: Review, day: date, result: str = "pass", hour: int = 12) -> None:
    """Hold toll-gate 5 on a day."""
    decided = str(lives.decide(f"case {next(_NUMBERS)}").body["id"])
    with lives.database.transaction() as session:
        service = find_service(session, review.subject)
        session.add(
            GateSession(
                service_id=service.id, service_version=next(_NUMBERS), gate=5, decision_id=decided,
                sat=[], presented={}, result=result, by="Kim",
                at=datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
            )
        )  # fmt: skip


def noted(
    lives: Lives, review: Review, schedule: Schedule | None = None, zone: str = "UTC"
) -> tuple[date, list[HeldReview]]:
    """Take note of the sessions; return what is awaited then, and what was held in turn."""
    with lives.database.transaction() as session:
        there = find_review(session, review.id)
        note_sessions(session, [there], schedule or Schedule(), ZoneInfo(zone))
        return there.due_on, list(reversed(held_of(session, there)))


def test_an_early_session_takes_no_agreed_review_away(portfolio: Portfolio) -> None:
    """A year before, amended and approved on one day: the review is awaited as before."""
    portfolio.make("mail", review_every="P1Y")
    for gate in (1, 3, 4):
        portfolio.supply("mail", *NEEDS[gate])
        portfolio.hold("mail", gate, facts=SAID.get(gate, {}), verdict="approve")

    def awaited() -> date:
        with portfolio.database.transaction() as session:
            keep_standing_reviews(session, portfolio.moment, new_id, UTC)
            query = Review.kind == ReviewKind.TOLLGATE_5
            return session.query(Review).where(query).one().due_on

    assert awaited() == date(2027, 11, 22)
    portfolio.supply("mail", *NEEDS[5])
    assert portfolio.hold("mail", 5, facts=SAID[5], verdict="amend")["outcome"]["result"] == "fail"
    assert awaited() == date(2027, 11, 22)
    portfolio.supply("mail", "service_strategy", "service_roadmap")
    assert portfolio.hold("mail", 5, verdict="approve")["outcome"]["result"] == "pass"
    assert awaited() == date(2027, 11, 22)
    whole_year_on = replace(portfolio, moment=at(date(2027, 11, 22)))
    assert whole_year_on.hold("mail", 5, verdict="approve")["outcome"]["result"] == "pass"
    assert awaited() == date(2028, 11, 22)


def test_a_session_counts_from_the_day_of_the_first_reminder_on(lives: Lives) -> None:
    """The day before, it does not; a second one on the same day is no review of the year after."""
    review = made(lives, "P1Y")
    sit(lives, review, DUE - timedelta(days=31))
    assert noted(lives, review) == (DUE, [])
    for hour in (9, 10):
        sit(lives, review, DUE - timedelta(days=30), hour=hour)
        awaited, held = noted(lives, review)
        assert awaited == date(2028, 11, 26)
        assert [(each.due_on, each.outcome, each.by) for each in held] == [(DUE, "pass", "Kim")]


def test_a_review_that_fails_is_awaited_until_the_repeated_session_passes(lives: Lives) -> None:
    """However late that is; the next falls from the anchor."""
    review = made(lives, "P1Y")
    sit(lives, review, DUE, "fail")
    assert noted(lives, review) == (DUE, [])
    sit(lives, review, DUE + timedelta(days=90))
    assert noted(lives, review)[0] == date(2028, 11, 26)


def test_sessions_that_nobody_took_note_of_at_the_time_are_each_their_own_review(
    lives: Lives,
) -> None:
    """After an outage of years, each is taken for the one that was due then."""
    review = made(lives, "P1Y")
    days = [DUE, date(2028, 11, 20), date(2029, 12, 1)]
    for day in days:
        sit(lives, review, day)
    awaited, held = noted(lives, review)
    assert awaited == date(2030, 11, 26)
    assert [each.due_on for each in held] == [DUE, date(2028, 11, 26), date(2029, 11, 26)]


def test_the_day_is_that_of_the_service(lives: Lives) -> None:
    """Noon of the day before in UTC is the first day that counts, where it is that day by then."""
    review = made(lives, "P1Y")
    sit(lives, review, DUE - timedelta(days=31))
    assert noted(lives, review)[0] == DUE
    assert noted(lives, review, zone="Pacific/Auckland")[0] == date(2028, 11, 26)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["P1Y", "P6M", "P1M", "P2W", "P1D"]),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(1, 500), st.sampled_from(["pass", "pass", "fail"])), max_size=7),
)
def test_between_two_reviews_lies_never_more_than_what_was_agreed(
    lives: Lives, every: str, lead: int, steps: list[tuple[int, str]]
) -> None:
    """Whatever sessions there are: at most the period, and the days ahead that a session counts.

    What is held late is what was due all the while.
    """
    review, day, period = made(lives, every), LIVE_ON, Period.read(every)
    for step, result in steps:
        day += timedelta(days=step)
        sit(lives, review, day, result)
    awaited, held = noted(lives, review, Schedule((lead,)))
    days = [(LIVE_ON, LIVE_ON), *((each.due_on, each.held_at.date()) for each in held)]
    for (_, last), (due_on, held_on) in pairwise([*days, (awaited, date.max)]):
        assert due_on <= period.from_(last + timedelta(days=lead))
        assert held_on >= due_on - timedelta(days=lead)


def test_a_service_is_reviewed_as_often_as_was_agreed_or_else_as_the_rules_say(
    portfolio: Portfolio, database: Database
) -> None:
    """Nobody can take the frequency away for good: without its own it has that of the rules."""
    portfolio.make("mail", review_every="P3M")
    for own, expected in (("P3M", "P3M"), (None, "P1Y"), ("P6M", "P6M")):
        portfolio.change("mail", ServiceChange({"review_every": own}))
        with database.reading() as session:
            assert reviewed_every(session, find_service(session, "mail")) == expected
        assert portfolio.shown("mail").reviewed_every == expected


@pytest.mark.parametrize("most", [1, 1_000])
def test_sessions_are_taken_once_all_reviews_are_as_agreed(lives: Lives, most: int) -> None:
    """However few are changed at a time: a session near a day that holds no more is none of it."""

    def keep(day: date, most: int) -> None:
        more = True
        while more:
            with lives.database.transaction() as session:
                more = keep_standing_reviews(session, at(day), new_id, UTC, most).more

    with lives.database.transaction() as session:
        offer(session, "mail", "Mail").review_every = "P6M"
    keep(LIVE_ON, 1_000)
    with lives.database.transaction() as session:
        review = session.query(Review).where(Review.subject == "mail").one()
        find_service(session, "mail").review_every = "P1Y"
        # It is seen to first, and what is agreed on the other one in another transaction.
        offer(session, "new", "New")
    assert review.due_on == date(2027, 5, 26)
    sit(lives, review, date(2027, 5, 20))
    keep(date(2027, 5, 21), most)
    with lives.database.reading() as session:
        there = find_review(session, review.id)
        assert (there.due_on, held_of(session, there)) == (DUE, [])
