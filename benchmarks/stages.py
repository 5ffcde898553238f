"""Inference alone: the rules of each stage in the engine, as the product compiles them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rules.edition import edition_on
from rules.engine import Inference
from rules.engine_rules import Program, compiled
from rules.normal_form import normal_form
from rules.policy import HitPolicy, Rule
from rules.rule_book import RuleBook
from rules.values import Value

Step = tuple[str, str | None]
"""The stage where a walk ended, and the rule that ended it (`None`: none is true)."""


@dataclass(frozen=True, slots=True)
class InferredStage:
    """One table in the engine."""

    name: str
    rules: tuple[Rule, ...]
    program: Program
    inference: Inference

    def first_true(self, known: Mapping[str, Value]) -> Rule | None:
        """Return the first rule that the engine finds true."""
        true = self.inference.true_rules(self.program.message(known))
        return next((rule for rule in self.rules if rule.id in true), None)


def stages_of(book: RuleBook, decision: str, day: date) -> tuple[InferredStage, ...]:
    """Return the stages of a decision as they stand on a day."""
    routing = book.routings.get(decision)
    names = routing.stages if routing else (decision,)
    return tuple(_stage(book, name, day) for name in names)


def walked(stages: Sequence[InferredStage], known: Mapping[str, Value]) -> Step:
    """Walk the stages by inference alone, until one does not pass the case on."""
    for stage in stages:
        rule = stage.first_true(known)
        if rule is None:
            return stage.name, None
        if not rule.continues:
            return stage.name, rule.id
    raise LookupError("the last stage passes the case on")


def _stage(book: RuleBook, name: str, day: date) -> InferredStage:
    policy = book.policies[name]
    if policy.hit is not HitPolicy.FIRST:
        raise ValueError(f"`{name}` is not a table in which the first true rule counts")
    edition = edition_on(policy, day)
    residue = [(rule.id, normal_form(rule.when, edition.parameters)) for rule in edition.rules]
    program = compiled(residue, book.vocabulary)
    return InferredStage(name, edition.rules, program, Inference(name, program.rules))
