"""A chain of stages: the first one that does not pass the case on decides it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rules.compiled_policy import CompiledPolicy, StageDecision
from rules.decision import Decision, OutcomeValue, Question, Reason, Status
from rules.errors import RulesConflict
from rules.policy import Rule
from rules.values import Value
from rules.vocabulary import Facts, Vocabulary, frozen


class Chain:
    """The stages of one decision, in order; a single policy is a chain of one."""

    def __init__(
        self, name: str, stages: tuple[CompiledPolicy, ...], vocabulary: Vocabulary
    ) -> None:
        self._name = name
        self._stages = stages
        self._vocabulary = vocabulary
        self._empty = {name: outcome.empty for name, outcome in vocabulary.outcomes.items()}

    def decide(self, held: Facts, as_of: date) -> Decision:
        """Walk the stages until one fires a rule that does not continue, or has to ask."""
        known = self._vocabulary.known(held, as_of)
        kept: dict[str, OutcomeValue] = {}
        because: list[Reason] = []
        assumptions: list[str] = []
        for stage in self._stages:
            decided = stage.decide(known, as_of)
            because += [_reason(rule, decided, known) for rule in decided.fired]
            assumptions += [rule.assumption for rule in decided.fired if rule.assumption]
            outcome = self._merged(decided)
            kept.update(
                {name: v for name, v in outcome.items() if self._vocabulary.outcomes[name].kept}
            )
            if not decided.fired or not all(rule.continues for rule in decided.fired):
                break
        questions = self._questions(decided.asks)
        return Decision(
            decision=self._name,
            stage=stage.policy.name,
            status=Status.AWAITING_FACTS if questions else Status.DECIDED,
            outcome=frozen({**self._empty, **kept, **outcome, **self._asked(decided.asks)}),
            needs=questions,
            assumptions=tuple(dict.fromkeys(assumptions)),
            because=tuple(because),
        )

    def _merged(self, decided: StageDecision) -> Mapping[str, OutcomeValue]:
        """Return what the fired rules set; with `hit: collect` lists add up."""
        if len(decided.fired) == 1:
            return decided.fired[0].outcome
        merged: dict[str, OutcomeValue] = {}
        for rule in decided.fired:
            for name, value in rule.outcome.items():
                earlier = merged.get(name)
                if isinstance(value, tuple) and isinstance(earlier, tuple):
                    merged[name] = tuple(dict.fromkeys(earlier + value))
                elif earlier is not None and earlier != value:
                    policy = decided.edition.policy.name
                    raise RulesConflict(f"policy `{policy}`: two true rules differ on `{name}`")
                else:
                    merged[name] = value
        return merged

    def _questions(self, asks: tuple[str, ...]) -> tuple[Question, ...]:
        facts = (self._vocabulary.facts[name] for name in asks)
        return tuple(Question(f.name, f.question, f.asked_of, f.sources) for f in facts)

    def _asked(self, asks: tuple[str, ...]) -> Mapping[str, OutcomeValue]:
        """Return who is asked first, in the words of an outcome."""
        if not asks:
            return {}
        fact = self._vocabulary.facts[asks[0]]
        told = {"assign_to": fact.asked_of, "action": fact.action, "group": fact.group}
        return {name: value for name, value in told.items() if name in self._empty}


def _reason(rule: Rule, decided: StageDecision, known: Mapping[str, Value]) -> Reason:
    return Reason(
        policy=decided.edition.policy.name,
        rule=rule.id,
        label=rule.label,
        sources=rule.sources,
        facts={name: known.get(name) for name in rule.facts},
    )
