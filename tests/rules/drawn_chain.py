"""Chains by chance, of the rules of a drawn policy, and the ways that cases take through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from rules.edition import edition_on
from rules.normal_form import normal_form
from rules.rule_book import RuleBook
from rules.values import Value
from rules.wayfinder import Wayfinder, wayfinder_for
from rules.ways import StageRules, Step
from tests.rules.drawn_policy import NAME

MOST_RULES = 40
"""Most chains that are longer have too many ways."""


@dataclass(frozen=True, slots=True)
class DrawnChain:
    """Some rules of a policy in stages, some of which pass a case on, and what finds ways there."""

    stages: Sequence[StageRules]
    finder: Wayfinder | None

    def differs(self, known: Mapping[str, Value], truths: Mapping[str, bool | None]) -> str:
        """Return how the way that is found is another than the truths of its rules, if it is."""
        if self.finder is None:
            return ""
        found, walked = self.finder.way_of(known), self.walked(truths)
        return "" if found == walked else f"the way found is {found}, and walked is {walked}"

    def walked(self, truths: Mapping[str, bool | None]) -> tuple[Step, ...]:
        """Return the way that a case takes, told rule by rule."""
        steps: list[Step] = []
        for stage in self.stages:
            not_false = [rule for rule in stage.rules if truths[rule[0]] is not False]
            first = not_false[0] if not_false and truths[not_false[0][0]] else None
            steps.append((stage.name, first[0] if first else None))
            if first is None or not first[2]:
                break
        return tuple(steps)


def drawn_chain(chance: Random, book: RuleBook, day: date) -> DrawnChain:
    """Return the rules of a drawn policy on a day, or some of them, as stages of a chain."""
    edition = edition_on(book.policies[NAME], day)
    rules = [
        (rule.id, normal_form(rule.when, edition.parameters), chance.random() < 0.6)
        for rule in edition.rules[: chance.randrange(1, MOST_RULES)]
    ]
    stages: list[StageRules] = []
    while rules:
        many = chance.randrange(1, 6)
        stages.append(StageRules(f"stage-{len(stages)}", tuple(rules[:many])))
        rules = rules[many:]
    domains = {name: fact.domain for name, fact in book.vocabulary.facts.items()}
    return DrawnChain(stages, wayfinder_for("chain", stages, domains))
