"""A policy as it stands on one day: the rules in force and the parameters' values of the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from rules.policy import Policy, Rule
from rules.values import Value, to_json

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Edition:
    """One policy on the days from one change of its rules or parameters to the next."""

    policy: Policy
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Value]


def first_days(policy: Policy) -> tuple[date, ...]:
    """Return the first day of every edition but the earliest, in order."""
    days = {day for parameter in policy.parameters.values() for day, _ in parameter.changes}
    days |= {day for rule in policy.rules for day in (rule.since, rule.until) if day}
    return tuple(sorted(days))


def edition_on(policy: Policy, day: date) -> Edition:
    """Return the policy as it stands on `day`, the day's values put into the labels."""
    in_force = tuple(rule for rule in worded(policy, day) if rule.in_force(day))
    return Edition(policy, in_force, policy.parameters_on(day))


def worded(policy: Policy, day: date) -> tuple[Rule, ...]:
    """Return every rule of a policy, in force or not, with a day's values in its label."""
    parameters = policy.parameters_on(day)
    return tuple(replace(rule, label=_worded(rule.label, parameters)) for rule in policy.rules)


def _worded(label: str, parameters: Mapping[str, Value]) -> str:
    """Return a label with the parameters' values in place of `{parameter}`."""

    def in_words(placeholder: re.Match[str]) -> str:
        value = parameters.get(placeholder[1])
        if value is None:
            return placeholder[0]
        return str(value).lower() if isinstance(value, bool) else str(to_json(value))

    return _PLACEHOLDER.sub(in_words, label)
