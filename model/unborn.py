"""Viable cases that are over, and became neither a service nor a part of one.

The SOP ends such a case with the update of the catalogue (04.3.1): where nothing in it says that
it came from the case, either it was not entered, or nobody said from where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import cast

from sqlalchemy import Select, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session

from model import json_text
from model.births import bore_anything
from model.case_events import CaseEvent, What
from model.cases import Case
from model.decisions import DecisionRecord
from model.held_facts import CaseFact
from model.revisions import book_of, live_revision
from model.subjects import is_a_case

_FEW = {"yield_per": 100}
_CLOSING = "close-case"
"""The action that ends a case of which something new came; other ends are met needs."""


@dataclass(frozen=True, slots=True)
class Unborn:
    """A viable case that was closed, and of which nothing was born."""

    ref: str
    title: str | None
    closed_at: datetime


def viable_without_service(
    session: Session, routings: Sequence[str], limit: int
) -> tuple[Unborn, ...]:
    """Return up to `limit` viable, closed cases without a service or a part, the latest first.

    `routings`: the decisions by which a case is led to its end.
    """
    # One at a time: whether an answer closes its case, none but the answer says.
    with session.execute(viable_cases(routings), execution_options=_FEW) as rows:
        closed = (
            Unborn(case.ref, case.title, record.decided_at)
            for case, record in rows
            if _closes(record)
        )
        return tuple(islice(closed, limit))


def live_routings(session: Session) -> tuple[str, ...]:
    """Return the decisions by which cases are led to their ends today."""
    revision = live_revision(session)
    return tuple(book_of(session, revision).routings) if revision else ()


def _closes(record: DecisionRecord) -> bool:
    body = cast("dict[str, dict[str, object]]", json_text.loads(record.answer))
    outcome = body["outcome"]
    return outcome.get("final") is True and outcome.get("action") == _CLOSING


def viable_cases(routings: Sequence[str]) -> Select[Case, DecisionRecord]:
    """Return the query for viable cases of which nothing was born, with their latest decisions.

    Those that were reopened since are none of them.
    """
    last = select(func.max(DecisionRecord.case_version)).where(
        DecisionRecord.case_id == Case.id, DecisionRecord.decision.in_(routings)
    )
    latest = and_(
        DecisionRecord.case_id == Case.id,
        DecisionRecord.case_version == last.correlate(Case).scalar_subquery(),
    )
    reopened = exists().where(
        CaseEvent.case_id == Case.id,
        CaseEvent.what == What.REOPENED,
        CaseEvent.case_version >= DecisionRecord.case_version,
    )
    return (
        select(Case, DecisionRecord)
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .join(DecisionRecord, latest)
        .where(
            # As a word of the statement: only then is the index of these facts taken.
            CaseFact.name == literal_column("'viable'"),
            CaseFact.value == "true",
            Case.merged_into_id.is_(None),
            is_a_case(Case.ref),
            ~bore_anything(),
            ~reopened,
        )
        .order_by(CaseFact.supplied_at.desc(), Case.id)
    )
