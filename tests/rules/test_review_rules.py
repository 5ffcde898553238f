"""When people hear of a review: ahead, on the day, again while it is overdue, never in the quiet.

Whatever the rules say, and whatever day one looks.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.review_rules import Quiet, ReviewKind, ReviewRules, Schedule

DUE = date(2027, 1, 31)
FAR = datetime.fromisoformat("9000-01-01T00:00")
USUAL = Schedule()
SCHEDULES = st.builds(
    Schedule,
    st.lists(st.integers(0, 60), min_size=1, max_size=4, unique=True).map(
        lambda days: tuple(sorted(days, reverse=True))
    ),
    st.integers(1, 40),
)


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


def test_a_review_is_reminded_of_before_on_and_after_its_day() -> None:
    """Thirty and seven days ahead, on the day, then each week."""
    told: list[int] = []
    day = date.min
    while len(told) < 6:
        day = USUAL.next_day(DUE, None, day)
        told.append((day - DUE).days)
    assert told == [-30, -7, 0, 7, 14, 21]


@pytest.mark.parametrize(
    ("every", "told"), [(7, [0, 7]), (8, [-7, 0]), (30, [-7, 0]), (31, [-30, -7])]
)
def test_no_reminder_comes_before_the_occurrence_before(every: int, told: list[int]) -> None:
    """What is reviewed each week is not announced a month ahead."""
    before = DUE - days(every)
    first = USUAL.next_day(DUE, before, date.min)
    second = USUAL.next_day(DUE, before, first)
    assert [(day - DUE).days for day in (first, second)] == told


@given(SCHEDULES, st.integers(1, 400), st.integers(0, 500))
def test_whatever_day_one_looks_the_latest_reminder_is_told(
    schedule: Schedule, every: int, later: int
) -> None:
    """However many were missed: it is the last of those whose day has come."""
    before = DUE - days(every)
    day = schedule.next_day(DUE, before, date.min)
    assert schedule.latest_step(DUE, before, day - days(1)) is None
    today, told = day + days(later), []
    while day <= today:
        told.append((day - DUE).days)
        day = schedule.next_day(DUE, before, day)
    assert schedule.latest_step(DUE, before, today) == told[-1]
    assert schedule.next_day(DUE, before, today) == day > today


@pytest.mark.parametrize(
    ("local", "quiet"),
    [
        ("2027-01-29T17:59", False),
        ("2027-01-29T18:00", True),
        ("2027-01-30T06:59", True),
        ("2027-01-29T07:00", False),
        ("2027-01-30T12:00", True),
        ("2027-02-01T12:00", False),
    ],
)
def test_quiet_hours_go_over_midnight_and_quiet_days_from_end_to_end(
    local: str, quiet: bool
) -> None:
    """From the first minute to the last but one; 30 January 2027 is a Saturday."""
    nights = Quiet(time(18), time(7), frozenset({5, 6}))
    assert nights.is_at(datetime.fromisoformat(local)) is quiet


@given(st.times(), st.times(), st.datetimes())
def test_what_is_not_quiet_is_quiet_the_other_way_round(
    begins: time, ends: time, local: datetime
) -> None:
    """Unless nothing lies between the two times: then it is never quiet."""
    there, back = Quiet(begins, ends).is_at(local), Quiet(ends, begins).is_at(local)
    assert (there != back) if begins != ends else not (there or back)


@pytest.mark.parametrize(
    ("local", "loud"),
    [
        ("2027-01-28T17:59", "2027-01-28T17:59"),
        ("2027-01-28T18:00", "2027-01-29T07:00"),
        ("2027-01-29T06:59", "2027-01-29T07:00"),
        ("2027-01-29T18:00", "2027-02-01T07:00"),
        ("2027-01-30T12:00", "2027-02-01T07:00"),
    ],
)
def test_what_waits_goes_out_when_the_quiet_hours_are_over(local: str, loud: str) -> None:
    """The next morning; of a weekend, on Monday: 30 January 2027 is a Saturday."""
    nights = Quiet(time(18), time(7), frozenset({5, 6}))
    assert nights.loud_from(datetime.fromisoformat(local)) == datetime.fromisoformat(loud)


@given(
    st.none() | st.times(),
    st.none() | st.times(),
    st.frozensets(st.integers(0, 6), max_size=6),
    st.datetimes(max_value=FAR),
)
def test_it_is_never_quiet_when_something_goes_out_nor_later_than_need_be(
    begins: time | None, ends: time | None, days: frozenset[int], local: datetime
) -> None:
    """And until then it is quiet all the time, minute by minute where that ends."""
    quiet = Quiet(begins, ends, days)
    loud = quiet.loud_from(local)
    assert not quiet.is_at(loud)
    assert local <= loud < local + timedelta(days=8)
    if loud > local:
        moments = {local, max(local, loud - timedelta(microseconds=1))}
        moments |= {local + (loud - local) * share / 97 for share in range(97)}
        assert all(map(quiet.is_at, moments))


def test_without_rules_the_usual_ones_hold() -> None:
    """Thirty, seven and no days ahead, weekly after it; two weeks overdue it escalates."""
    assert ReviewRules().schedule_of(ReviewKind.POLICY) == USUAL
    assert not Quiet().is_at(datetime.fromisoformat("2027-01-30T03:00"))
