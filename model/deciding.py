"""Deciding a case: facts merged, rules applied, answer recorded, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from model import supplying
from model.access import Caller, Presumed
from model.announcing import announce_decision
from model.answers import Answer, body_with
from model.case_in_hand import put_back, take_or_open
from model.cases import require_version
from model.database import Reader
from model.decisions import DecisionPage, answer_of, decisions_of
from model.glance import see
from model.held_facts import merged_facts, values_of
from model.looking_again import is_final, leads, look_again, look_no_more
from model.moment import Moment
from model.personal_values import Salts, fresh_salt
from model.recording import Made, record
from model.replaying import Replay, replay
from model.requests import DecisionRequest
from model.revisions import live_book
from model.sending import sent_together
from model.telling_teams import telling_of
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.rule_book import RuleBook
from rules.spelling import did_you_mean
from rules.values import Value

__all__ = [
    "Answer",
    "DecisionPage",
    "DecisionRequest",
    "Moment",
    "Replay",
    "answer_of",
    "decide",
    "decisions_of",
    "preview",
    "replay",
]


def decide(
    session: Session,
    request: DecisionRequest,
    caller: Caller,
    moment: Moment,
    new_id: str,
    salts: Salts = fresh_salt,
) -> Answer:
    """Decide the case and record it; its version grows by one. Needs a `transaction()`.

    Nobody else changes the case meanwhile. Any error leaves it as it was, once the
    transaction is rolled back.

    Raises:
        BadFields: unknown facts or decision, values outside their domain, unsound texts.
        CaseMovedOn: the case is not at `if_version` (0: not there yet).
        Unable: no rules are published, or they cannot give a right answer.
    """
    _require_sound(request, moment)
    taken = take_or_open(session, request.ref, moment.now)
    book, case = live_book(session, taken.revision), taken.case
    as_of, changes = _read(book, request, moment)
    require_version(case.version, request.if_version)
    supply = supplying.compare(session, case, changes, moment.now, request.late, held=taken.held)
    held = merged_facts(values_of(supply.held), supply.taken, book.vocabulary)
    decision = book.decide(request.decision, held, as_of)
    leading = leads(session, case, request.decision, book)
    case.title = request.title or case.title
    with sent_together(session):
        supplying.store(session, case, supply, request.by or caller.name)
        if leading and is_final(decision):
            look_no_more(case)
        elif leading:
            look_again(case, book, request.decision, held, max(as_of, moment.today))
        by, newer = caller.key_id, supply.kept_newer
        made = Made(new_id, request, held, as_of, decision, by, moment.now, newer)
        recorded = record(session, case, made, book, salts)
        put_back(session, case)
    telling = telling_of(book, request.decision, held, caller, staffed=taken.staffed)
    announce_decision(session, case, recorded, moment, taken.listening, telling)
    return recorded


def preview(
    reader: Reader, request: DecisionRequest, moment: Moment, presumed: Presumed | None = None
) -> dict[str, object]:
    """Return the body of what `decide` would answer now, and store nothing.

    It has no id, and the case is at the version that it is at.

    `presumed`: who is presumed to ask, whose key is looked up at the same time.

    Raises:
        NotAuthenticated: that key does not work any more.
        and the same as `decide`.
    """
    _require_sound(request, moment)
    seen = see(reader, request.ref, presumed.key_hash if presumed else None)
    if presumed:
        presumed.confirm(seen.key, moment.now)
    book, case = live_book(reader, seen.revision), seen.case
    as_of, changes = _read(book, request, moment)
    version = case.version if case else 0
    require_version(version, request.if_version)
    taken, kept_newer = changes, tuple[str, ...]()
    if case is not None and request.late is not None:
        supply = supplying.compare(reader, case, changes, moment.now, request.late)
        taken, kept_newer = supply.taken, supply.kept_newer
    held = merged_facts(case.facts if case else {}, taken, book.vocabulary)
    return body_with(
        book.decide(request.decision, held, as_of),
        id=None,
        ref=case.ref if case else request.ref,
        version=version,
        revision=book.revision,
        at=moment.now,
        kept_newer=kept_newer,
    )


def _require_sound(request: DecisionRequest, moment: Moment) -> None:
    request.require_sound()
    if request.late is not None:
        request.late.require_past(moment.now, "/case/as_they_were")


def _read(
    book: RuleBook, request: DecisionRequest, moment: Moment
) -> tuple[date, Mapping[str, Value | None]]:
    if request.decision not in book.decisions:
        help = did_you_mean(request.decision, book.decisions)
        raise BadFields([FieldProblem("/decision", "there is no such decision", help)])
    as_of = request.as_of or moment.today
    return as_of, book.vocabulary.read_changes(request.facts, request.days_from(as_of))
