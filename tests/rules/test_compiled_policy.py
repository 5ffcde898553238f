"""A compiled policy: hit policies with facts missing, and no answer that is not confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings

from rules.compiled_policy import CompiledPolicy
from rules.engine_limits import Scalar
from rules.errors import (
    InferenceNotConfirmed,
    NoRuleApplies,
    RuleFilesRefused,
    RulesConflict,
    TollgateError,
)
from rules.inference import Inference
from rules.policy import HitPolicy, Parameter, Policy, Rule
from rules.values import Value
from tests.rules.books import ASKED, DAY, VOCABULARY, Table, book, outing, rule, table
from tests.rules.drawn import DAY as SMALL_DAY
from tests.rules.drawn import (
    DECLARED,
    SEEDS,
    SMALL,
    all_values,
    condition,
    held_facts,
    some_names,
    written,
)
from tests.rules.inferred_by import InferredBy, Lying, Plain


def policy_of(written: Table) -> CompiledPolicy:
    """Return a table, compiled."""
    return CompiledPolicy(book(written).policies[written.name], outing())


def decided(policy: CompiledPolicy, facts: Mapping[str, Value], as_of: date = DAY) -> str:
    """Return in a few words what a policy decides: who fires, who is asked for, or what failed."""
    try:
        stage = policy.decide(outing().known(facts, as_of), as_of)
    except TollgateError as error:
        return error.code
    fired = [rule.id for rule in stage.fired]
    return " ".join(["fires", *fired] if fired else ["asks", *stage.asks])


THREE = (rule("a", "sunny"), rule("b", "windy"), rule("c", "count > 5"))


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, "asks sunny windy count"),
        ({"sunny": True}, "fires a"),
        ({"sunny": False}, "asks windy count"),
        ({"windy": True}, "asks sunny"),
        ({"windy": True, "count": 9}, "asks sunny"),
        ({"sunny": False, "windy": True}, "fires b"),
        ({"sunny": False, "windy": False}, "asks count"),
        ({"sunny": False, "windy": False, "count": 6}, "fires c"),
        ({"sunny": False, "windy": False, "count": 5}, "no-rule-applies"),
        ({"sunny": True, "windy": True, "count": 9}, "fires a"),
    ],
)
def test_with_first_an_unknown_rule_holds_up_all_below_it(
    facts: dict[str, Value], answer: str
) -> None:
    """A later rule never wins because an earlier fact is not known yet."""
    assert decided(_policies("first"), facts) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, "asks sunny windy count"),
        ({"sunny": True}, "fires a"),
        ({"count": 6}, "fires c"),
        ({"sunny": False, "count": 5}, "asks windy"),
        ({"sunny": True, "windy": True}, "rules-conflict"),
        ({"sunny": True, "windy": False, "count": 6}, "rules-conflict"),
        ({"sunny": False, "windy": False, "count": 5}, "no-rule-applies"),
    ],
)
def test_with_unique_two_true_rules_are_an_error(facts: dict[str, Value], answer: str) -> None:
    """The one true rule fires, wherever it stands; two are refused."""
    assert decided(_policies("unique"), facts) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"sunny": True}, "asks windy count"),
        ({"sunny": True, "windy": False}, "asks count"),
        ({"sunny": True, "windy": True, "count": 0}, "fires a b"),
        ({"sunny": True, "windy": True, "count": 9}, "fires a b c"),
        ({"sunny": False, "windy": False, "count": 9}, "fires c"),
        ({"sunny": False, "windy": False, "count": 0}, "no-rule-applies"),
    ],
)
def test_with_collect_every_rule_must_be_settled(facts: dict[str, Value], answer: str) -> None:
    """All true rules fire, in the order of the table, once none is unknown."""
    assert decided(_policies("collect"), facts) == answer


_BUILT: dict[str, CompiledPolicy] = {}


def _policies(hit: str) -> CompiledPolicy:
    """Return the three rules under a hit policy: built once, since the engine's rules leak."""
    if hit not in _BUILT:
        _BUILT[hit] = policy_of(table(*THREE, hit=hit))
    return _BUILT[hit]


