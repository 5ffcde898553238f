"""What decisions and publications announce: a decision made, a case that goes to somebody else.

A session of a toll-gate is a decision about a service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model import json_text, subjects
from model.answers import Answer
from model.cases import Case
from model.decisions import DecisionRecord
from model.moment import rfc3339
from model.outbox import Event, EventType, Listeners, announce

_TOLD = ("id", "decision", "stage", "status", "outcome", "policy_revision", "decided_at")


def announce_decision(
    session: Session, case: Case, answer: Answer, at: datetime, listening: Listeners
) -> None:
    """Announce a decision that was recorded, and that the case goes to somebody else by it.

    Facts are not told: who may read them reads them from the case.
    """
    body = answer.body
    if EventType.DECISION_MADE in listening:
        announce(session, _decision_made(case, body, at), listening=listening)
    if EventType.CASE_REROUTED in listening and subjects.is_case(case.ref):
        before = _outcome_before(session, case, str(body["decision"]))
        now = cast("Mapping[str, object]", body["outcome"])
        if before is not None and before.get("assign_to") != now.get("assign_to"):
            announce(session, _rerouted(case, body, before, at), listening=listening)


def announce_publication(
    session: Session, number: int, revision: str, by: str, at: datetime
) -> None:
    """Announce the rules that decide from now on; `number` is that of their publication."""
    data = {"revision": revision, "published_by": by, "published_at": rfc3339(at)}
    key = f"revision.published/{number}"
    announce(session, Event(EventType.REVISION_PUBLISHED, key, f"revisions/{revision}", data, at))


def _decision_made(case: Case, body: Mapping[str, object], at: datetime) -> Event:
    data = {**subjects.told(case.ref, case.version), **{name: body[name] for name in _TOLD}}
    key = f"decision.made/{body['id']}"
    return Event(EventType.DECISION_MADE, key, _subject(case), data, at)


def _rerouted(
    case: Case, body: Mapping[str, object], before: Mapping[str, object], at: datetime
) -> Event:
    told = ("id", "decision", "decided_at")
    data = {
        **subjects.told(case.ref, case.version),
        **{name: body[name] for name in told},
        "from": _who(before),
        "to": _who(cast("Mapping[str, object]", body["outcome"])),
    }
    return Event(EventType.CASE_REROUTED, f"case.rerouted/{body['id']}", _subject(case), data, at)


def _outcome_before(session: Session, case: Case, decision: str) -> Mapping[str, object] | None:
    """Return the outcome of the same decision that the case had before this one."""
    ours = (DecisionRecord.case_id == case.id, DecisionRecord.case_version < case.version)
    last = select(DecisionRecord.answer).where(*ours, DecisionRecord.decision == decision)
    text = session.scalar(last.order_by(DecisionRecord.case_version.desc()).limit(1))
    if text is None:
        return None
    answer = cast("Mapping[str, Mapping[str, object]]", json_text.loads(text))
    return answer["outcome"]


def _subject(case: Case) -> str:
    kind, name = subjects.kind_and_name(case.ref)
    return f"{kind}s/{name}"


def _who(outcome: Mapping[str, object]) -> dict[str, object]:
    return {name: outcome.get(name) for name in ("assign_to", "group", "action")}
