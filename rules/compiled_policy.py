"""A compiled policy: decides one stage by inference, confirmed by three-valued evaluation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rules.edition import Edition, edition_on, first_days
from rules.engine import Inference
from rules.engine_rules import Program, compiled
from rules.errors import InferenceNotConfirmed, NoRuleApplies, RulesConflict
from rules.normal_form import normal_form
from rules.policy import HitPolicy, Policy, Rule
from rules.questions import Residue, Stage, TooEntangled, prospect
from rules.three_valued import evaluate
from rules.values import Value
from rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class StageDecision:
    """The rules of a stage that fire or, when none does yet, the facts to ask for."""

    edition: Edition
    fired: tuple[Rule, ...]
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _CompiledEdition:
    edition: Edition
    residue: Residue
    program: Program
    inference: Inference


class CompiledPolicy:
    """A checked policy, ready to decide on any day; each edition is compiled on first use."""

    def __init__(self, policy: Policy, vocabulary: Vocabulary) -> None:
        self.policy = policy
        self._vocabulary = vocabulary
        self._first_days = first_days(policy)
        self._edition = lru_cache(maxsize=None)(self._compile)

    def decide(self, known: Mapping[str, Value], as_of: date) -> StageDecision:
        """Return which rules fire for the known facts on a day.

        Raises:
            InferenceNotConfirmed: engine and evaluation disagree.
            NoRuleApplies, RulesConflict: errors of the policy.
        """
        compiled_edition = self._edition(bisect_right(self._first_days, as_of))
        edition = compiled_edition.edition
        truths = [evaluate(rule.when, known, edition.parameters) for rule in edition.rules]
        self._confirm(compiled_edition, known, truths)
        fired = _fired(edition, truths)
        if fired is not None:
            return StageDecision(edition, self._checked(fired), ())
        return self._undetermined(compiled_edition, known, as_of)

    def check_limits(self, as_of: date) -> None:
        """Compile every edition, and tell what matters with nothing known.

        Raises:
            EngineLimit: an edition is beyond what the engine can hold.
            TooEntangled: what to ask for cannot be told in time.
        """
        for number in range(len(self._first_days) + 1):
            prospect(self._stage(self._edition(number), as_of), {})

    def _compile(self, number: int) -> _CompiledEdition:
        day = self._first_days[number - 1] if number else date.min
        edition = edition_on(self.policy, day)
        residue = tuple(
            (rule.id, normal_form(rule.when, edition.parameters)) for rule in edition.rules
        )
        program = compiled(residue, self._vocabulary)
        return _CompiledEdition(
            edition, residue, program, Inference(self.policy.name, program.rules)
        )

    def _confirm(
        self,
        compiled_edition: _CompiledEdition,
        known: Mapping[str, Value],
        truths: list[bool | None],
    ) -> None:
        message = compiled_edition.program.message(known)
        inferred = compiled_edition.inference.true_rules(message)
        rules = compiled_edition.edition.rules
        evaluated = {rule.id for rule, truth in zip(rules, truths, strict=True) if truth}
        if inferred != evaluated:
            differing = ", ".join(sorted(inferred ^ evaluated))
            raise InferenceNotConfirmed(
                f"policy `{self.policy.name}`: the engine and the evaluation disagree on "
                f"{differing}"
            )

    def _undetermined(
        self, compiled_edition: _CompiledEdition, known: Mapping[str, Value], as_of: date
    ) -> StageDecision:
        edition = compiled_edition.edition
        try:
            ahead = prospect(self._stage(compiled_edition, as_of), known)
        except TooEntangled as error:
            raise NoRuleApplies(f"policy `{self.policy.name}`: {error}") from error
        if ahead.asks:
            return StageDecision(edition, (), ahead.asks)
        # Every completion of the missing facts fires the same rules, so they may fire now.
        fired = tuple(rule for rule in edition.rules if rule.id in ahead.fires)
        return StageDecision(edition, self._checked(fired), ())

    def _stage(self, compiled_edition: _CompiledEdition, as_of: date) -> Stage:
        return Stage(compiled_edition.residue, self.policy.hit, self._vocabulary, as_of)

    def _checked(self, fired: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if not fired:
            raise NoRuleApplies(f"no rule of policy `{self.policy.name}` applies to this case")
        if self.policy.hit is HitPolicy.UNIQUE and len(fired) > 1:
            both = " and ".join(f"`{rule.id}`" for rule in fired[:2])
            raise RulesConflict(f"policy `{self.policy.name}`: {both} are both true")
        return fired


def _fired(edition: Edition, truths: list[bool | None]) -> tuple[Rule, ...] | None:
    """Apply the hit policy; None while the stage is undetermined."""
    hit = edition.policy.hit
    true = tuple(rule for rule, truth in zip(edition.rules, truths, strict=True) if truth)
    if hit is HitPolicy.FIRST:
        for rule, truth in zip(edition.rules, truths, strict=True):
            if truth is not False:
                return (rule,) if truth else None
        return ()
    if None in truths and not (hit is HitPolicy.UNIQUE and true):
        return None
    return true
