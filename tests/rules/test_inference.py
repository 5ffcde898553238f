"""The inference engine: it says of every rule exactly whether it is true, and never hangs."""

from __future__ import annotations

import random
import resource
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.engine import RULES_A_RULESET, rulesets_built
from rules.engine_limits import EngineRule, Scalar, Test
from rules.errors import InferenceNotConfirmed
from rules.inference import Inference
from tests.rules.drawn import SIGNS
from tests.rules.drawn_engine_rules import (
    AWKWARD,
    FIRST,
    LAST,
    LETTERS,
    NAMES,
    POOLS,
    plainly_true,
    some_rules,
)
from tests.rules.resident import resident_memory


def _in_child(claim: Callable[[], None]) -> None:
    """Run a claim in a process of its own: rulesets leak, and a broken engine may crash or hang."""
    child = get_context("fork").Process(target=claim)
    child.start()
    child.join(timeout=120)
    hangs = child.is_alive()
    child.kill()
    child.join()
    assert not hangs, "the engine hangs"
    assert child.exitcode == 0, "the child tells why on its standard error"


def _differs_nowhere(chance: random.Random, policies: int, facts: int) -> None:
    """Make policies and facts by chance and compare the engine with the reference on each."""
    for _ in range(policies):
        names = chance.sample(NAMES, chance.randrange(1, len(NAMES)))
        texts = tuple("".join(map(chr, chance.sample(LETTERS, 2))) for _ in range(20))
        pools = {name: chance.choice((*POOLS, texts)) for name in names}
        rules = some_rules(chance, pools)
        inference = Inference("by-chance", rules)
        for _ in range(facts):
            message = {
                name: chance.choice(pool) for name, pool in pools.items() if chance.random() < 0.85
            }
            assert inference.true_rules(message) == plainly_true(rules, message), (rules, message)


def test_engine_agrees_with_plain_python_on_random_rules_and_facts() -> None:
    """Over tens of thousands of facts the engine and a plain reading of the rules never differ."""
    chance = random.Random(0)  # noqa: S311 - repeatable on purpose
    _in_child(partial(_differs_nowhere, chance, policies=25, facts=1_000))


def test_engine_agrees_with_plain_python_whatever_is_drawn() -> None:
    """No rules and facts can be found, large or small, on which the two readings differ."""

    @settings(
        max_examples=40, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.randoms(use_true_random=False))
    def agrees(chance: random.Random) -> None:
        _differs_nowhere(chance, policies=1, facts=4)

    _in_child(agrees)


def test_every_text_equals_itself_and_no_other() -> None:
    """Quotes, backslashes, accents, emoji and very long texts are compared character by character.

    The engine by itself takes `"x" * 65539` for `"xxx"`.
    """
    inference = Inference("texts", [EngineRule(text, (Test("t", "=", text),)) for text in AWKWARD])
    for text in AWKWARD:
        assert inference.true_rules({"t": text}) == {text}
    assert inference.true_rules({"t": 'a"'}) == frozenset()


def test_integers_are_exact_up_to_both_ends_of_64_bits() -> None:
    """Neighbours at the ends of 64 bits, and where floating point gives up, are told apart."""
    edges = (FIRST, FIRST + 1, -(2**53) - 1, -(2**53), 2**53, 2**53 + 1, LAST - 1, LAST)
    rules = [
        EngineRule(f"{sign} {edge}", (Test("n", sign, edge),)) for edge in edges for sign in SIGNS
    ]
    inference = Inference("integers", rules)
    for number in (*edges, 0, FIRST - 1, LAST + 1):
        assert inference.true_rules({"n": number}) == plainly_true(rules, {"n": number})


@pytest.mark.parametrize("sign", SIGNS)
def test_no_comparison_of_a_missing_fact_is_true(sign: str) -> None:
    """With the fact missing a comparison is not true, `!=` included; a rule without one is."""
    rules = [EngineRule("compares", (Test("n", sign, 1),)), EngineRule("always", ())]
    assert Inference("missing", rules).true_rules({}) == {"always"}
    assert Inference("missing", rules).true_rules({"other": 1}) == {"always"}


def test_a_fact_of_another_type_is_an_error_and_never_an_answer() -> None:
    """`1`, `"1"` and true are three things; the engine by itself takes them for one."""
    inference = Inference("types", [EngineRule("one", (Test("n", "=", 1),))])
    for value in (True, "1"):
        with pytest.raises(TypeError, match="`n` takes int"):
            inference.true_rules({"n": value})


def test_more_rules_than_the_engine_holds_together_are_all_answered() -> None:
    """5,000 alternatives, 300 identical rules and 250 properties: every true rule is named."""

    def claim() -> None:
        alternatives = [EngineRule(str(n), (Test("n", ">=", n),)) for n in range(5_000)]
        assert len(Inference("many", alternatives).true_rules({"n": 4_321})) == 4_322
        same = [EngineRule(str(n), (Test("n", "=", 1),)) for n in range(300)]
        assert len(Inference("same", same).true_rules({"n": 1})) == 300
        names = [f"property-{n}" for n in range(250)]
        wide = [EngineRule("wide", tuple(Test(name, "=", name) for name in names))]
        assert Inference("wide", wide).true_rules(dict(zip(names, names, strict=True))) == {"wide"}

    _in_child(claim)


