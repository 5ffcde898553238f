"""Demand by month, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.access import Caller
from model.capacity import Capacity
from model.case_facts import change_facts
from model.cases import lock_or_open_case
from model.database import Database
from model.demand import (
    MONTHS_AHEAD,
    Demand,
    MonthOfDemand,
    demand_for_services,
    line_of,
    whole_months,
)
from model.moment import Moment
from tests.model.offered import offer

UTC_ZONE = ZoneInfo("UTC")
VIENNA = ZoneInfo("Europe/Vienna")
FIRST, UNTIL = date(2026, 1, 1), date(2026, 12, 1)


def demand(cases: Sequence[int], amount: int | None = None) -> Demand:
    """Return what so many cases a month, from January on, come to."""
    firsts = [date(2026 + at // 12, 1 + at % 12, 1) for at in range(len(cases))]
    months = tuple(MonthOfDemand(f, n, None) for f, n in zip(firsts, cases, strict=True))
    capacity = None if amount is None else Capacity(amount, "agencies", "P1M")
    return Demand("mail", "Mail", sum(cases), capacity, None, months, line_of(cases))


def test_rising_demand_meets_its_capacity_in_a_month() -> None:
    """A case more each month, from one in January on: in the thirteenth it is more than twelve."""
    rising = demand(range(1, 7), 12)
    assert rising.rises_by == 1
    assert rising.short_from == date(2027, 1, 1)
    assert [month.cases for month in rising.forecast] == list(range(7, 7 + MONTHS_AHEAD))
    assert [month.first for month in rising.forecast][:1] == [date(2026, 7, 1)]
    assert all(month.could_take == 12 for month in rising.forecast)
    assert demand(range(1, 7)).short_from is None


@given(st.lists(st.integers(0, 50), min_size=3, max_size=24), st.integers(0, 20))
def test_what_stays_as_it_is_is_forecast_so_and_nothing_falls_below_nothing(
    cases: list[int], much: int
) -> None:
    """Whatever demand was, none ahead is negative; what is always the same stays the same."""
    assert all(month.cases >= 0 for month in demand(cases, much).forecast)
    steady = demand([much] * len(cases), much)
    assert {month.cases for month in steady.forecast} == {much}
    assert steady.rises_by == 0
    assert steady.short_from is None


@pytest.mark.parametrize("cases", [[], [1], [1, 2]])
def test_less_than_three_months_lead_nowhere(cases: list[int]) -> None:
    """Then nothing is said, rather than anything guessed."""
    few = demand(cases, 1)
    assert (few.rises_by, few.forecast, few.short_from) == (None, (), None)


def test_months_are_those_of_the_service_s_zone_and_count_once_it_is_made(
    bundled: Database, caller: Caller
) -> None:
    """Half past eleven in London is the next month in Vienna; before it was made it had none."""
    with bundled.transaction() as session:
        made = offer(session, "mail", "Mail")
        made.created_at = datetime(2026, 8, 5, tzinfo=UTC)
    for number, at in enumerate(("2026-09-30T22:30Z", "2026-10-05T12:00Z", "2026-11-30T23:30Z")):
        now, ref = datetime.fromisoformat(at), f"CRM-{number}"
        with bundled.transaction() as session:
            lock_or_open_case(session, ref, now)
            moment = Moment.at(now, UTC_ZONE)
            change_facts(session, ref, {"fitting_service": "mail"}, None, 0, caller, moment)
    for zone, counts in ((UTC_ZONE, [0, 1, 1, 1]), (VIENNA, [0, 0, 2, 0])):
        with bundled.reading() as session:
            (mail,) = demand_for_services(session, FIRST, UNTIL, UNTIL, zone)
        assert [month.cases for month in mail.months] == counts
        assert mail.months[0].first == date(2026, 8, 1)


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2026, 11, 1), date(2026, 11, 30)])
def test_the_month_going_on_and_those_ahead_are_not_counted(
    bundled: Database, caller: Caller, today: date
) -> None:
    """Asked until January, in November, the line goes through what has been: it does not fall."""
    with bundled.transaction() as session:
        offer(session, "mail", "Mail").created_at = datetime(2026, 7, 5, tzinfo=UTC)
    for number, at in enumerate(("08-05", "09-05", "09-06", "10-05", "10-06", "10-07", "11-01")):
        now, ref = datetime.fromisoformat(f"2026-{at}T12:00Z"), f"CRM-{number}"
        with bundled.transaction() as session:
            lock_or_open_case(session, ref, now)
            moment = Moment.at(now, UTC_ZONE)
            change_facts(session, ref, {"fitting_service": "mail"}, None, 0, caller, moment)
    with bundled.reading() as session:
        (mail,) = demand_for_services(session, FIRST, date(2027, 2, 1), today, UTC_ZONE)
    assert [month.cases for month in mail.months] == [0, 1, 2, 3]
    assert mail.rises_by == 1
    assert (mail.forecast[0].first, mail.forecast[0].cases) == (date(2026, 11, 1), 4)


@given(st.dates(), st.integers(0, 400))
def test_whole_months_lie_within_the_days_asked_for(first: date, days: int) -> None:
    """One follows the other, from a first of a month to the next."""
    until = first + timedelta(days=min(days, (date.max - first).days))
    months = whole_months(first, until, until)
    assert all(first <= start < end <= until for start, end in months)
    assert all(start.day == end.day == 1 for start, end in months)
    assert all(end == start for (_, end), (start, _) in pairwise(months))
    assert len(months) >= (until - first).days // 31 - 1
