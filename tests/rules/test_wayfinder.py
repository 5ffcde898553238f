"""Finding ways: at one look the engine says which rule comes first at every stage."""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import pytest

from rules.chain import Chain
from rules.compiled_policy import CompiledPolicy
from rules.edition import edition_on
from rules.errors import InferenceNotConfirmed
from rules.normal_form import Atom
from rules.rule_book import RuleBook
from rules.three_valued import evaluate
from rules.values import Domain, FactType, Value
from rules.wayfinder import Wayfinder, wayfinder_for
from rules.ways import StageRules, Step, ways_through
from tests.rules.books import DAY, book, outing, rule, table
from tests.rules.drawn_chain import DrawnChain

NAMES = ("first", "second", "third")
STAGES = (
    table(
        rule("stop", "sunny", "{assign_to: Bob, action: stop}"),
        rule("calm", "not(windy) or windy is missing", "{continue: true}"),
        rule("red", 'sky in ("red", "blue") and count != 3', "{continue: true}"),
        name="first",
    ),
    table(
        rule("cheap", 'price < 2.5 or note = "no"', "{continue: true}"),
        rule("many", "others < count"),
        rule("more", "count < others", "{continue: true}"),
        name="second",
    ),
    table(
        rule("late", 'due < date("2027-01-01") and not(careful)'),
        rule("soon", "count in [3..5]"),
        rule("rest", "not(careful)"),
        name="third",
    ),
)  # fmt: skip
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


@cache
def stages() -> RuleBook:
    """Return a book of three stages that compare facts of every type."""
    return book(*STAGES)


def in_order(book: RuleBook) -> list[StageRules]:
    """Return the stages of a book as they are laid out."""
    found = [CompiledPolicy(book.policies[name], book.vocabulary).in_order(0) for name in NAMES]
    return [stage for stage in found if stage is not None]


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


class Told(Wayfinder):
    """Finds the way that it is told, if it is told one, and counts how often it is asked."""

    told: tuple[Step, ...] | None = None
    asked = 0

    def way_of(self, known: Mapping[str, Value]) -> tuple[Step, ...]:
        """Return the way that was told, or the right one."""
        self.asked += 1
        return self.told or super().way_of(known)


class Misled(Chain):
    """A chain whose ways are found by one who can be told others."""

    finder: Told

    def _map(self, editions: tuple[int, ...]) -> Wayfinder:
        domains = {name: fact.domain for name, fact in outing().facts.items()}
        map = ways_through(in_order(stages()), domains)
        assert map is not None
        self.finder = Told("routing", map, domains)
        return self.finder


def misled() -> Misled:
    """Return the chain of the three stages, new."""
    compiled = (CompiledPolicy(stages().policies[name], outing()) for name in NAMES)
    return Misled("routing", tuple(compiled), outing())


FACTS: dict[str, Value] = {"sunny": False, "price": Decimal(1), "count": 4, "careful": True}


def test_all_stages_of_a_case_are_asked_at_once() -> None:
    """A case that comes to the third stage has one question put to the engine."""
    chain = misled()
    assert [reason.policy for reason in chain.decide(FACTS, DAY).because] == list(NAMES)
    assert chain.finder.asked == 1


def test_a_way_that_is_not_confirmed_is_never_an_answer() -> None:
    """Not at any stage, and not once it has been refused; the right one is answered after all."""
    chain = misled()
    right = chain.decide(FACTS, DAY)
    wrong: tuple[tuple[Step, ...], ...] = (
        (("first", "stop"),),
        (("first", "calm"), ("second", None)),
        (("first", "calm"), ("second", "cheap"), ("third", "rest")),
    )
    for steps in wrong:
        chain = misled()
        chain._wayfinder_on(DAY)
        chain.finder.told = steps
        for _ in range(2):
            stage = steps[-1][0]
            with pytest.raises(InferenceNotConfirmed, match=f"policy `{stage}`.* disagree on"):
                chain.decide(FACTS, DAY)
        chain.finder.told = None
        assert chain.decide(FACTS, DAY) == right


def test_what_was_confirmed_is_not_asked_again() -> None:
    """A stage that was confirmed on one way is so on every other; a new one asks once."""
    chain = misled()
    chain.decide(FACTS, DAY)
    for facts in (FACTS, FACTS | {"others": 6}, FACTS | {"careful": False, "note": "no"}):
        chain.decide(facts, DAY)
    asked = chain.finder.asked
    chain.decide(FACTS | {"careful": False, "note": "no"}, DAY)
    chain.decide(FACTS | {"others": 6}, DAY)
    assert chain.finder.asked == asked
    chain.decide(FACTS | {"windy": False}, DAY)
    assert chain.finder.asked == asked + 1


def test_a_stage_that_needs_no_more_facts_goes_on_though_no_rule_is_true_yet() -> None:
    """Where every completion of what is missing passes on, so does the case, confirmed."""
    two = table(
        rule("low", "count <= 4", "{continue: true}"),
        rule("high", "count > 4", "{continue: true}"),
        name="first",
    )
    chained = book(two, table(rule("rest", "sunny"), rule("dull", "not(sunny)"), name="second"))
    for sunny, last in ((True, "rest"), (False, "dull")):
        decision = chained.decide("routing", {"sunny": sunny}, DAY)
        assert decision.needs[0].fact == "count" or decision.because[-1].rule == last


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
    """A chain in which two of them would meet is asked stage by stage."""
    domains = {name: Domain(FactType.BOOLEAN) for name in ("costarring", "liquid", "dry")}

    def stage(*names: str) -> StageRules:
        return StageRules("s", tuple((name, Atom(name, "=", True), False) for name in names))

    assert wayfinder_for("s", [stage("costarring", "dry")], domains) is not None
    assert wayfinder_for("s", [stage("costarring", "liquid")], domains) is None


def test_finding_ways_takes_no_memory() -> None:
    """A worker does not grow with the ways that it finds."""
    found = finder()
    cases: list[dict[str, Value]] = [{"sunny": False, "count": n % 10} for n in range(30)]

    def find(times: int) -> int:
        for number in range(times):
            found.way_of(cases[number % 30])
        gc.collect()
        pages = int(Path(f"/proc/{os.getpid()}/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    before = find(5_000)
    assert find(100_000) - before < 1_000_000