@pytest.mark.parametrize("in_each", [1, 20, 30, 50, 120])
def test_in_a_long_table_the_rules_of_one_value_stand_together(in_each: int) -> None:
    """A message is asserted in no more rulesets than they need, whichever value it has."""
    kinds = range(600 // in_each)
    rules = [
        EngineRule(f"{kind}-{n}", (Test("sort", "=", f"k{kind}"), Test("n", "<=", n)))
        for n in range(in_each)
        for kind in kinds
    ]

    def claim() -> None:
        for kind in kinds[:: max(1, len(kinds) // 10)]:
            inference, before = Inference("long", rules), rulesets_built()
            message: dict[str, Scalar] = {"sort": f"k{kind}", "n": in_each - 1}
            assert inference.true_rules(message) == {f"{kind}-{in_each - 1}"}
            assert rulesets_built() == before + -(-in_each // RULES_A_RULESET)

    _in_child(claim)


_RULES = [EngineRule(str(n), (Test("days", "<=", n), Test("ok", "=", True))) for n in range(60)]
_FACTS: list[dict[str, Scalar]] = [{"days": n, "ok": n % 7 > 0} for n in range(70)]
_ANSWERS = [plainly_true(_RULES, fact) for fact in _FACTS]


def _answers_all(inference: Inference) -> bool:
    return [inference.true_rules(fact) for fact in _FACTS] == _ANSWERS


def test_eight_threads_on_one_policy_get_the_answers_that_one_gets() -> None:
    """Callers at the same time never read one another's facts."""

    def claim() -> None:
        inference = Inference("shared", _RULES)
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(_answers_all, [inference] * 64))
        assert rulesets_built() == 2

    _in_child(claim)


def test_a_policy_works_in_processes_forked_in_the_middle_of_decisions() -> None:
    """A fork while other threads decide leaves neither a lock held nor a session half used."""

    def answers_afresh(inference: Inference) -> None:
        assert rulesets_built() == 0
        assert _answers_all(inference)
        assert rulesets_built() == 2

    def claim() -> None:
        inference = Inference("forked", _RULES)
        with ThreadPoolExecutor(3) as pool:
            deciding = [pool.submit(_answers_all, inference) for _ in range(100)]
            while not deciding[-1].done():
                _in_child(partial(answers_afresh, inference))
            assert all(answer.result() for answer in deciding)

    _in_child(claim)


def test_after_an_error_of_the_engine_the_next_decision_is_right() -> None:
    """A failure is `InferenceNotConfirmed`, its ruleset is abandoned, and a new one answers.

    A fact that reached the engine as another one is no failure: the confirmation finds it.
    """

    class Garbled(Inference):
        """A policy whose facts can be spoilt on their way to the engine."""

        spoil: Callable[[str], str] = str

        def _fact(self, message: Mapping[str, Scalar]) -> str:
            return self.spoil(super()._fact(message))

    inference = Garbled("failing", [EngineRule("always", ())])
    assert inference.true_rules({}) == {"always"}
    for spoil in (lambda _: "not json", lambda fact: fact[:-1] + ',"x":1e9}'):
        before = rulesets_built()
        inference.spoil = spoil
        with pytest.raises(InferenceNotConfirmed, match="no answer on `failing`"):
            inference.true_rules({})
        inference.spoil = str
        assert inference.true_rules({}) == {"always"}
        assert rulesets_built() == before + 1


def test_facts_that_no_rule_is_true_for_leave_nothing_behind() -> None:
    """A million of them take no memory, and the next fact is answered as the first one was."""

    def claim() -> None:
        inference = Inference("strangers", [EngineRule("known", (Test("n", "=", 1),))])
        for turn in range(1_000_000):
            if turn == 100_000:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            assert inference.true_rules({"n": 2}) == frozenset()
        assert inference.true_rules({"n": 1}) == {"known"}
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_024

    _in_child(claim)


def test_a_decision_interrupted_anywhere_leaves_the_next_one_right() -> None:
    """An exception out of a signal handler, such as a worker's timeout, spoils nothing."""

    def claim() -> None:
        inference = Inference("interrupted", _RULES)

        def interrupt(_number: int, _frame: FrameType | None) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGALRM, interrupt)
        interrupted = 0
        for turn in range(300):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0001 + turn % 50 * 0.00001)
                inference.true_rules(_FACTS[50])
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
            assert inference.true_rules(_FACTS[turn % 70]) == _ANSWERS[turn % 70]
        assert interrupted > 0

    _in_child(claim)


def test_nothing_is_built_before_it_is_asked_and_a_closed_policy_can_be_asked_again() -> None:
    """Loading a rule file costs the engine nothing; `close` gives back what it can."""

    def claim() -> None:
        inference = Inference("lazy", [EngineRule("always", ())])
        assert rulesets_built() == 0
        assert [inference.true_rules({}) for _ in range(3)] == [{"always"}] * 3
        assert rulesets_built() == 1
        inference.close()
        inference.close()
        assert inference.true_rules({}) == {"always"}
        assert rulesets_built() == 2
        assert Inference("empty", []).true_rules({"n": 1}) == frozenset()

    _in_child(claim)


def test_memory_is_flat_over_50_000_decisions() -> None:
    """A worker does not grow with the decisions that it makes."""

    def claim() -> None:
        inference = Inference("flat", _RULES[:12])

        def decide(times: int) -> int:
            for number in range(times):
                inference.true_rules(_FACTS[number % 70])
            return resident_memory()

        before = decide(2_000)
        assert decide(50_000) - before < 1_000_000

    _in_child(claim)
