"""A case as it stands, and changing its facts without deciding it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from model import json_text, supplying
from model.access import Caller
from model.cases import (
    Case,
    find_case,
    lock_case,
    no_such_case,
    require_version,
)
from model.decisions import DecisionRecord, latest_records
from model.held_facts import Held, facts_of
from model.late_facts import Late
from model.moment import Moment
from model.revisions import live_book
from model.texts import LONGEST_NAME, require_texts
from rules.errors import PreconditionRequired

DECISIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact as it was supplied, in JSON's types.

    `true_at`: the latest instant at which it was said to be so, if that is another than when
    it was supplied.
    """

    name: str
    value: object
    supplied_by: str
    supplied_at: datetime
    true_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """A decision of the case, in short."""

    id: str
    case_version: int
    decision: str
    stage: str
    status: str
    decided_at: datetime

    @classmethod
    def of(cls, record: DecisionRecord) -> DecisionSummary:
        """Return what is in short what the record says."""
        return cls(
            record.id,
            record.case_version,
            record.decision,
            record.stage,
            record.status,
            record.decided_at,
        )


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its facts (by name) and its latest 20 decisions (newest first).

    `kept_newer`: the facts that a change left as they were, since what it brought was older.
    """

    ref: str
    title: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    facts: tuple[HeldFact, ...]
    decisions: tuple[DecisionSummary, ...]
    reopened_at: datetime | None = None
    kept_newer: tuple[str, ...] = ()


def read_case(session: Session, ref: str) -> CaseView:
    """Return the case as it stands.

    Raises:
        UnknownRecord: there is no such case.
    """
    case = find_case(session, ref)
    if case is None:
        raise no_such_case(ref)
    return view_of(session, case)


def change_facts(
    session: Session,
    ref: str,
    facts: Mapping[str, object],
    by: str | None,
    if_match_version: int | None,
    caller: Caller,
    moment: Moment,
    late: Late | None = None,
) -> CaseView:
    """Merge raw `facts` into those of the case; its version grows by one. Needs a `transaction()`.

    It grows also where they say what the case holds: that is so still, which late facts heed.
    Days that stand for a date are counted from today, those of late facts from their day.

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
    if late is not None:
        late.require_past(moment.now, "/as_they_were")
    day = late.at.date() if late else moment.today
    changes = live_book(session).vocabulary.read_changes(facts, day)
    case = lock_case(session, ref)
    require_version(case.version, if_match_version)
    supply = supplying.compare(session, case, changes, moment.now, late)
    supplying.store(session, case, supply, by or caller.name)
    session.flush()
    return replace(view_of(session, case), kept_newer=supply.kept_newer)


def view_of(session: Session, case: Case) -> CaseView:
    """Return a case as it stands."""
    facts = tuple(shown_fact(name, row) for name, row in facts_of(session, case.id).items())
    decisions = tuple(
        DecisionSummary.of(row) for row in latest_records(session, case, DECISIONS_SHOWN)
    )
    return CaseView(
        case.ref,
        case.title,
        case.version,
        case.created_at,
        case.updated_at,
        facts,
        decisions,
        case.reopened_at,
    )


def shown_fact(name: str, row: Held) -> HeldFact:
    """Return a fact as a caller sees it."""
    true_at = None if row.true_at == row.supplied_at else row.true_at
    return HeldFact(name, json_text.loads(row.value), row.supplied_by, row.supplied_at, true_at)
