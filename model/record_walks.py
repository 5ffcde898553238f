"""Verifying the record part by part: what is new each hour, and all of it within a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.cases import Case
from model.checkpoints import CHECKPOINTS, SealedDecision
from model.columns import Instant, RowNumber
from model.database import Base, Database
from model.findings import Finding, Tally
from model.locking import hold
from model.record_chain import AS_WRITTEN
from model.record_pages import pages_of_chains
from model.verifications import Verification
from model.verifying import removed_revisions, verify_revisions
from model.verifying_chains import ChainCheck
from model.verifying_personal import PersonalCheck
from model.verifying_seals import SealCheck

EVERY = timedelta(hours=1)
LEASE = timedelta(minutes=10)
"""A process that was killed leaves its part to the others after this."""

PARTS = 20
"""So many ticks walk the whole record: less than a day's, with some to spare."""

CASES_AT_ONCE = 500
CHECKPOINTS_AT_ONCE = 5
"""A part is read in snapshots of so many: none lasts long, nor holds up the database's cleaning."""


class RecordWalk(Base):
    """How far the walk has come that goes on: one row.

    `case_id`, `checkpoint`: verified up to these (-1: nothing yet; 0: decisions that belong to no
    case); `newest`: the last checkpoint that was verified
    when it was new; `due_at`: when the next part is, or until when a process has the present one.
    """

    __tablename__ = "record_walks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(RowNumber, default=-1)
    checkpoint: Mapped[int] = mapped_column(RowNumber, default=0)
    newest: Mapped[int] = mapped_column(RowNumber, default=0)
    decisions: Mapped[int] = mapped_column(RowNumber, default=0)
    findings: Mapped[int] = mapped_column(RowNumber, default=0)
    due_at: Mapped[datetime] = mapped_column(Instant)


def walk_on(
    database: Database,
    secret: bytes,
    clock: Callable[[], datetime],
    goes_on: Callable[[], bool] = lambda: True,
) -> list[Finding]:
    """Verify the next part of the record, if it is due and no other process does.

    Returns what is wrong; it is noted as it is found. `goes_on`: whether to; else the rest is left
    for later.
    """
    began = clock()
    walk = database.write(lambda session: _claim(session, began))
    if walk is None:
        return []
    found: list[Finding] = []
    for check, span in _steps(database, walk):
        if not goes_on():
            return found
        found += _step(database, secret, clock, check, span)
    return found + _end(database, secret, began)


def findings_so_far(session: Session) -> int:
    """Return how much the walk that goes on has found."""
    return session.scalar(select(RecordWalk.findings)) or 0


def begin_anew(session: Session) -> None:
    """Forget the walk that goes on: all of the record has just been verified otherwise."""
    session.execute(update(RecordWalk).values(case_id=-1, checkpoint=0, decisions=0, findings=0))


Check = Callable[[Session, bytes, Tally, range], Iterator[Finding]]


def _claim(session: Session, now: datetime) -> RecordWalk | None:
    hold(session, "verify the record")
    walk = session.get(RecordWalk, 1, with_for_update=True)
    if walk is None:
        walk = RecordWalk(id=1, due_at=now)
        session.add(walk)
    elif walk.due_at > now:
        return None
    walk.due_at = now + LEASE
    session.flush()
    return walk


def _steps(database: Database, walk: RecordWalk) -> list[tuple[Check, range]]:
    with database.reading() as session:
        case, checkpoint = _last(session)
    return [
        *_spans(walk.newest, checkpoint, CHECKPOINTS_AT_ONCE, _new),
        *_spans(walk.case_id, _part(walk.case_id, case), CASES_AT_ONCE, _cases),
        *_spans(walk.checkpoint, _part(walk.checkpoint, checkpoint), CHECKPOINTS_AT_ONCE, _seals),
    ]


