"""The history of a case: what each of its versions came from, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from model import json_text
from model.access import ApiKey
from model.case_events import CaseEvent
from model.case_facts import DecisionSummary
from model.cases import Case, find_named, no_such_case
from model.cursors import number_in
from model.decisions import DecisionRecord
from model.held_facts import FactChange

LONGEST_PAGE = 100
DECIDED = "decided"
FACTS_CHANGED = "facts_changed"


@dataclass(frozen=True, slots=True)
class SuppliedFact:
    """A fact as it was supplied, in JSON's types; without a value, it was forgotten.

    `newer_at`: the later instant from which the case knew something else; then the fact was
    not `taken`, unless it was to count all the same. `erased`: the value is gone for good.
    """

    name: str
    value: object
    by: str
    supplied_at: datetime
    true_at: datetime
    newer_at: datetime | None
    taken: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What one version of the case came from, with the facts that it changed.

    `details`: of a renaming, from and to which ref; of a merger, the other case.
    """

    version: int
    what: str
    at: datetime
    by: str
    facts: tuple[SuppliedFact, ...] = ()
    reason: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    decision: DecisionSummary | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries of a case's history, newest first; `next` is the cursor of those after."""

    ref: str
    entries: tuple[Entry, ...]
    next: str | None


def history_of(session: Session, ref: str, after: str | None, limit: int) -> HistoryPage:
    """Return what `limit` (at most 100) versions of a case came from, newest first.

    The history of a double is its own, up to the merger. A version that changed nothing has no
    entry. However long the history, a page takes the same time.

    Raises:
        UnknownRecord: there is no such case.
        BadFields: `after` is not a cursor.
    """
    case = find_named(session, ref)
    if case is None:
        raise no_such_case(ref)
    newest = case.version if after is None else min(case.version, number_in(after) - 1)
    oldest = max(1, newest - max(1, min(limit, LONGEST_PAGE)) + 1)
    entries = _entries(session, case, oldest, newest)
    following = str(oldest) if oldest > 1 else None
    return HistoryPage(case.ref, entries, following)


def _entries(session: Session, case: Case, oldest: int, newest: int) -> tuple[Entry, ...]:
    changes: dict[int, list[FactChange]] = defaultdict(list)
    ours = _within(FactChange.case_id, FactChange.case_version, case, oldest, newest)
    for change in session.scalars(select(FactChange).where(*ours).order_by(FactChange.id)):
        changes[change.case_version].append(change)
    ours = _within(CaseEvent.case_id, CaseEvent.case_version, case, oldest, newest)
    events = {row.case_version: row for row in session.scalars(select(CaseEvent).where(*ours))}
    ours = _within(DecisionRecord.case_id, DecisionRecord.case_version, case, oldest, newest)
    decided = session.execute(
        select(DecisionRecord, ApiKey.name)
        .join(ApiKey, ApiKey.id == DecisionRecord.decided_by)
        .where(*ours)
    )
    decisions = {row.DecisionRecord.case_version: row for row in decided}
    entries = []
    for version in sorted(changes.keys() | events.keys() | decisions.keys(), reverse=True):
        facts = tuple(_supplied(change) for change in changes[version])
        if version in events:
            entries.append(_happened(events[version], facts))
        elif version in decisions:
            record, key_name = decisions[version]
            entries.append(_decided(record, key_name, facts))
        else:
            first = changes[version][0]
            entries.append(Entry(version, FACTS_CHANGED, first.at, first.by, facts))
    return tuple(entries)


def _within(
    case_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    case_version: InstrumentedAttribute[int],
    case: Case,
    oldest: int,
    newest: int,
) -> tuple[ColumnElement[bool], ...]:
    return case_id == case.id, case_version.between(oldest, newest)


def _happened(event: CaseEvent, facts: tuple[SuppliedFact, ...]) -> Entry:
    details = cast("Mapping[str, object]", event.details)
    version = event.case_version
    return Entry(version, event.what, event.at, event.by, facts, event.reason, details)


def _decided(record: DecisionRecord, key_name: str, facts: tuple[SuppliedFact, ...]) -> Entry:
    request = cast("Mapping[str, Mapping[str, str | None]]", record.request)
    by = request["case"].get("by") or key_name
    decision = DecisionSummary.of(record)
    return Entry(record.case_version, DECIDED, record.decided_at, by, facts, decision=decision)


def _supplied(change: FactChange) -> SuppliedFact:
    return SuppliedFact(
        name=change.name,
        value=None if change.value is None else json_text.loads(change.value),
        by=change.by,
        supplied_at=change.at,
        true_at=change.true_at or change.at,
        newer_at=change.newer_at,
        taken=change.taken,
        erased=change.erasure_id is not None,
    )
