"""A compiled policy: decides one stage by three-valued evaluation, which inference confirms."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rules.decision_diagram import Rules, TooEntangled
from rules.edition import Edition, edition_on, first_days
from rules.engine_rules import Program, compiled
from rules.errors import InferenceNotConfirmed, NoRuleApplies, RulesConflict
from rules.inference import Inference
from rules.normal_form import normal_form
from rules.policy import HitPolicy, Policy, Rule
from rules.questions import Stage, only_looked_for, prospect
from rules.stage_decision import StageDecision, asking, firing
from rules.truth_table import TruthTable, truth_table
from rules.turning_days import turning_days
from rules.values import Value
from rules.vocabulary import Vocabulary
from rules.ways import StageRules

REMEMBERED = 4_096
"""What a stage said, evaluated and confirmed, of so many cases serves those with the same facts."""

_Given = tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class _CompiledEdition:
    edition: Edition
    rules: Rules
    table: TruthTable
    program: Program
    inference: Inference


@dataclass(frozen=True, slots=True)
class Truths:
    """Which rules are true by evaluation; `comes_first`: the first not false, if it is true."""

    true: frozenset[str]
    comes_first: str | None


@dataclass(slots=True)
class Evaluated:
    """What a stage says by evaluation, and whether the engine has said the same."""

    decision: StageDecision
    truths: Truths
    confirmed: bool = False


class CompiledPolicy:
    """A checked policy, ready to decide on any day; each edition is compiled on first use.

    `remembered`: how many stage decisions it keeps in mind.
    """

    def __init__(
        self, policy: Policy, vocabulary: Vocabulary, remembered: int = REMEMBERED
    ) -> None:
        self.policy = policy
        self._vocabulary = vocabulary
        self._first_days = first_days(policy)
        self._edition = lru_cache(maxsize=None)(self._compile)
        self._looked_at = _looked_at(policy, vocabulary)
        self._turned_by = _turned_by(self._looked_at, vocabulary)
        counted = {fact.derived_from for fact in vocabulary.facts.values()} - {None}
        self._counts_days = any(
            name in counted or vocabulary.facts[name].derived_from for name in policy.inputs
        )
        self._remembering = lru_cache(maxsize=remembered)(self._evaluated)
        self._remembering_turns = lru_cache(maxsize=remembered)(self._next_turn)

    def decide(self, known: Mapping[str, Value], as_of: date) -> StageDecision:
        """Return which rules fire for the known facts on a day.

        Raises:
            InferenceNotConfirmed: engine and evaluation disagree.
            NoRuleApplies, RulesConflict: errors of the policy.
        """
        try:
            evaluated = self.evaluated(known, as_of)
        except (NoRuleApplies, RulesConflict):
            self.require_inferred(self.truths(known, as_of), known, as_of)
            raise
        if not evaluated.confirmed:
            self.require_inferred(evaluated.truths, known, as_of)
            evaluated.confirmed = True
        return evaluated.decision

    def evaluated(self, known: Mapping[str, Value], as_of: date) -> Evaluated:
        """Return what the evaluation says, which must not be relied on until it is confirmed.

        Nothing but the facts that the policy looks at and the day enters into it, so what was
        evaluated and confirmed for them once is not worked out again. An error is never kept.

        Raises:
            NoRuleApplies, RulesConflict: errors of the policy.
        """
        return self._remembering(tuple(map(known.get, self._looked_at)), as_of)

    def truths(self, known: Mapping[str, Value], as_of: date) -> Truths:
        """Return which rules are true by evaluation, whatever they say together."""
        return _truths(self._edition(self.edition_on(as_of)).table.not_false(known))

    def require_inferred(self, truths: Truths, known: Mapping[str, Value], as_of: date) -> None:
        """Make sure that the engine finds the same rules true.

        Raises:
            InferenceNotConfirmed: it does not.
        """
        compiled_edition = self._edition(self.edition_on(as_of))
        inferred = compiled_edition.inference.true_rules(compiled_edition.program.message(known))
        if inferred != truths.true:
            raise disagreement(self.policy.name, inferred ^ truths.true)

    def edition_on(self, as_of: date) -> int:
        """Return the number of the edition that is in force on a day."""
        return bisect_right(self._first_days, as_of)

    def in_order(self, edition: int) -> StageRules | None:
        """Return the rules of an edition, if the first that is true counts."""
        if self.policy.hit is not HitPolicy.FIRST:
            return None
        of_edition = self._edition(edition)
        rules = zip(of_edition.rules, of_edition.edition.rules, strict=True)
        return StageRules(
            self.policy.name,
            tuple((id, condition, rule.continues) for (id, condition), rule in rules),
        )

    def next_turning_day(self, known: Mapping[str, Value], after: date) -> date | None:
        """Return the first day after `after` on which this stage may say something else.

        As with what it says, nothing else enters into it, and it is worked out once.
        """
        return self._remembering_turns(tuple(map(known.get, self._turned_by)), after)

    def check_limits(self, as_of: date) -> None:
        """Compile every edition, and tell what matters with nothing compared known.

        Raises:
            EngineLimit: an edition is beyond what the engine can hold.
            TooEntangled: what to ask for cannot be told in time.
        """
        for number in range(len(self._first_days) + 1):
            stage = self._stage(self._edition(number), as_of)
            prospect(stage, {})
            prospect(stage, dict.fromkeys(only_looked_for(stage), True))  # whatever their values

    def _next_turn(self, given: _Given, after: date) -> date | None:
        known = _known(self._turned_by, given)
        return min(self._turning_days(known, after), default=None)

    def _turning_days(self, known: Mapping[str, Value], after: date) -> Iterator[date]:
        yield from (day for day in self._first_days if day > after)
        if not self._counts_days:
            return
        for number in range(bisect_right(self._first_days, after), len(self._first_days) + 1):
            program = self._edition(number).program
            for day in turning_days(program, self._vocabulary, known, after):
                if day > after and bisect_right(self._first_days, day) == number:
                    yield day

    def _compile(self, number: int) -> _CompiledEdition:
        day = self._first_days[number - 1] if number else date.min
        edition = edition_on(self.policy, day)
        rules = tuple(
            (rule.id, normal_form(rule.when, edition.parameters)) for rule in edition.rules
        )
        program = compiled(rules, self._vocabulary)
        inference = Inference(self.policy.name, program.rules)
        return _CompiledEdition(edition, rules, truth_table(edition), program, inference)

    def _evaluated(self, given: _Given, as_of: date) -> Evaluated:
        known = _known(self._looked_at, given)
        compiled_edition = self._edition(self.edition_on(as_of))
        not_false = compiled_edition.table.not_false(known)
        fired = _fired(self.policy.hit, not_false)
        decision = (
            self._undetermined(compiled_edition, known, as_of)
            if fired is None
            else firing(compiled_edition.edition, self._checked(fired), known)
        )
        return Evaluated(decision, _truths(not_false))

    def _undetermined(
        self, compiled_edition: _CompiledEdition, known: Mapping[str, Value], as_of: date
    ) -> StageDecision:
        try:
            ahead = prospect(self._stage(compiled_edition, as_of), known)
        except TooEntangled as error:
            raise NoRuleApplies(f"policy `{self.policy.name}`: {error}") from error
        if ahead.asks:
            return asking(ahead.asks)
        # Every completion of the missing facts fires the same rules, so they may fire now.
        edition = compiled_edition.edition
        fired = tuple(rule for rule in edition.rules if rule.id in ahead.fires)
        return firing(edition, self._checked(fired), known)

    def _stage(self, compiled_edition: _CompiledEdition, as_of: date) -> Stage:
        used = tuple(name for rule in compiled_edition.edition.rules for name in rule.facts)
        hit = self.policy.hit
        return Stage(compiled_edition.rules, hit, self._vocabulary, as_of, used)

    def _checked(self, fired: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if not fired:
            raise NoRuleApplies(f"no rule of policy `{self.policy.name}` applies to this case")
        if self.policy.hit is HitPolicy.UNIQUE and len(fired) > 1:
            both = " and ".join(f"`{rule.id}`" for rule in fired[:2])
            raise RulesConflict(f"policy `{self.policy.name}`: {both} are both true")
        return fired


def _truths(not_false: Sequence[tuple[Rule, bool | None]]) -> Truths:
    true = [rule.id for rule, truth in not_false if truth]
    first = not_false[0][0].id if not_false else None
    return Truths(frozenset(true), first if first in true[:1] else None)


def disagreement(policy: str, rules: Iterable[str | None]) -> InferenceNotConfirmed:
    """Return the error that says on which rules of a policy the two readings differ."""
    differing = ", ".join(sorted(rule for rule in rules if rule))
    return InferenceNotConfirmed(
        f"policy `{policy}`: the engine and the evaluation disagree on {differing}"
    )


def _fired(
    hit: HitPolicy, not_false: Sequence[tuple[Rule, bool | None]]
) -> tuple[Rule, ...] | None:
    """Apply the hit policy; None while the stage is undetermined."""
    if hit is HitPolicy.FIRST:
        not_false = not_false[:1]
    true = tuple(rule for rule, truth in not_false if truth)
    settled = len(true) == len(not_false) or (hit is HitPolicy.UNIQUE and true)
    return true if settled else None


def _known(names: Sequence[str], given: _Given) -> dict[str, Value]:
    return {name: value for name, value in zip(names, given, strict=True) if value is not None}


def _looked_at(policy: Policy, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the facts that a policy compares, and the dates that they are derived from."""
    bases = (vocabulary.facts[name].derived_from for name in policy.inputs)
    return tuple(dict.fromkeys((*policy.inputs, *(base for base in bases if base))))


def _turned_by(looked_at: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what a policy looks at, and every fact that counts the days to a date among it."""
    counted = (fact.name for fact in vocabulary.facts.values() if fact.derived_from in looked_at)
    return tuple(dict.fromkeys((*looked_at, *counted)))
