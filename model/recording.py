"""Recording a decision: the whole input, the facts and the answer, as one row of its case's chain.

Personal values are left out of the row; they are kept where they can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, cast

from sqlalchemy.orm import Session

from model import record_chain
from model.answers import Answer, body_with
from model.case_in_hand import Locked
from model.json_text import dumps
from model.personal_values import Salts, Withholding
from rules.decision import Decision
from rules.rule_book import RuleBook
from rules.values import Value, to_json

_Json = Mapping[str, object]


class Asked(Protocol):
    """What a caller asked to have decided."""

    def as_json(self) -> dict[str, object]:
        """Return the whole input, as it came."""


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as it was made, and on what; `kept_newer`: the facts that it left as they were."""

    id: str
    request: Asked
    held: Mapping[str, Value]
    as_of: date
    decision: Decision
    by: str
    at: datetime
    kept_newer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Texts:
    """What of a row may hold values of facts, in JSON."""

    request: _Json
    facts: _Json
    because: list[_Json]
    answer: Answer


def record(session: Session, case: Locked, made: Made, book: RuleBook, salts: Salts) -> Answer:
    """Record the decision of a case that is locked and at its new version; return its answer."""
    withholding = Withholding(made.id, case.id, book.vocabulary.personal, salts)
    texts = _without_personal(_plain(made, _answer(case, made, book)), withholding)
    record_chain.append(session, case, _row(case, made, texts, book.revision))
    withholding.store(session)
    session.flush()
    return texts.answer


def _answer(case: Locked, made: Made, book: RuleBook) -> Answer:
    body = body_with(
        made.decision,
        id=made.id,
        ref=case.ref,
        version=case.version,
        revision=book.revision,
        at=made.at,
        kept_newer=made.kept_newer,
    )
    return Answer.of(body)


def _plain(made: Made, answer: Answer) -> _Texts:
    because = cast("list[_Json]", answer.body["because"])
    facts = {name: to_json(value) for name, value in made.held.items()}
    return _Texts(made.request.as_json(), facts, because, answer)


def _without_personal(plain: _Texts, withholding: Withholding) -> _Texts:
    if not withholding.may_apply:
        return plain
    given = withholding.facts(cast("_Json", plain.request["facts"]))
    because: list[_Json] = [
        {**reason, "facts": withholding.facts(cast("_Json", reason["facts"]))}
        for reason in plain.because
    ]
    facts = withholding.facts(plain.facts)
    if not withholding.applied:
        return plain
    shown = dumps({**plain.answer.body, "because": because})
    answer = replace(plain.answer, withheld=shown)
    return _Texts({**plain.request, "facts": given}, facts, because, answer)


def _row(case: Locked, made: Made, texts: _Texts, revision: str) -> dict[str, object]:
    return {
        "id": made.id,
        "case_id": case.id,
        "case_ref": case.ref,
        "case_version": case.version,
        "request": dumps(texts.request),
        "facts": dumps(texts.facts),
        "as_of": made.as_of,
        "decision": made.decision.decision,
        "stage": made.decision.stage,
        "status": made.decision.status.value,
        "because": dumps(texts.because),
        "assumptions": dumps(texts.answer.body["assumptions"]),
        "answer": texts.answer.kept,
        "revision": revision,
        "decided_at": made.at,
        "decided_by": made.by,
    }
