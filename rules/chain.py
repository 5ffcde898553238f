"""A chain of stages: the first one that does not pass the case on decides it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rules.compiled_policy import CompiledPolicy
from rules.decision import Decision, OutcomeValue, Question, Reason, Status
from rules.vocabulary import Fact, Facts, Vocabulary, frozen


class Chain:
    """The stages of one decision, in order; a single policy is a chain of one."""

    def __init__(
        self, name: str, stages: tuple[CompiledPolicy, ...], vocabulary: Vocabulary
    ) -> None:
        self._name = name
        self._stages = stages
        self._vocabulary = vocabulary
        self._empty = {name: outcome.empty for name, outcome in vocabulary.outcomes.items()}
        self._kept = [name for name, outcome in vocabulary.outcomes.items() if outcome.kept]
        self._questions = {name: _question(fact) for name, fact in vocabulary.facts.items()}

    def decide(self, held: Facts, as_of: date) -> Decision:
        """Walk the stages until one fires a rule that does not continue, or has to ask."""
        known = self._vocabulary.known(held, as_of)
        kept: dict[str, OutcomeValue] = {}
        because: list[Reason] = []
        assumptions: dict[str, None] = {}
        for stage in self._stages:
            said = stage.decide(known, as_of)
            because += said.because
            assumptions |= dict.fromkeys(said.assumptions)
            kept |= {name: said.outcome[name] for name in self._kept if name in said.outcome}
            if not said.continues:
                break
        return Decision(
            decision=self._name,
            stage=stage.policy.name,
            status=Status.AWAITING_FACTS if said.asks else Status.DECIDED,
            outcome=frozen({**self._empty, **kept, **said.outcome, **self._asked(said.asks)}),
            needs=tuple(self._questions[name] for name in said.asks),
            assumptions=tuple(assumptions),
            because=tuple(because),
        )

    def next_turning_day(self, held: Facts, as_of: date) -> date | None:
        """Return the first day after `as_of` on which the answer may be another.

        Until then it is the same, as long as no fact and no rule is changed.
        """
        known = self._vocabulary.known(held, as_of)
        turns = (stage.next_turning_day(known, as_of) for stage in self._stages)
        return min((day for day in turns if day is not None), default=None)

    def _asked(self, asks: tuple[str, ...]) -> Mapping[str, OutcomeValue]:
        """Return who is asked first, in the words of an outcome."""
        if not asks:
            return {}
        fact = self._vocabulary.facts[asks[0]]
        told = {"assign_to": fact.asked_of, "action": fact.action, "group": fact.group}
        return {name: value for name, value in told.items() if name in self._empty}


def _question(fact: Fact) -> Question:
    return Question(fact.name, fact.question, fact.asked_of, fact.sources)
