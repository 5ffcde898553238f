"""The answer: the contract's JSON, as a body and as the exact text that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from model import json_text, subjects
from model.moment import rfc3339
from rules.decision import Decision, OutcomeValue, Question, Reason
from rules.values import to_json


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is plain JSON (dict, list, str, int, Decimal, bool, None); `text` is its text.

    `withheld` is the text with placeholders for personal values, where there are any.
    """

    body: Mapping[str, object]
    text: str
    withheld: str | None = field(default=None, compare=False)

    @property
    def kept(self) -> str:
        """The text to keep: personal values are kept in one place only, and not here."""
        return self.text if self.withheld is None else self.withheld

    @classmethod
    def of(cls, body: Mapping[str, object]) -> Answer:
        """Write `body` down."""
        return cls(body, json_text.dumps(body))

    @classmethod
    def read(cls, text: str) -> Answer:
        """Take up an answer that was kept."""
        return cls(cast("Mapping[str, object]", json_text.loads(text)), text)

    @property
    def kept_newer(self) -> Sequence[str]:
        """The facts that stayed as they were, since what was known of them is newer."""
        return cast("dict[str, Sequence[str]]", self.body.get("case", {})).get("kept_newer", ())


def body_with(
    decision: Decision,
    *,
    id: str | None,
    ref: str,
    version: int,
    revision: str,
    at: datetime,
    kept_newer: Sequence[str] = (),
) -> dict[str, object]:
    """Return the body of the answer that says `decision`; without an `id` it is a preview.

    `kept_newer`: the facts that stayed as they were, since late ones came for them.
    """
    return {
        "id": id,
        **subjects.told(ref, version, kept_newer),
        **decided(decision),
        "policy_revision": revision,
        "decided_at": rfc3339(at),
    }


def decided(decision: Decision) -> dict[str, object]:
    """Return what was decided and why, as JSON."""
    return {
        "decision": decision.decision,
        "stage": decision.stage,
        "status": decision.status.value,
        "outcome": {name: _outcome(value) for name, value in decision.outcome.items()},
        "needs": [_need(question) for question in decision.needs],
        "assumptions": list(decision.assumptions),
        "because": [_reason(reason) for reason in decision.because],
    }


def _outcome(value: OutcomeValue) -> object:
    return list(value) if isinstance(value, tuple) else value


def _need(question: Question) -> dict[str, object]:
    return {
        "fact": question.fact,
        "question": question.question,
        "asked_of": question.asked_of,
        "sources": list(question.sources),
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "policy": reason.policy,
        "rule": reason.rule,
        "label": reason.label,
        "sources": list(reason.sources),
        "facts": {name: to_json(value) for name, value in reason.facts.items()},
    }
