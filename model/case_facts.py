"""A case as it stands, and changing its facts without deciding it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from model import json_text
from model.access import Caller
from model.cases import (
    Case,
    facts_of,
    find_case,
    lock_case,
    no_such_case,
    require_version,
    store_changes,
)
from model.decisions import latest_records
from model.moment import Moment
from model.revisions import live_book
from model.texts import LONGEST_NAME, require_texts
from rules.errors import PreconditionRequired

DECISIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact as it was supplied, in JSON's types."""

    name: str
    value: object
    supplied_by: str
    supplied_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """A decision of the case, in short."""

    id: str
    case_version: int
    decision: str
    stage: str
    status: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its facts (by name) and its latest 20 decisions (newest first)."""

    ref: str
    title: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    facts: tuple[HeldFact, ...]
    decisions: tuple[DecisionSummary, ...]


def read_case(session: Session, ref: str) -> CaseView:
    """Return the case as it stands.

    Raises:
        UnknownRecord: there is no such case.
    """
    case = find_case(session, ref)
    if case is None:
        raise no_such_case(ref)
    return _view(session, case)


def change_facts(  # noqa: PLR0917  # a use case names everything it needs
    session: Session,
    ref: str,
    facts: Mapping[str, object],
    by: str | None,
    if_match_version: int | None,
    caller: Caller,
    moment: Moment,
) -> CaseView:
    """Merge raw `facts` into those of the case; its version grows by one. Needs a `transaction()`.

    Days that stand for a date are counted from today.

    Raises:
        PreconditionRequired: `if_match_version` is `None`.
        UnknownRecord: there is no such case.
        CaseMovedOn: the case is not at that version.
        BadFields: unknown facts, values outside their domain, unsound texts.
        NoLiveRevision: no rules are published that say what the facts are.
    """
    if if_match_version is None:
        raise PreconditionRequired("say in If-Match which version of the case this changes")
    require_texts({"/by": (by, LONGEST_NAME)})
    changes = live_book(session).vocabulary.read_changes(facts, moment.today)
    case = lock_case(session, ref)
    require_version(case.version, if_match_version)
    store_changes(session, case, changes, by or caller.name, moment.now)
    session.flush()
    return _view(session, case)


def _view(session: Session, case: Case) -> CaseView:
    facts = tuple(
        HeldFact(row.name, json_text.loads(row.value), row.supplied_by, row.supplied_at)
        for row in facts_of(session, case).values()
    )
    decisions = tuple(
        DecisionSummary(
            row.id, row.case_version, row.decision, row.stage, row.status, row.decided_at
        )
        for row in latest_records(session, case, DECISIONS_SHOWN)
    )
    return CaseView(
        case.ref, case.title, case.version, case.created_at, case.updated_at, facts, decisions
    )
