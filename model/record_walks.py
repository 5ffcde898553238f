"""Verifying the record part by part: what is new each hour, and all of it within a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.cases import Case
from model.checkpoints import CHECKPOINTS, SealedDecision
from model.columns import Instant, JsonText, RowNumber
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

MOST_TOLD_APART = 1_000
"""So many findings of a walk are counted once, however often they are met; further ones, each time.
"""


class RecordWalk(Base):
    """How far the walk has come that goes on: one row.

    `case_id`, `checkpoint`: verified up to these (-1: nothing yet; 0: decisions that belong to no
    case); `last_case`, `last_checkpoint`: up to where it goes, as things stood when it began, for
    else it would never end where cases come all day; `newest`: the last checkpoint that was
    verified when it was new; `found`: by what the findings that were counted are told apart;
    `due_at`: when the next part is, or until when a process has the present one; `generation`:
    grows with each part and each beginning, so that nobody notes what is another one's by then.
    """

    __tablename__ = "record_walks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(RowNumber, default=-1)
    checkpoint: Mapped[int] = mapped_column(RowNumber, default=0)
    newest: Mapped[int] = mapped_column(RowNumber, default=0)
    decisions: Mapped[int] = mapped_column(RowNumber, default=0)
    findings: Mapped[int] = mapped_column(RowNumber, default=0)
    due_at: Mapped[datetime] = mapped_column(Instant)
    last_case: Mapped[int | None] = mapped_column(RowNumber)
    last_checkpoint: Mapped[int | None] = mapped_column(RowNumber)
    found: Mapped[object | None] = mapped_column(JsonText)
    generation: Mapped[int] = mapped_column(RowNumber, default=0, server_default=text("0"))


def walk_on(
    database: Database,
    secret: bytes,
    clock: Callable[[], datetime],
    goes_on: Callable[[], bool] = lambda: True,
) -> list[Finding]:
    """Verify the next part of the record, if it is due and no other process does.

    Returns what is wrong and was not found by this walk before; it is noted as it is found.
    `goes_on`: whether to; else the rest is left for later. Where all is begun anew meanwhile, or
    another process has gone on, this one stops.
    """
    began = clock()
    walk = database.write(lambda session: _claim(session, began))
    if walk is None:
        return []
    found: list[Finding] = []
    for check, span in _steps(database, walk):
        if not goes_on():
            return found
        told = _step(database, secret, clock, walk.generation, check, span)
        if told is None:
            return found
        found += told
    return found + _end(database, secret, began, walk.generation)


def findings_so_far(session: Session) -> int:
    """Return how much the walk that goes on has found."""
    return session.scalar(select(RecordWalk.findings)) or 0


def begin_anew(session: Session) -> None:
    """Forget the walk that goes on: all of the record has just been verified otherwise."""
    nothing = {"case_id": -1, "checkpoint": 0, "decisions": 0, "findings": 0, "found": None}
    anew = {**nothing, "generation": RecordWalk.generation + 1}
    session.execute(update(RecordWalk).values(anew))


Check = Callable[[Session, bytes, Tally, range], Iterator[Finding]]


def _claim(session: Session, now: datetime) -> RecordWalk | None:
    hold(session, "verify the record")
    walk = session.get(RecordWalk, 1, with_for_update=True)
    if walk is None:
        walk = RecordWalk(id=1, case_id=-1, generation=0, due_at=now)
        session.add(walk)
    elif walk.due_at > now:
        return None
    walk.due_at = now + LEASE
    walk.generation += 1
    # A walk that a process of the version before began has no end yet, or an earlier one's.
    if walk.last_case is None or walk.case_id < 0:
        walk.last_case, walk.last_checkpoint = _last(session)
    session.flush()
    return walk


def _steps(database: Database, walk: RecordWalk) -> list[tuple[Check, range]]:
    with database.reading() as session:
        _, newest = _last(session)
    case, checkpoint = walk.last_case or 0, walk.last_checkpoint or 0
    return [
        *_spans(walk.newest, newest, CHECKPOINTS_AT_ONCE, _new),
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
    database: Database,
    secret: bytes,
    clock: Callable[[], datetime],
    generation: int,
    check: Check,
    span: range,
) -> list[Finding] | None:
    """Return what is wrong there and was not known; `None`: the walk is not ours any more."""
    tally = Tally()
    with database.reading() as session:
        found = list(check(session, secret, tally, span))

    def note(session: Session) -> list[Finding] | None:
        walk = _ours(session, generation)
        if walk is None:
            return None
        setattr(walk, _COLUMNS[check], span.stop - 1)
        walk.decisions += tally.decisions
        walk.due_at = clock() + LEASE
        return _count(walk, found)

    return database.write(note)


def _ours(session: Session, generation: int) -> RecordWalk | None:
    ours = select(RecordWalk).where(RecordWalk.generation == generation)
    return session.scalar(ours.with_for_update())


def _count(walk: RecordWalk, found: Sequence[Finding]) -> list[Finding]:
    """Count what was found and was not before: what is new is looked at twice. Return it."""
    # A process of the version before, which began anew, forgets how many they were alone.
    known = cast("list[str]", walk.found or []) if walk.findings else []
    by_name = {sha256(str(each).encode()).hexdigest()[:16]: each for each in found}
    new = {name: each for name, each in by_name.items() if name not in known}
    walk.findings += len(new)
    walk.found = [*known, *new][:MOST_TOLD_APART]
    return list(new.values())


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


def _end(database: Database, secret: bytes, began: datetime, generation: int) -> list[Finding]:
    """End this part; the last one with the revisions, and with what no checkpoint seals."""
    tally, found = Tally(), list[Finding]()
    with database.reading() as session:
        whole = _is_whole(session.get_one(RecordWalk, 1))
        if whole:
            _, newest = _last(session)
            found += SealCheck(session, secret, tally).at_the_end(newest + 1)
            found += verify_revisions(session, tally, ())

    def note(session: Session) -> list[Finding]:
        walk = _ours(session, generation)
        if walk is None:
            return []
        walk.due_at = began + EVERY
        new = _count(walk, found)
        if whole:
            session.add(Verification(at=began, decisions=walk.decisions, findings=walk.findings))
            session.flush()
            begin_anew(session)
        return new

    return database.write(note)


def _is_whole(walk: RecordWalk) -> bool:
    return walk.case_id >= (walk.last_case or 0) and walk.checkpoint >= (walk.last_checkpoint or 0)


def _last(session: Session) -> tuple[int, int]:
    """Return the highest id of a case, there or named by a decision, and the last checkpoint."""
    highest = (func.max(Case.id), func.max(AS_WRITTEN.c.case_id), func.max(CHECKPOINTS.c.seq))
    case, named, checkpoint = (session.scalar(select(each)) or 0 for each in highest)
    return max(case, named), checkpoint
