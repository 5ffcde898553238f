"""Finding ways: at one look the engine says which rule comes first at every stage."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import product
from random import Random
from threading import Barrier

import pytest

from rules.compiled_policy import CompiledPolicy
from rules.edition import edition_on
from rules.engine import rulesets_built
from rules.engine_limits import MOST_PROPERTIES, check_limits
from rules.normal_form import Atom
from rules.three_valued import evaluate
from rules.values import Domain, FactType, Value
from rules.wayfinder import Wayfinder, wayfinder_for
from rules.ways import StageRules, numbered
from tests.rules.books import DAY, book, rule, table
from tests.rules.drawn_chain import DrawnChain
from tests.rules.resident import resident_memory
from tests.rules.three_stages import NAMES, STAGES, in_order, stages

FACTS: dict[str, Value] = {"sunny": False, "price": Decimal(1), "count": 4, "careful": True}
TRIES: Mapping[str, tuple[Value | None, ...]] = {
    "sunny": (False, None),
    "windy": (None, True),
    "sky": ("red", "green", None),
    "count": (2, 3, 6, None),
    "price": (Decimal("2.5"), Decimal("2.49"), None),
    "note": ("no", "yes", None),
    "others": (6, 5, None),
    "due": (date(2026, 12, 31), date(2027, 1, 1), None),
    "careful": (True, False),
}


def finder(name: str = "routing") -> Wayfinder:
    """Return what finds the ways through those stages."""
    domains = {name: fact.domain for name, fact in stages().vocabulary.facts.items()}
    found = wayfinder_for(name, in_order(stages()), domains)
    assert found is not None
    return found


def truths(known: Mapping[str, Value]) -> dict[str, bool | None]:
    """Return what each rule of those stages is worth."""
    editions = [edition_on(stages().policies[name], DAY) for name in NAMES]
    return {rule.id: evaluate(rule.when, known, {}) for each in editions for rule in each.rules}


def test_each_case_takes_the_way_that_its_rules_say() -> None:
    """Whatever is known of facts of every type, or missing, the engine finds that very way."""
    chain = DrawnChain(in_order(stages()), finder())
    ends = set()
    for values in product(*TRIES.values()):
        given = zip(TRIES, values, strict=True)
        known = {name: value for name, value in given if value is not None}
        worth = truths(known)
        assert not chain.differs(known, worth), known
        ends.add(chain.walked(worth)[-1])
    assert ends >= {("second", "many"), ("second", None), ("third", "late"), ("third", "soon"),
                    ("third", "rest"), ("third", None), ("first", None)}  # fmt: skip


TENS = ", ".join(map(str, range(10)))
NINETY = ", ".join(map(str, range(90)))
SIX_HUNDRED = ", ".join(f"{n}.{cents:02}" for n in range(10) for cents in range(60))


@pytest.mark.parametrize(
    "when",
    [
        [f'sky != "red" or count != {n} or price != {n}' for n in range(10)],
        [f"count in ({TENS}) and price in ({NINETY})"],
        [f"price != {n} and count != {n % 10}" for n in range(60)],
        [f"price in ({SIX_HUNDRED})"],
    ],
    ids=["tens", "lists", "sixty", "hundreds"],
)
def test_rules_that_part_cases_often_are_answered_as_ever(when: list[str]) -> None:
    """The engine gives up where 64 beginnings of rules are true: such chains are asked by stages.

    A list of hundreds of values is neither too deep nor too long for anything.
    """
    many = book(table(*(rule(f"r{n}", it) for n, it in enumerate(when)), rule("rest", "true")))
    for price in (Decimal(5), Decimal("0.01"), Decimal(100)):
        held: dict[str, Value] = {"sky": "red", "count": 5, "price": price}
        policy = many.policies["table"]
        known = many.vocabulary.known(held, DAY)
        first = next(
            each.id for each in edition_on(policy, DAY).rules if evaluate(each.when, known, {})
        )
        assert many.decide("routing", held, DAY).because[-1].rule == first


def test_callers_at_the_same_time_lay_a_chain_out_once() -> None:
    """What is built leaks, so that nobody builds what another is about to."""
    chained = book(*STAGES)
    before = rulesets_built()
    chained.decide("routing", FACTS, DAY)
    alone = rulesets_built() - before
    again = book(*STAGES)
    begin = Barrier(8)

    def decide(_: int) -> str:
        begin.wait()
        return again.decide("routing", FACTS, DAY).stage

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(decide, range(8))) == {"third"}
    assert rulesets_built() - before == 2 * alone


def test_a_chain_with_too_many_ways_is_asked_stage_by_stage() -> None:
    """Nothing is refused for it, and what is decided is the same."""
    chance = Random(7)  # noqa: S311 - repeatable on purpose
    facts = ("sunny", "windy", "careful", 'sky = "red"', "count > 3", "price > 5", "others > 9")
    tangled = tuple(
        rule(f"r{n}", " and ".join(chance.sample(facts, 4)), "{assign_to: Ann, action: go}")
        for n in range(40)
    )
    wide = book(table(*tangled, rule("rest", "true"), name="first"))
    stage = CompiledPolicy(wide.policies["first"], wide.vocabulary).in_order(0)
    assert stage is not None
    domains = {name: fact.domain for name, fact in wide.vocabulary.facts.items()}
    assert wayfinder_for("first", [stage], domains) is None
    held: dict[str, Value] = {"sunny": False, "windy": False, "careful": False, "sky": "green"}
    held |= {"count": 1, "price": Decimal(1), "others": 5}
    assert wide.decide("routing", held, DAY).because[-1].rule == "rest"


def test_names_that_the_engine_takes_for_one_another_are_kept_apart() -> None:
    """It is told numbers, of which it takes none for another, however many there may be."""
    domains = {name: Domain(FactType.BOOLEAN) for name in ("costarring", "liquid")}
    rules = tuple((name, Atom(name, "=", True), False) for name in domains)
    found = wayfinder_for("s", [StageRules("s", rules)], domains)
    assert found is not None
    assert found.way_of({"costarring": False, "liquid": True}) == (("s", "liquid"),)
    check_limits("s", (), [numbered(number) for number in range(MOST_PROPERTIES)])


def test_finding_ways_takes_no_memory() -> None:
    """A worker does not grow with the ways that it finds."""
    found = finder()
    cases: list[dict[str, Value]] = [{"sunny": False, "count": n % 10} for n in range(30)]

    def find(times: int) -> int:
        for number in range(times):
            found.way_of(cases[number % 30])
        return resident_memory()

    before = find(5_000)
    assert find(100_000) - before < 1_000_000
