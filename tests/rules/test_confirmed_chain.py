"""A chain confirmed: the engine finds the way that the evaluation walks, or nothing is answered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from rules.chain import Chain
from rules.compiled_policy import CompiledPolicy
from rules.errors import InferenceNotConfirmed, NoRuleApplies
from rules.values import Value
from rules.wayfinder import Wayfinder
from rules.ways import Step, ways_through
from tests.rules.books import DAY, book, outing, rule, table
from tests.rules.inferred_by import InferredBy, Lying
from tests.rules.three_stages import NAMES, in_order, stages


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


EITHER = table(rule("either", "count <= 4 or count > 4", "{continue: true}"), name="first")
SUNNY = table(rule("rest", "sunny"), rule("dull", "not(sunny)"), name="second")


def test_a_stage_goes_on_where_what_is_missing_makes_no_difference() -> None:
    """No rule is true to the engine yet, and each completion passes on: so does the case."""
    chained = book(EITHER, SUNNY)
    for sunny, last in ((True, "rest"), (False, "dull")):
        decision = chained.decide("routing", {"sunny": sunny}, DAY)
        assert [reason.rule for reason in decision.because] == ["either", last]


def test_a_stage_beyond_the_end_of_a_way_is_confirmed_alone() -> None:
    """There the way through all stages says nothing, and nothing unconfirmed is an answer."""
    policies = book(EITHER, SUNNY).policies

    class LyingOfRest(Lying):
        lie = "rest"

    lying = InferredBy(policies["second"], outing(), LyingOfRest)
    chain = Chain("routing", (CompiledPolicy(policies["first"], outing()), lying), outing())
    with pytest.raises(InferenceNotConfirmed, match=r"policy `second`.* disagree on rest"):
        chain.decide({"sunny": True}, DAY)
    # Where the way comes to it the stage is not asked alone.
    assert chain.decide({"sunny": True, "count": 1}, DAY).because[-1].rule == "rest"


@pytest.mark.parametrize("hit", ["first", "unique"])
def test_that_no_rule_applies_is_told_only_if_the_engine_agrees(hit: str) -> None:
    """An evaluation that passed a case on wrongly is a fault of the product, not of the rules."""
    on = table(rule("on", "sunny", "{continue: true}"), name="first", hit=hit)
    chained = book(on, table(rule("never", "windy and not(windy)"), name="second", hit=hit))
    held: dict[str, Value] = {"sunny": True, "windy": True}
    with pytest.raises(NoRuleApplies):
        chained.decide("routing", held, DAY)

    class LyingOfOn(Lying):
        lie = "on"

    class AskedAlone(Chain):
        def _map(self, editions: tuple[int, ...]) -> None:
            return None

    lying = InferredBy(chained.policies["first"], outing(), LyingOfOn)
    second = CompiledPolicy(chained.policies["second"], outing())
    with pytest.raises(InferenceNotConfirmed, match="policy `first`"):
        AskedAlone("routing", (lying, second), outing()).decide(held, DAY)


def test_a_way_that_goes_on_where_the_case_does_not_is_never_an_answer() -> None:
    """The engine may not say more than the evaluation either."""
    chain = misled()
    chain._wayfinder_on(DAY)
    chain.finder.told = (("first", "stop"), ("second", "many"))
    with pytest.raises(InferenceNotConfirmed, match="policy `second`"):
        chain.decide({"sunny": True}, DAY)
