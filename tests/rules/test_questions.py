"""What to ask for: exactly what can change the rule that fires, told by trying every completion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from math import prod
from random import Random

import pytest
from hypothesis import assume, given, settings

from rules.condition import (
    And,
    Comparison,
    Condition,
    FactTerm,
    Interval,
    Known,
    LiteralTerm,
    Missing,
    Name,
    Not,
    OneOf,
    Or,
    ParameterTerm,
    Term,
    Truth,
    terms,
)
from rules.decision_diagram import TooEntangled
from rules.normal_form import normal_form
from rules.policy import HitPolicy
from rules.questions import Prospect, Stage, prospect
from rules.values import Domain, FactType, Value
from rules.vocabulary import Fact, Vocabulary
from tests.rules.books import check
from tests.rules.drawn import (
    DAY,
    DECLARED,
    PARAMETERS,
    SEEDS,
    SIGNS,
    SMALL,
    all_values,
    condition,
    day,
    held_facts,
    some_names,
    written,
)

Facts = dict[str, Value]
Rules = Sequence[Condition]
MOST_COMPLETIONS = 3_000


def plain(condition: Condition) -> Callable[[Facts], bool]:
    """Return a condition as a plain function of facts, of which every compared one is there."""
    match condition:
        case And(parts):
            every = [plain(part) for part in parts]
            return lambda facts: all(part(facts) for part in every)
        case Or(parts):
            some = [plain(part) for part in parts]
            return lambda facts: any(part(facts) for part in some)
        case Not(part):
            inner = plain(part)
            return lambda facts: not inner(facts)
        case Comparison(left, sign, right):
            return _compares(left, sign, right)
        case Interval(term, low, high, low_open, high_open):
            above = _compares(term, ">" if low_open else ">=", low)
            below = _compares(term, "<" if high_open else "<=", high)
            return lambda facts: above(facts) and below(facts)
        case OneOf(term, options):
            equal = [_compares(term, "=", option) for option in options]
            return lambda facts: any(each(facts) for each in equal)
        case Truth(term):
            return _compares(term, "=", LiteralTerm(True))
        case Missing(term):
            return lambda facts: _name(term) not in facts
        case Known(term):
            return lambda facts: _name(term) in facts


def _compares(left: Term, sign: str, right: Term) -> Callable[[Facts], bool]:
    compare, first, second = SIGNS[sign], _value(left), _value(right)
    return lambda facts: compare(first(facts), second(facts))


def _value(term: Term) -> Callable[[Facts], Value]:
    match term:
        case LiteralTerm(value):
            return lambda _: value
        case ParameterTerm(name):
            return lambda _: PARAMETERS[name]
        case FactTerm(name) | Name(name):
            return lambda facts: facts[name]


def _name(term: Term) -> str:
    assert isinstance(term, FactTerm)
    return term.name


def compared(condition: Condition) -> Iterator[str]:
    """Yield the facts that a condition compares, as they are asked for: a date for its days."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from compared(part)
        case Not(part):
            yield from compared(part)
        case Missing() | Known():
            return
        case _:
            for term in terms(condition):
                if isinstance(term, FactTerm):
                    yield SMALL.facts[term.name].derived_from or term.name


def used(rules: Rules) -> tuple[str, ...]:
    """Return the facts that rules name, in order of first use: a date for its days."""
    named = (term.name for rule in rules for term in terms(rule) if isinstance(term, FactTerm))
    return tuple(dict.fromkeys(SMALL.facts[name].derived_from or name for name in named))


def fires(rules: Sequence[Callable[[Facts], bool]], facts: Facts, hit: HitPolicy) -> list[str]:
    """Return the rules that fire when nothing that is compared is missing."""
    true = [str(number) for number, rule in enumerate(rules) if rule(facts)]
    return true[:1] if hit is HitPolicy.FIRST else true


def brute_force(rules: Rules, hit: HitPolicy, known: Facts) -> Prospect | None:
    """Return what matters by trying every completion; None when they are too many."""
    named = dict.fromkeys(name for rule in rules for name in compared(rule))
    missing = [name for name in named if name not in known]
    choices = [[v for v in all_values(name) if v != day(-4)] for name in missing]
    if prod(map(len, choices)) > MOST_COMPLETIONS:
        return None
    functions = [plain(rule) for rule in rules]
    fired = {}
    for values in product(*choices):
        completed = SMALL.known(known | dict(zip(missing, values, strict=True)), DAY)
        fired[values] = fires(functions, completed, hit)
    matter = {name for place, name in enumerate(missing) if _changes_alone(place, fired)}
    matters = tuple(name for name in used(rules) if name in matter)
    return Prospect(matters, () if matters else tuple(next(iter(fired.values()))))


def _changes_alone(place: int, fired: Mapping[tuple[Value, ...], list[str]]) -> bool:
    by_the_others: dict[tuple[Value, ...], list[str]] = {}
    return any(
        by_the_others.setdefault(values[:place] + values[place + 1 :], rules) != rules
        for values, rules in fired.items()
    )


def stage_of(rules: Rules, hit: HitPolicy, as_of: date = DAY) -> Stage:
    """Return the stage with these rules, whose ids are their places."""
    normal = ((str(n), normal_form(rule, PARAMETERS)) for n, rule in enumerate(rules))
    return Stage(tuple(normal), hit, SMALL, as_of, used(rules))


