"""What decisions and publications announce: a decision, a case that is rerouted or closed.

A session of a toll-gate is a decision about a service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from model import json_text, subjects
from model.answers import Answer
from model.case_events import last_reopening
from model.case_in_hand import Locked
from model.case_letters import letter_of_move
from model.cases import Case
from model.decisions import DecisionRecord, record_of
from model.events import OutboxEvent, id_of
from model.moment import Moment, rfc3339
from model.outbox import Event, EventType, Letter, Listeners, announce
from model.own_caller import OWN_ID
from model.quiet_hours import loud_from
from model.rosters import current_roster
from model.telling_teams import HEARS, TO_SUBSCRIBERS, Telling, hearers_of, is_news
from model.timer_letters import agencies_of
from rules.review_rules import CaseLetter

_MOVE = "case.rerouted/"
_TOLD = ("id", "decision", "stage", "status", "outcome", "policy_revision", "decided_at")


def announce_decision(
    session: Session,
    case: Locked,
    answer: Answer,
    moment: Moment,
    listening: Listeners,
    telling: Telling = TO_SUBSCRIBERS,
) -> None:
    """Announce a decision that was recorded, and that the case is rerouted or closed by it.

    Facts are not told: who may read them reads them from the case.
    """
    body, at = answer.body, moment.now
    if EventType.DECISION_MADE in listening:
        announce(session, _decision_made(case, body, at), listening=listening)
    if not subjects.is_case(case.ref):
        return
    if EventType.CASE_CLOSED in listening and _closes(session, case, body):
        announce(session, _closed(case, body, at), listening=listening)
    if telling.letters or EventType.CASE_REROUTED in listening:
        _announce_move(session, case, body, moment, listening, telling)


def announce_publication(
    session: Session, number: int, revision: str, by: str, at: datetime
) -> None:
    """Announce the rules that decide from now on; `number` is that of their publication."""
    data = {"revision": revision, "published_by": by, "published_at": rfc3339(at)}
    key = f"revision.published/{number}"
    announce(session, Event(EventType.REVISION_PUBLISHED, key, f"revisions/{revision}", data, at))


def move_anew(
    session: Session, decision_id: str, moment: Moment
) -> tuple[Letter, tuple[str, ...]] | None:
    """Return the letter about a move that was announced, and whom it is for on another day.

    What is asked is what the case's latest decision asks. Nothing, if a later one moved the case
    further, of which there is another letter, or if the case was merged with another.

    Raises:
        UnknownRecord: there is no such decision.
    """
    record = record_of(session, decision_id)
    case = session.get_one(Case, record.case_id, populate_existing=True)
    if case.merged_into_id is not None or _moved_since(session, record):
        return None
    ours = DecisionRecord.case_id == record.case_id, DecisionRecord.decision == record.decision
    latest = select(DecisionRecord.answer).where(*ours).order_by(DecisionRecord.case_version.desc())
    body = cast("Mapping[str, Any]", json_text.loads(session.scalars(latest.limit(1)).one()))
    agency = agencies_of(session, {case.id}).get(case.id)
    roster = current_roster(session).roster
    told = hearers_of(roster, body["outcome"], moment.today, agency)
    before = _outcome_before(session, case.id, record.case_version, record.decision)
    by_time = record.decided_by == OWN_ID
    letter = letter_of_move(case.ref, case.title, body, before, told.unheld, by_time=by_time)
    return letter, told.people


def _moved_since(session: Session, record: DecisionRecord) -> bool:
    """Whether people were written to of a later decision that moved the case."""
    later = select(DecisionRecord.id).where(
        DecisionRecord.case_id == record.case_id, DecisionRecord.case_version > record.case_version
    )
    ids = [id_of(_MOVE + each) for each in session.scalars(later)]
    written = OutboxEvent.id.in_(ids), OutboxEvent.text.is_not(None)
    return bool(ids) and session.scalar(select(OutboxEvent.id).where(*written).limit(1)) is not None


def _decision_made(case: Locked, body: Mapping[str, object], at: datetime) -> Event:
    data = {**subjects.told(case.ref, case.version), **{name: body[name] for name in _TOLD}}
    key = f"decision.made/{body['id']}"
    return Event(EventType.DECISION_MADE, key, _subject(case), data, at)


def _announce_move(
    session: Session,
    case: Locked,
    body: Mapping[str, object],
    moment: Moment,
    listening: Listeners,
    telling: Telling,
) -> None:
    """Announce that a case goes to somebody else, or that others are to hear of it than before.

    By its first decision it comes to somebody, who is written to; it is not rerouted.
    """
    before = _outcome_before(session, case.id, case.version, str(body["decision"]))
    now = cast("Mapping[str, object]", body["outcome"])
    if not (is_news(before, now) or telling.by_time or _goes_on_again(session, case)):
        return
    people: tuple[str, ...] = ()
    letter = None
    if telling.letters:
        told = hearers_of(current_roster(session).roster, now, moment.today, telling.agency)
        people = told.people
        letter = letter_of_move(
            case.ref, case.title, body, before, told.unheld, by_time=telling.by_time
        )
    event = _rerouted(case, body, before, moment.now, letter)
    people_from = loud_from(telling.quiet, CaseLetter.REROUTED, moment)
    announce(session, event, people, listening if before else {}, people_from)


def _goes_on_again(session: Session, case: Locked) -> bool:
    """Whether a decision is the first since the case was reopened."""
    if case.reopened_at is None:
        return False
    since = last_reopening(session, case)
    return _outcome_before(session, case.id, case.version, since=since) is None


def _rerouted(
    case: Locked,
    body: Mapping[str, object],
    before: Mapping[str, object] | None,
    at: datetime,
    letter: Letter | None,
) -> Event:
    told = ("id", "decision", "decided_at")
    data = {
        **subjects.told(case.ref, case.version),
        **{name: body[name] for name in told},
        "from": _who(before) if before else None,
        "to": _who(cast("Mapping[str, object]", body["outcome"])),
    }
    key = f"{_MOVE}{body['id']}"
    return Event(EventType.CASE_REROUTED, key, _subject(case), data, at, letter)


def _closes(session: Session, case: Locked, body: Mapping[str, object]) -> bool:
    """Whether a decision ends a case that no decision had ended, since it was last reopened."""
    if not _is_final(cast("Mapping[str, object]", body["outcome"])):
        return False
    since = last_reopening(session, case)
    before = _outcome_before(session, case.id, case.version, since=since)
    return before is None or not _is_final(before)


def _is_final(outcome: Mapping[str, object]) -> bool:
    return outcome.get("final") is True


def _closed(case: Locked, body: Mapping[str, object], at: datetime) -> Event:
    told = ("id", "decision", "decided_at")
    data = {
        **subjects.told(case.ref, case.version),
        **{name: body[name] for name in told},
        "satisfaction": f"/api/v1/cases/{quote(case.ref, safe='')}/satisfaction",
    }
    return Event(EventType.CASE_CLOSED, f"case.closed/{body['id']}", _subject(case), data, at)


def _outcome_before(
    session: Session, case_id: int, version: int, decision: str | None = None, since: int = 0
) -> Mapping[str, object] | None:
    """Return the outcome that a case had before a version, of the same decision or of any.

    `since`: the version of the case from which on its decisions count.
    """
    last = select(DecisionRecord.answer).where(
        DecisionRecord.case_id == case_id,
        DecisionRecord.case_version > since,
        DecisionRecord.case_version < version,
    )
    if decision is not None:
        last = last.where(DecisionRecord.decision == decision)
    text = session.scalar(last.order_by(DecisionRecord.case_version.desc()).limit(1))
    if text is None:
        return None
    answer = cast("Mapping[str, Mapping[str, object]]", json_text.loads(text))
    return answer["outcome"]


def _subject(case: Locked) -> str:
    kind, name = subjects.kind_and_name(case.ref)
    return f"{kind}s/{name}"


def _who(outcome: Mapping[str, object]) -> dict[str, object]:
    return {name: outcome.get(name) for name in ("assign_to", "group", "action", *HEARS)}
