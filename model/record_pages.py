"""The record read in order and page by page, in bounded memory and in short statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select, tuple_
from sqlalchemy.orm import Session

from model.cases import Case
from model.checkpoints import CHECKPOINTS, SealedDecision, UnsealedDecision
from model.record_chain import AS_WRITTEN

PAGE = 500
Row = RowMapping
_decisions = AS_WRITTEN.c


def pages_of_chains(
    session: Session,
    since: datetime | None = None,
    cases: Collection[int] | None = None,
    span: range | None = None,
) -> Iterator[Sequence[Row]]:
    """Yield the decisions, case after case and oldest first, with what seals each.

    With `since` only those decided from then on, with `cases` only those of these cases, with
    `span` only those of the cases whose ids are in it (0: those that belong to no case).

    Beside the decision's own columns a row has `head` (of its case), `ref` (the case's, `None`
    when the case is gone), `checkpoint`, `sealed_hash` and `waiting`. Decisions that belong to
    no case come last.
    """
    query = _with_seals()
    if since is not None:
        query = query.where(_decisions.decided_at >= since)
    if cases is not None:
        query = query.where(_decisions.case_id.in_(cases))
    place = tuple_(_decisions.case_id, _decisions.case_version)
    in_order = query.where(_decisions.case_id.is_not(None))
    in_order = in_order.order_by(_decisions.case_id, _decisions.case_version)
    if span is not None:
        within = (_decisions.case_id >= span.start, _decisions.case_id < span.stop)
        in_order = in_order.where(*within)
    yield from _pages(
        session,
        in_order,
        lambda last: place > tuple_(last["case_id"], last["case_version"]),
    )
    if span is not None and 0 not in span:
        return
    loose = query.where(_decisions.case_id.is_(None)).order_by(_decisions.id)
    yield from _pages(session, loose, lambda last: _decisions.id > last["id"])


def pages_of_seals(session: Session, checkpoint: int) -> Iterator[Sequence[Row]]:
    """Yield what a checkpoint seals, in its order; `found`: the decision, while it is there."""
    query = (
        select(*SealedDecision.__table__.columns, _decisions.id.label("found"))
        .outerjoin(AS_WRITTEN, _decisions.id == SealedDecision.decision_id)
        .where(SealedDecision.checkpoint == checkpoint)
        .order_by(SealedDecision.position)
    )
    yield from _pages(session, query, lambda last: SealedDecision.position > last["position"])


def checkpoints_in_order(session: Session, after: int = 0) -> Iterator[Row]:
    """Yield the checkpoints after the one with a number, oldest first."""
    query = select(CHECKPOINTS).where(CHECKPOINTS.c.seq > after).order_by(CHECKPOINTS.c.seq)
    for page in _pages(session, query, lambda last: CHECKPOINTS.c.seq > last["seq"]):
        yield from page


def _pages(
    session: Session, query: Select[Any], after: Callable[[Row], Any]
) -> Iterator[Sequence[Row]]:
    page = session.execute(query.limit(PAGE)).mappings().all()
    while page:
        yield page
        if len(page) < PAGE:
            return
        page = session.execute(query.where(after(page[-1])).limit(PAGE)).mappings().all()


def _with_seals() -> Select[Any]:
    return (
        select(
            *_decisions,
            Case.record_head.label("head"),
            Case.ref.label("ref"),
            SealedDecision.checkpoint,
            SealedDecision.hash.label("sealed_hash"),
            UnsealedDecision.decision_id.label("waiting"),
        )
        .outerjoin(Case, Case.id == _decisions.case_id)
        .outerjoin(SealedDecision, SealedDecision.decision_id == _decisions.id)
        .outerjoin(UnsealedDecision, UnsealedDecision.decision_id == _decisions.id)
    )
