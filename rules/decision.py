"""What comes out: a decision as a frozen value, with its reasons, questions and assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.values import Value

OutcomeValue = bool | int | str | tuple[str, ...] | None


class Status(StrEnum):
    """Whether the case is decided or waits for facts."""

    DECIDED = "decided"
    AWAITING_FACTS = "awaiting_facts"


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired, with the facts it used (`None`: it rests on the fact being missing)."""

    policy: str
    rule: str
    label: str
    sources: tuple[str, ...]
    facts: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact that can still change the outcome, and how to come by it."""

    fact: str
    question: str
    asked_of: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Who does what next, and why.

    `outcome` has every outcome of the vocabulary, each with its empty value when no rule
    set it.
    """

    decision: str
    stage: str
    status: Status
    outcome: Mapping[str, OutcomeValue]
    needs: tuple[Question, ...]
    assumptions: tuple[str, ...]
    because: tuple[Reason, ...]
