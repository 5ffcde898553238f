"""A policy that has passed every check: its rules, parameters, properties and cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from rules.condition import Condition, LiteralTerm, facts_of, terms
from rules.decision import OutcomeValue
from rules.values import Value

CONTINUE = "continue"
"""The key, among outcomes, of whether a rule passes the case on to the next stage."""


class HitPolicy(StrEnum):
    """Which of the true rules of a table decide (DMN 1.5, 8.2.8)."""

    FIRST = "first"
    UNIQUE = "unique"
    COLLECT = "collect"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named constant. `changes` are later values, each with its first day, in order."""

    name: str
    value: Value
    changes: tuple[tuple[date, Value], ...] = ()
    unit: str | None = None
    meaning: str | None = None
    sources: tuple[str, ...] = ()

    def on(self, day: date) -> Value:
        """Return the value in force on `day`."""
        value = self.value
        for first_day, later in self.changes:
            if first_day <= day:
                value = later
        return value


@dataclass(frozen=True, slots=True)
class Rule:
    """When `when` is true, `outcome` holds. In force from `since` until before `until`."""

    id: str
    label: str
    sources: tuple[str, ...]
    when: Condition
    outcome: Mapping[str, OutcomeValue]
    continues: bool = False
    assumption: str | None = None
    since: date | None = None
    until: date | None = None
    facts: tuple[str, ...] = field(init=False, compare=False)
    """The facts that `when` names, in order of first use."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", facts_of(self.when))

    def in_force(self, day: date) -> bool:
        """Whether the rule counts on `day`."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


@dataclass(frozen=True, slots=True)
class Property:
    """What must always hold: whenever `when` is true the outcome has `then`, and never `never`."""

    says: str
    when: Condition
    then: Mapping[str, OutcomeValue]
    never: Mapping[str, OutcomeValue]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects of its answer; only what is written is compared."""

    outcome: Mapping[str, OutcomeValue]
    rule: str | None = None
    asks: tuple[str, ...] | None = None
    continues: bool | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An example: these facts on this day must give this answer."""

    name: str
    given: Mapping[str, object]
    as_of: date
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Policy:
    """One decision table with everything its owner wrote about it."""

    name: str
    title: str
    owner: str
    review: str
    hit: HitPolicy
    parameters: Mapping[str, Parameter]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    properties: tuple[Property, ...]
    cases: tuple[Case, ...]
    sources: tuple[str, ...]
    path: str
    after: tuple[str, ...] = ()
    """The policies that a case passes through first when this one is what is to be decided."""
    texts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The texts that its rules name, in order of first use."""

    def __post_init__(self) -> None:
        literals = (
            t.value for rule in self.rules for t in terms(rule.when) if isinstance(t, LiteralTerm)
        )
        texts = dict.fromkeys(value for value in literals if isinstance(value, str))
        object.__setattr__(self, "texts", tuple(texts))

    def parameters_on(self, day: date) -> Mapping[str, Value]:
        """Return each parameter's value in force on `day`."""
        return {name: parameter.on(day) for name, parameter in self.parameters.items()}


@dataclass(frozen=True, slots=True)
class Routing:
    """A chained decision: the names of its stages, in order.

    `letters`: whether people are written to about the cases that it moves.
    """

    name: str
    title: str
    owner: str
    review: str
    stages: tuple[str, ...]
    cases: tuple[Case, ...]
    sources: tuple[str, ...]
    path: str
    letters: bool = True
