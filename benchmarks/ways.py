"""Inference alone: the ways through a chain in the engine, as the product lays them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.compiled_policy import CompiledPolicy
from rules.edition import edition_on
from rules.policy import Rule
from rules.rule_book import RuleBook
from rules.wayfinder import Wayfinder
from rules.ways import Map, Step, ways_through


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The ways through a chain of stages on a day, and what finds a case's among them."""

    map: Map
    finder: Wayfinder
    rules: Mapping[Step, Rule]


def laid_out(book: RuleBook, decision: str, day: date) -> LaidOut:
    """Return the ways through the stages of a decision as they stand on a day."""
    routing = book.routings.get(decision)
    policies = [book.policies[name] for name in (routing.stages if routing else (decision,))]
    compiled = [CompiledPolicy(policy, book.vocabulary) for policy in policies]
    in_order = [each.in_order(each.edition_on(day)) for each in compiled]
    domains = {name: fact.domain for name, fact in book.vocabulary.facts.items()}
    map = ways_through([stage for stage in in_order if stage], domains)
    if map is None or None in in_order:
        raise ValueError(f"the ways through `{decision}` are not laid out")
    rules: dict[Step, Rule] = {
        (policy.name, rule.id): rule
        for policy in policies
        for rule in edition_on(policy, day).rules
    }
    return LaidOut(map, Wayfinder(decision, map, domains), rules)