def test_what_no_answer_can_change_is_decided_at_once() -> None:
    """A fact is not waited for when the same rule fires whatever it is."""
    policy = policy_of(table(rule("a", "sunny and count > 5"), rule("b", "windy or not(windy)")))
    assert decided(policy, {"count": 5}) == "fires b"
    assert decided(policy, {"count": 6}) == "asks sunny"
    assert decided(policy, {"sunny": True}) == "asks count"


def test_no_rule_applies_is_told_even_before_every_fact_is_known() -> None:
    """When no completion makes a rule true, that is an error of the policy."""
    policy = policy_of(table(rule("a", "sunny and windy")))
    assert decided(policy, {"sunny": False}) == "no-rule-applies"
    with pytest.raises(NoRuleApplies, match="no rule of policy `table` applies to this case"):
        policy.decide({"sunny": False}, DAY)


def test_a_conflict_names_the_rules() -> None:
    """The error of a policy with `unique` says which two rules are both true."""
    with pytest.raises(RulesConflict, match="policy `table`: `a` and `c` are both true"):
        _policies("unique").decide({"sunny": True, "windy": False, "count": 9}, DAY)


DATED = table(
    rule("new", "count <= few", **{"from": "2027-01-01", "until": "2027-03-01"}),
    rule("old", "count <= few", until="2027-01-01"),
    rule("else", "true"),
    parameters={"few": "{value: 3, changes: [{from: 2027-02-01, value: 5}]}"},
)


def test_rules_and_parameters_count_on_their_days_alone() -> None:
    """The day before, the first day and the day after each change of the policy."""
    policy, day = policy_of(DATED), timedelta(days=1)
    january, february, march = (date(2027, month, 1) for month in (1, 2, 3))
    answers = {
        january - day: ("fires old", "fires else"),
        january: ("fires new", "fires else"),
        february - day: ("fires new", "fires else"),
        february: ("fires new", "fires new"),
        march - day: ("fires new", "fires new"),
        march: ("fires else", "fires else"),
        date.min: ("fires old", "fires else"),
        date.max: ("fires else", "fires else"),
    }
    for as_of, (three, five) in answers.items():
        assert decided(policy, {"count": 3}, as_of) == three, as_of
        assert decided(policy, {"count": 5}, as_of) == five, as_of
    assert decided(policy, {}, march) == "fires else"
    assert decided(policy, {}, february) == "asks count"


@pytest.mark.parametrize("hit", HitPolicy)
def test_an_inference_that_is_not_confirmed_is_never_an_answer(hit: HitPolicy) -> None:
    """An engine that is wrong about any rule, even one that would not decide, is not believed."""
    policy = book(table(*THREE, hit=hit)).policies["table"]
    lying = InferredBy(policy, outing(), Lying)
    facts: tuple[dict[str, Value], ...] = ({"sunny": True}, {"sunny": False, "count": 9}, {})
    for known in facts:
        with pytest.raises(InferenceNotConfirmed, match=r"policy `table`.* disagree on c$"):
            lying.decide(known, DAY)


def test_an_error_is_not_remembered() -> None:
    """Once the engine is right again, the very same case is answered."""

    class Ailing(Lying):
        ill = True

        def true_rules(self, message: Mapping[str, Scalar]) -> frozenset[str]:
            return super().true_rules(message) if self.ill else Inference.true_rules(self, message)

    policy = InferredBy(book(table(*THREE)).policies["table"], outing(), Ailing)
    with pytest.raises(InferenceNotConfirmed):
        policy.decide({"sunny": True}, DAY)
    Ailing.ill = False
    assert decided(policy, {"sunny": True}) == "fires a"


