"""Replaying: deciding again from the record alone, with the rules of that day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import Session

from model.answers import Answer, body_with
from model.cases import typed
from model.decisions import answer_of, record_of
from model.personal_values import revealed_facts
from model.revisions import book_of


@dataclass(frozen=True, slots=True)
class Replay:
    """What was answered then and what the record gives now; `same` means to the letter.

    When facts that it was decided on have been erased, it can be neither replayed nor compared.
    """

    id: str
    same: bool | None
    recorded: Mapping[str, object]
    replayed: Mapping[str, object] | None
    erased: tuple[str, ...] = ()

    @property
    def body(self) -> dict[str, object]:
        """As JSON."""
        return {
            "same": self.same,
            "id": self.id,
            **({"erased": list(self.erased)} if self.erased else {}),
            "recorded": self.recorded,
            "replayed": self.replayed,
        }


def replay(session: Session, decision_id: str) -> Replay:
    """Decide again what the record says was decided, and compare; stores nothing.

    Raises:
        UnknownRecord: there is no such decision.
        Unable: the rules of that day give no answer any more.
    """
    record = record_of(session, decision_id)
    recorded = answer_of(session, decision_id)
    facts, erased = revealed_facts(session, cast("Mapping[str, object]", record.facts))
    if erased:
        return Replay(record.id, None, recorded.body, None, erased)
    book = book_of(session, record.revision)
    held = typed(facts, book.vocabulary)
    body = body_with(
        book.decide(record.decision, held, record.as_of),
        id=record.id,
        ref=record.case_ref,
        version=record.case_version,
        revision=book.revision,
        at=record.decided_at,
        kept_newer=recorded.kept_newer,
    )
    replayed = Answer.of(body)
    return Replay(record.id, replayed.text == recorded.text, recorded.body, replayed.body)
