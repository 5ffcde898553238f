"""What one stage of a decision says: the rules that fire, what they set and why, or what it asks.

It is a value without anything of the case in it but the facts that the stage looks at: the
same facts give the same stage decision, which may be handed out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.decision import OutcomeValue, Reason
from rules.edition import Edition
from rules.errors import RulesConflict
from rules.policy import Rule
from rules.values import Value


@dataclass(frozen=True, slots=True)
class StageDecision:
    """The rules of a stage that fire or, when none does yet, the facts to ask for.

    `outcome`: what the rules set; with `hit: collect` lists add up. `continues`: the case is
    passed on to the next stage.
    """

    fired: tuple[Rule, ...]
    asks: tuple[str, ...]
    because: tuple[Reason, ...]
    assumptions: tuple[str, ...]
    outcome: Mapping[str, OutcomeValue]
    continues: bool


def asking(asks: tuple[str, ...]) -> StageDecision:
    """Return what a stage says that no rule of can fire before some facts are known."""
    return StageDecision((), asks, (), (), MappingProxyType({}), continues=False)


def firing(edition: Edition, fired: tuple[Rule, ...], known: Mapping[str, Value]) -> StageDecision:
    """Return what a stage says when these rules fire.

    Raises:
        RulesConflict: two of them set one outcome to different values.
    """
    return StageDecision(
        fired,
        (),
        tuple(_reason(rule, edition, known) for rule in fired),
        tuple(rule.assumption for rule in fired if rule.assumption),
        MappingProxyType(_merged(fired, edition)),
        continues=all(rule.continues for rule in fired),
    )


def _merged(fired: tuple[Rule, ...], edition: Edition) -> dict[str, OutcomeValue]:
    merged: dict[str, OutcomeValue] = {}
    for rule in fired:
        for name, value in rule.outcome.items():
            earlier = merged.get(name)
            if isinstance(value, tuple) and isinstance(earlier, tuple):
                merged[name] = tuple(dict.fromkeys(earlier + value))
            elif earlier is not None and earlier != value:
                policy = edition.policy.name
                raise RulesConflict(f"policy `{policy}`: two true rules differ on `{name}`")
            else:
                merged[name] = value
    return merged


def _reason(rule: Rule, edition: Edition, known: Mapping[str, Value]) -> Reason:
    return Reason(
        policy=edition.policy.name,
        rule=rule.id,
        label=rule.label,
        sources=rule.sources,
        facts=MappingProxyType({name: known.get(name) for name in rule.facts}),
    )