def test_what_is_remembered_is_what_would_be_said_anew() -> None:
    """The same facts on another day are decided for that day, and others for what they are."""
    policy = book(
        table(
            rule("soon", "days_left <= few"),
            rule("later", "days_left > few"),
            parameters={"few": "{value: 3, changes: [{from: 2027-01-01, value: 5}]}"},
        )
    )
    compiled = CompiledPolicy(policy.policies["table"], policy.vocabulary)
    anew = CompiledPolicy(policy.policies["table"], policy.vocabulary, remembered=0)
    held = {"due": date(2027, 1, 4)}
    for as_of, rules in ((date(2026, 12, 30), ["later"]), (date(2027, 1, 1), ["soon"])):
        known = policy.vocabulary.known(held, as_of)
        for _ in range(2):
            assert [each.id for each in compiled.decide(known, as_of).fired] == rules
        assert compiled.decide({**known, "windy": True}, as_of) is compiled.decide(known, as_of)
        assert compiled.decide(known, as_of) == anew.decide(known, as_of)


def drawn_policy(chance: Random) -> Policy:
    """Return a policy over a few facts of the small vocabulary, by chance."""
    names = some_names(chance, 4)
    rules = tuple(
        Rule(str(n), "", (), condition(chance, names, absences=False, depth=2), {})
        for n in range(chance.choice((1, 2, 3)))
    )
    parameters: Mapping[str, Parameter] = DECLARED
    hit = chance.choice(tuple(HitPolicy))
    return Policy(
        "p", "", "", "P1Y", hit, parameters, tuple(names), (), rules, (), (), (), "policies/p.yaml"
    )


def answer(policy: CompiledPolicy, known: Mapping[str, Value]) -> tuple[str, tuple[str, ...]]:
    """Return which rules fire or which facts are asked for; an error by its code."""
    try:
        stage = policy.decide(known, SMALL_DAY)
    except (NoRuleApplies, RulesConflict) as error:
        return error.code, ()
    if stage.asks:
        return "asks", stage.asks
    return "fires", tuple(rule.id for rule in stage.fired)


@settings(max_examples=400, deadline=None)
@given(SEEDS)
def test_a_decision_is_never_changed_by_facts_that_come_later(seed: int) -> None:
    """What fires with facts missing fires with all of them known; what is known is not asked."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    policy = InferredBy(drawn_policy(chance), SMALL, Plain)
    names = policy.policy.inputs
    known = held_facts(chance, names, missing=0.5)
    kind, what = answer(policy, known)
    if kind == "asks":
        assert not set(what) & known.keys()
        return
    bases = dict.fromkeys(SMALL.facts[name].derived_from or name for name in names)
    for _ in range(3):
        later = {name: chance.choice(all_values(name)[1:]) for name in bases if name not in known}
        complete = answer(policy, SMALL.known(known | later, SMALL_DAY))
        conflict = policy.policy.hit is HitPolicy.UNIQUE and complete[0] == "rules-conflict"
        rules = [written(rule.when) for rule in policy.policy.rules]
        assert conflict or complete == (kind, what), (policy.policy.hit, rules, known, later)


def test_a_policy_that_can_become_too_entangled_is_refused_when_it_is_loaded() -> None:
    """Also when its facts hang together only once a fact is known that it never asks for."""
    # Sixteen facts cannot all differ on fifteen values, which takes long to tell.
    facts = "".join(f"  n{n}: {{type: integer, range: [0, 14], {ASKED}}}\n" for n in range(16))
    vocabulary = VOCABULARY.replace("facts:\n", "facts:\n" + facts)
    pairs = (f"n{left} != n{right}" for left in range(16) for right in range(left))
    tangled = " and ".join(pairs)
    rules = (rule("a", "note is missing"), rule("b", tangled), rule("else", "true"))
    with pytest.raises(RuleFilesRefused) as refused:
        book(table(*rules), vocabulary=vocabulary)
    assert [problem.code for problem in refused.value.problems] == ["too-entangled"]