def any_stage(seed: int) -> tuple[Rules, HitPolicy, Facts]:
    """Return a stage over a few facts, and what is known of a case."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    names = some_names(chance, most=4)
    rules = [condition(chance, names, depth=2) for _ in range(chance.choice((1, 2, 3, 4)))]
    return rules, chance.choice(tuple(HitPolicy)), held_facts(chance, names, missing=0.8)


@settings(max_examples=600, deadline=None)
@given(SEEDS)
def test_exactly_the_facts_that_can_change_the_rule_are_asked_for(seed: int) -> None:
    """A fact is asked for when two completions differing in it alone fire different rules."""
    rules, hit, known = any_stage(seed)
    expected = brute_force(rules, hit, known)
    assume(expected is not None)
    found = prospect(stage_of(rules, hit), known)
    assert found == expected, [hit, [written(rule) for rule in rules], known]


def ahead(
    *whens: str, hit: HitPolicy = HitPolicy.FIRST, as_of: date = DAY, **known: Value
) -> Prospect:
    """Return what matters to a stage with these rules about the small vocabulary."""
    rules = []
    for when in whens:
        checked, problems = check(when, SMALL, DECLARED)
        assert checked is not None, problems
        rules.append(checked)
    return prospect(stage_of(rules, hit, as_of), SMALL.known(known, as_of))


@pytest.mark.parametrize(
    ("rules", "asks"),
    [
        (("windy", "sunny", "true"), ("windy", "sunny")),
        (("others < count", "sunny", "true"), ("others", "count", "sunny")),
        (("3 < count and sunny", "true"), ("count", "sunny")),
        (("sunny or windy", "windy", "true"), ("sunny", "windy")),
        (("sunny", "not(sunny)", "windy"), ("sunny",)),
        (("sunny or not(sunny)", "windy"), ()),
        (("sunny and not(sunny)", "windy", "true"), ("windy",)),
        (("count in [0..12]", "sunny"), ()),
        (("count < 0", "sunny", "true"), ("sunny",)),
        (('sky in ("red", "green", "blue")', "sunny"), ()),
        (('sky != wish', "true"), ("sky", "wish")),
        (("start < due", "true"), ("start", "due")),
        (("cost < price", "true"), ("cost", "price")),
        (("days_left < 3", "true"), ("due",)),
        (("days_left < 3", 'due = date("2026-11-29")', "true"), ("due",)),
        (("count is missing and sunny", "true"), ("sunny",)),
        (("sunny and count > 3", "count is missing", "true"), ("sunny", "count")),
    ],
)  # fmt: skip
def test_facts_are_asked_for_in_the_order_in_which_the_rules_use_them(
    rules: tuple[str, ...], asks: tuple[str, ...]
) -> None:
    """The first rule's facts first; a date for its days; never one that changes nothing."""
    assert ahead(*rules).asks == asks


def test_what_fires_whatever_the_missing_facts_are_fires_now() -> None:
    """Nothing is asked when every answer leads to the same rules."""
    assert ahead("sunny and not(sunny)", "windy or not(windy)").fires == ("1",)
    assert ahead("sunny", "sunny", hit=HitPolicy.COLLECT, sunny=True).fires == ("0", "1")
    assert ahead("count > 12", "others < 4").fires == ()


def test_a_fact_asked_only_whether_it_is_known_is_never_asked_for() -> None:
    """It stays as it is: missing."""
    assert ahead("sunny is known", "windy", "true").asks == ("windy",)
    assert ahead("sunny is known and windy", "true") == Prospect((), ("1",))
    assert ahead("sunny is missing and windy", "true").asks == ("windy",)


def test_two_facts_whose_ranges_only_overlap_can_be_equal() -> None:
    """The count is at most 12 and the others at least 4: both matter, since both may be 8."""
    assert ahead("count = others", "true").asks == ("count", "others")
    assert ahead("count = others", "true", count=3) == Prospect((), ("1",))
    assert ahead("count = others", "true", count=4).asks == ("others",)


def test_days_are_asked_for_as_a_date_on_any_day_of_the_calendar() -> None:
    """Where no date can be counted in days, it matters on which side of the limit all are."""
    for as_of in (date.min, date(1500, 1, 1), date.max):
        asked = ahead("days_left < 3", "true", as_of=as_of)
        assert asked in (Prospect((), ("0",)), Prospect((), ("1",)), Prospect(("due",), ()))
    assert ahead("days_left < 3", "true", as_of=date.min).fires == ("1",)
    assert ahead("days_left < 3", "true", as_of=date.max).fires == ("0",)


def test_a_date_too_far_off_to_be_counted_in_days_is_asked_for_again() -> None:
    """The days are missing although a date is held, so a date that can be counted is needed."""
    assert ahead("days_left < 3", "true", due=day(-4)).asks == ("due",)


def test_what_hangs_together_in_too_many_ways_is_given_up_in_time() -> None:
    """Twelve numbers that are all compared with one another are too much; it says so."""
    names = [f"n{number}" for number in range(12)]
    wide = Domain(FactType.INTEGER, low=0, high=1_000)
    vocabulary = Vocabulary({name: Fact(name, wide, "", "", "") for name in names}, {})
    text = " and ".join(f"{left} != {right}" for left in names for right in names if left < right)
    tangled, problems = check(text, vocabulary)
    assert tangled is not None, problems
    stage = Stage((("0", normal_form(tangled, {})),), HitPolicy.FIRST, vocabulary, DAY)
    with pytest.raises(TooEntangled, match="400,000 steps"):
        prospect(stage, {})
    assert prospect(stage, dict.fromkeys(names, 1)) == Prospect((), ())
