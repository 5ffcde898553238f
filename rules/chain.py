"""A chain of stages: the first one that does not pass the case on decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from threading import Lock

from rules.compiled_policy import CompiledPolicy, Evaluated, Truths, disagreement
from rules.decision import Decision, OutcomeValue, Question, Reason, Status
from rules.errors import NoRuleApplies, RulesConflict
from rules.stage_decision import StageDecision
from rules.values import Value
from rules.vocabulary import Fact, Facts, Vocabulary, frozen
from rules.wayfinder import Wayfinder, wayfinder_for
from rules.ways import Step


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
        self._wayfinders = lru_cache(maxsize=None)(self._map)
        self._mapping = Lock()
        self._questions = {name: _question(fact) for name, fact in vocabulary.facts.items()}

    def decide(self, held: Facts, as_of: date) -> Decision:
        """Walk the stages until one fires a rule that does not continue, or has to ask.

        Raises:
            InferenceNotConfirmed: engine and evaluation disagree.
            NoRuleApplies, RulesConflict: errors of a policy.
        """
        known = self._vocabulary.known(held, as_of)
        kept: dict[str, OutcomeValue] = {}
        because: list[Reason] = []
        assumptions: dict[str, None] = {}
        walked = self._walked(known, as_of)
        for said in walked:
            because += said.because
            assumptions |= dict.fromkeys(said.assumptions)
            kept |= {name: said.outcome[name] for name in self._kept if name in said.outcome}
        return Decision(
            decision=self._name,
            stage=self._stages[len(walked) - 1].policy.name,
            status=Status.AWAITING_FACTS if said.asks else Status.DECIDED,
            outcome=frozen({**self._empty, **kept, **said.outcome, **self._asked(said.asks)}),
            needs=tuple(self._questions[name] for name in said.asks),
            assumptions=tuple(assumptions),
            because=tuple(because),
        )

    def _walked(self, known: Mapping[str, Value], as_of: date) -> list[StageDecision]:
        """Return what each stage says, as far as the case comes, once the engine says the same."""
        walked: list[Evaluated] = []
        for stage in self._stages:
            try:
                walked.append(stage.evaluated(known, as_of))
            except (NoRuleApplies, RulesConflict):
                self._confirm(walked, known, as_of, stage.truths(known, as_of))
                raise
            if not walked[-1].decision.continues:
                break
        if not all(evaluated.confirmed for evaluated in walked):
            self._confirm(walked, known, as_of)
            for evaluated in walked:
                evaluated.confirmed = True
        return [evaluated.decision for evaluated in walked]

    def _confirm(
        self,
        walked: Sequence[Evaluated],
        known: Mapping[str, Value],
        as_of: date,
        failed: Truths | None = None,
    ) -> None:
        """Make sure that the engine says the same; `failed`: of a stage that can say nothing.

        Raises:
            InferenceNotConfirmed: it does not.
        """
        wayfinder = self._wayfinder_on(as_of)
        steps = wayfinder.way_of(known) if wayfinder else ()
        evaluated = [(each.truths, each.confirmed) for each in walked]
        evaluated += [(failed, False)] if failed else []
        for number, (truths, confirmed) in enumerate(evaluated):
            stage = self._stages[number]
            if number < len(steps):
                _require_same(steps[number], (stage.policy.name, truths.comes_first))
            elif not confirmed:
                # The stages are asked alone; or the way ends where no rule is true yet, and what
                # is missing there makes no difference.
                stage.require_inferred(truths, known, as_of)
        for stage_name, rule in steps[len(evaluated) :]:
            raise disagreement(stage_name, {rule})

    def _wayfinder_on(self, as_of: date) -> Wayfinder | None:
        with self._mapping:  # or who comes at the same time would make, and leak, their own
            return self._wayfinders(tuple(stage.edition_on(as_of) for stage in self._stages))

    def _map(self, editions: tuple[int, ...]) -> Wayfinder | None:
        stages = [
            stage.in_order(edition) for stage, edition in zip(self._stages, editions, strict=True)
        ]
        in_order = [stage for stage in stages if stage is not None]
        if len(in_order) < len(stages):
            return None
        domains = {name: fact.domain for name, fact in self._vocabulary.facts.items()}
        return wayfinder_for(self._name, in_order, domains)

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


def _require_same(inferred: Step, evaluated: Step) -> None:
    if inferred != evaluated:
        raise disagreement(evaluated[0], {inferred[1], evaluated[1]})


def _question(fact: Fact) -> Question:
    return Question(fact.name, fact.question, fact.asked_of, fact.sources)
