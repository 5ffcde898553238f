"""Policies inferred by an engine of one's choice: one that lies, one in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rules.compiled_policy import CompiledPolicy, _CompiledEdition
from rules.engine_limits import EngineRule, Scalar
from rules.inference import Inference
from rules.policy import Policy
from rules.vocabulary import Vocabulary
from tests.rules.drawn_engine_rules import plainly_true


class Lying(Inference):
    """An engine that is wrong about one rule."""

    lie = "c"

    def true_rules(self, message: Mapping[str, Scalar]) -> frozenset[str]:
        """Return the true rules, without the one lied about or with it."""
        return super().true_rules(message) ^ {self.lie}


class Plain(Inference):
    """The engine's rules read in plain Python, which leaks nothing."""

    def __init__(self, name: str, rules: Sequence[EngineRule]) -> None:
        super().__init__(name, rules)
        self._rules = rules

    def true_rules(self, message: Mapping[str, Scalar]) -> frozenset[str]:
        """Return the rules of which every test is true."""
        return plainly_true(self._rules, message)


class InferredBy(CompiledPolicy):
    """A policy whose true rules are inferred by an engine of one's choice."""

    def __init__(self, policy: Policy, vocabulary: Vocabulary, engine: type[Inference]) -> None:
        super().__init__(policy, vocabulary)
        self._engine = engine

    def _compile(self, number: int) -> _CompiledEdition:
        compiled = super()._compile(number)
        return replace(compiled, inference=self._engine("table", compiled.program.rules))
