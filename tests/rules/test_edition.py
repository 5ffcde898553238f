"""Editions: a policy as it stands on each day, from one change of it to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rules.condition import LiteralTerm, Truth
from rules.edition import edition_on, first_days
from rules.policy import HitPolicy, Parameter, Policy, Rule
from rules.values import Value

JANUARY, MARCH, JUNE = date(2027, 1, 1), date(2027, 3, 1), date(2027, 6, 1)
DAY = timedelta(days=1)


def rule(id: str, since: date | None = None, until: date | None = None) -> Rule:
    """Return a rule with dates."""
    return Rule(id, f"{id} is {{days}}", (), Truth(LiteralTerm(True)), {}, since=since, until=until)


def policy(parameters: tuple[Parameter, ...] = (), rules: tuple[Rule, ...] = ()) -> Policy:
    """Return a policy with dates."""
    named = {parameter.name: parameter for parameter in parameters}
    return Policy(
        "p", "P", "Ann", "P1Y", HitPolicy.FIRST, named, (), (), rules, (), (), (), "policies/p.yaml"
    )


DATED = policy(
    (Parameter("days", 90, ((JANUARY, 60), (JUNE, 30))),),
    (rule("always"), rule("since", since=JANUARY), rule("until", until=MARCH),
     rule("between", JANUARY, MARCH)),
)  # fmt: skip


def test_a_parameter_changes_on_its_day() -> None:
    """The day before has the old value, the day itself and every later one the new."""
    days = [JANUARY - DAY, JANUARY, JANUARY + DAY, JUNE - DAY, JUNE, JUNE + DAY, date.min, date.max]
    values = [edition_on(DATED, day).parameters["days"] for day in days]
    assert values == [90, 60, 60, 60, 30, 30, 90, 30]


def test_a_rule_is_in_force_from_its_first_day_until_before_its_last() -> None:
    """`from` is the first day that counts, `until` the first that no longer does."""

    def ids(day: date) -> list[str]:
        return [rule.id for rule in edition_on(DATED, day).rules]

    assert ids(JANUARY - DAY) == ["always", "until"]
    assert ids(JANUARY) == ["always", "since", "until", "between"]
    assert ids(MARCH - DAY) == ["always", "since", "until", "between"]
    assert ids(MARCH) == ["always", "since"]


def test_the_first_days_are_those_on_which_anything_changes() -> None:
    """Each once and in order, whatever changes on it."""
    assert first_days(DATED) == (JANUARY, MARCH, JUNE)
    assert first_days(policy()) == ()


@given(st.dates())
def test_between_two_changes_nothing_changes(day: date) -> None:
    """A policy stands on any day as it stood on the last day of change before it."""
    before = max((first for first in first_days(DATED) if first <= day), default=date.min)
    assert edition_on(DATED, day) == edition_on(DATED, before)


def label(text: str, **parameters: Value) -> str:
    """Return a label with the day's values."""
    written = Rule("id", text, (), Truth(LiteralTerm(True)), {})
    constants = {name: Parameter(name, value) for name, value in parameters.items()}
    labelled = replace(policy(), rules=(written,), parameters=constants)
    return edition_on(labelled, JANUARY).rules[0].label


def test_a_label_shows_the_values_of_the_day() -> None:
    """Every placeholder, each time, as a policy owner would write the value."""
    assert label("Within {days} days of {days}", days=60) == "Within 60 days of 60"
    assert label("From {day} at {price}", day=JANUARY, price=Decimal("1.50")) == (
        "From 2027-01-01 at 1.50"
    )
    assert label("It is {strict}, {no}", strict=True, no=False) == "It is true, false"
    assert label("{unknown} {", days=60) == "{unknown} {"


def test_a_value_is_no_placeholder() -> None:
    """A text that looks like a placeholder is shown as it is."""
    assert label("{first} {second}", first="{second}", second="{first}") == "{second} {first}"