def _part(after: int, last: int) -> int:
    """Return up to where this part goes."""
    return min(last, after + max(-(-last // PARTS), CASES_AT_ONCE))


def _spans(after: int, last: int, most: int, check: Check) -> Iterator[tuple[Check, range]]:
    for start in range(after + 1, last + 1, most):
        yield check, range(start, min(start + most, last + 1))


def _step(
    database: Database, secret: bytes, clock: Callable[[], datetime], check: Check, span: range
) -> list[Finding]:
    tally = Tally()
    with database.reading() as session:
        found = list(check(session, secret, tally, span))
    database.write(
        lambda session: _note(session, clock(), tally, len(found), {_COLUMNS[check]: span.stop - 1})
    )
    return found


def _note(session: Session, now: datetime, tally: Tally, found: int, place: dict[str, int]) -> None:
    session.execute(
        update(RecordWalk).values(
            **place,
            decisions=RecordWalk.decisions + tally.decisions,
            findings=RecordWalk.findings + found,
            due_at=now + LEASE,
        )
    )


def _new(session: Session, secret: bytes, tally: Tally, span: range) -> Iterator[Finding]:
    """Verify checkpoints that are new, and the cases whose decisions they seal."""
    yield from _seals(session, secret, tally, span)
    sealed = select(AS_WRITTEN.c.case_id).join(
        SealedDecision, SealedDecision.decision_id == AS_WRITTEN.c.id
    )
    within = (SealedDecision.checkpoint >= span.start, SealedDecision.checkpoint < span.stop)
    cases = sorted(each for each in session.scalars(sealed.where(*within).distinct()) if each)
    # They are counted when all of the record is walked, which comes past them too.
    uncounted = Tally()
    for start in range(0, len(cases), CASES_AT_ONCE):
        chains = ChainCheck(session, uncounted)
        for page in pages_of_chains(session, cases=cases[start : start + CASES_AT_ONCE]):
            yield from chains.page(page)
        yield from chains.end(range(0))


def _cases(session: Session, _secret: bytes, tally: Tally, span: range) -> Iterator[Finding]:
    """Verify the chains of the cases with these ids, and their personal values."""
    chains, personal = ChainCheck(session, tally), PersonalCheck(session, tally)
    cited: set[str] = set()
    for page in pages_of_chains(session, span=span):
        yield from chains.page(page)
        yield from personal.page(page)
        cited.update(row["revision"] for row in page)
    yield from chains.end(span)
    yield from removed_revisions(session, cited)


def _seals(session: Session, secret: bytes, tally: Tally, span: range) -> Iterator[Finding]:
    yield from SealCheck(session, secret, tally).findings(span)


_COLUMNS: dict[Check, str] = {_new: "newest", _cases: "case_id", _seals: "checkpoint"}


def _end(database: Database, secret: bytes, began: datetime) -> list[Finding]:
    """End this part; the last one with the revisions, and with what no checkpoint seals."""
    tally, found = Tally(), list[Finding]()
    with database.reading() as session:
        walk, (case, checkpoint) = session.get_one(RecordWalk, 1), _last(session)
        whole = walk.case_id >= case and walk.checkpoint >= checkpoint
        if whole:
            found += SealCheck(session, secret, tally).at_the_end(checkpoint + 1)
            found += verify_revisions(session, tally, ())

    def note(session: Session) -> None:
        session.execute(update(RecordWalk).values(due_at=began + EVERY))
        if whole:
            walked = {"decisions": walk.decisions, "findings": walk.findings + len(found)}
            session.add(Verification(at=began, **walked))
            begin_anew(session)

    database.write(note)
    return found


def _last(session: Session) -> tuple[int, int]:
    """Return the highest id of a case, there or named by a decision, and the last checkpoint."""
    highest = (func.max(Case.id), func.max(AS_WRITTEN.c.case_id), func.max(CHECKPOINTS.c.seq))
    case, named, checkpoint = (session.scalar(select(each)) or 0 for each in highest)
    return max(case, named), checkpoint
