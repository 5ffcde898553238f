"""A policy as it stands on one day: the rules in force and the parameters' values of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.policy import Policy, Rule
from rules.values import Value, to_json


@dataclass(frozen=True, slots=True)
class Edition:
    """One policy on the days from one change of its rules or parameters to the next."""

    policy: Policy
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Value]

    def label(self, rule: Rule) -> str:
        """Return the rule's label with the day's values in place of `{parameter}`."""
        label = rule.label
        for name, value in self.parameters.items():
            label = label.replace(f"{{{name}}}", str(to_json(value)))
        return label


def first_days(policy: Policy) -> tuple[date, ...]:
    """Return the first day of every edition but the earliest, in order."""
    days = {day for parameter in policy.parameters.values() for day, _ in parameter.changes}
    days |= {day for rule in policy.rules for day in (rule.since, rule.until) if day}
    return tuple(sorted(days))


def edition_on(policy: Policy, day: date) -> Edition:
    """Return the policy as it stands on `day`."""
    return Edition(
        policy,
        tuple(rule for rule in policy.rules if rule.in_force(day)),
        {name: parameter.on(day) for name, parameter in policy.parameters.items()},
    )
