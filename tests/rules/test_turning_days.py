"""Turning days: until the next one, the same facts get the same answer, whatever day it is."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decision import Decision
from rules.errors import TollgateError
from rules.rule_book import RuleBook, load
from rules.vocabulary import Facts
from tests.rules.books import DAY, book, rule, table
from tests.rules.drawn_policy import NAME, drawn_book

FEW = {"few": "{value: 3, changes: [{from: 2026-12-10, value: 5}]}"}
SOON = book(
    table(
        rule("soon", "days_left <= few", "{assign_to: Ann, action: hurry}"),
        rule("later", "true", "{assign_to: Bob, action: wait}"),
        parameters=FEW,
    )
)
LONGEST = 45
CUT = 'date("2026-12-10")'


def test_the_day_on_which_a_date_comes_within_reach_is_one() -> None:
    """So many days before the date, not the day before that."""
    held = {"due": date(2026, 12, 5)}
    turn = SOON.next_turning_day("routing", held, DAY)
    assert turn == date(2026, 12, 2)
    before = SOON.decide("routing", held, turn - timedelta(days=1))
    assert before.outcome["action"] == "wait"
    assert SOON.decide("routing", held, turn).outcome["action"] == "hurry"


def test_the_day_on_which_a_parameter_changes_is_one() -> None:
    """What is not soon by the old number may be soon by the new one."""
    held = {"due": date(2026, 12, 15)}
    assert SOON.next_turning_day("routing", held, date(2026, 12, 2)) == date(2026, 12, 10)
    assert SOON.decide("routing", held, date(2026, 12, 10)).outcome["action"] == "hurry"


def test_what_no_day_moves_has_none() -> None:
    """Rules without dates say the same for ever."""
    plain = book(table(rule("sun", "sunny"), rule("rain", "not(sunny)")))
    for held in ({}, {"sunny": True}):
        assert plain.next_turning_day("routing", held, DAY) is None


def test_a_date_that_is_known_is_counted_to_itself() -> None:
    """Not to what it is compared with: that counts only while the date may still be any."""
    early, late = rule("early", f"due < {CUT}"), rule("late", f"due >= {CUT}")
    held = {"due": date(2027, 3, 1)}
    farthest = timedelta(days=2000)  # that days may be counted to a date
    turn = book(table(early, late)).next_turning_day("routing", held, DAY)
    assert turn == held["due"] + farthest


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2_000), st.randoms(use_true_random=False))
def test_a_turning_day_that_is_remembered_is_the_one_found_anew(seed: int, chance: Random) -> None:
    """For the same facts on another day too, and for other facts on the same one."""
    drawn = drawn_book(Random(seed))  # noqa: S311 - repeatable on purpose
    remembering, anew = load(drawn.files), load(drawn.files, remembered=0)
    asked = [
        ({fact.name: chance.choice(fact.tries()) for fact in drawn.facts if not fact.base}, day)
        for _ in range(2)
        for day in chance.sample(drawn.days, 2)
    ]
    some = [({name: held[name] for name in list(held)[:2]}, day) for held, day in asked]
    for held, day in [*asked, *some] * 2:
        for each in (held, asked[0][0]):
            found = anew.next_turning_day(NAME, each, day)
            assert remembering.next_turning_day(NAME, each, day) == found


def said(rules: RuleBook, held: Facts, day: date) -> object:
    """Return what is decided on a day, without the facts in its reasons; or which error it is."""
    try:
        decision: Decision = rules.decide(NAME, held, day)
    except TollgateError as error:
        return error.code
    return decision.status, decision.outcome, decision.needs, [r.rule for r in decision.because]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2_000), st.randoms(use_true_random=False))
def test_nothing_changes_before_the_next_turning_day(seed: int, chance: Random) -> None:
    """Whatever the rules, the facts and the day."""
    drawn = drawn_book(Random(seed))  # noqa: S311 - repeatable on purpose
    rules = load(drawn.files, remembered=0)
    held = {
        fact.name: chance.choice(fact.tries())
        for fact in drawn.facts
        if not fact.base and chance.random() < 0.8
    }
    as_of = chance.choice([day for day in drawn.days if date(2000, 1, 1) < day < date(2100, 1, 1)])
    turn = rules.next_turning_day(NAME, held, as_of)
    last = as_of + timedelta(days=LONGEST)
    until = last if turn is None else min(last, turn - timedelta(days=1))
    now = said(rules, held, as_of)
    day = as_of
    while day < until:
        day += timedelta(days=1)
        assert said(rules, held, day) == now, (day, turn)


def test_days_that_no_rule_counts_bound_which_dates_can_come() -> None:
    """Where a date may be at most so many days away, which dates may come moves with the day."""
    rules = load(drawn_book(Random(384)).files, remembered=0)  # noqa: S311 - repeatable on purpose
    as_of = date(2027, 1, 11)
    assert said(rules, {}, as_of) != said(rules, {}, date(2027, 2, 11))
    turn = rules.next_turning_day(NAME, {}, as_of)
    assert turn is not None
    assert as_of < turn <= date(2027, 2, 11)
