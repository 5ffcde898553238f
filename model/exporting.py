"""The record as an auditor takes it along: JSON lines that can be verified without the database.

`docs/record.md` describes the lines and how to verify them: keep the two in step. Personal
values are not among them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.as_written import instant
from model.cases import doubles_of, find_case, no_such_case
from model.erasing import Erasure
from model.record_chain import AS_WRITTEN, written
from model.record_pages import Row, checkpoints_in_order, pages_of_chains, pages_of_seals
from model.revisions import files_of

FORMAT = 1
_OWN = tuple(AS_WRITTEN.c.keys())
_SEAL = ("checkpoint", "position", "decision_id", "hash", "seal")
_text = json.JSONEncoder(ensure_ascii=False).encode
_Line = Mapping[str, object]


def export(
    session: Session, now: datetime, since: datetime | None = None, ref: str | None = None
) -> Iterator[str]:
    """Yield the record as lines: decisions, the revisions they rest on, and what seals them.

    With `since` only what was decided from then on, with `ref` only that case and its doubles.

    Raises:
        UnknownRecord: there is no such case.
    """
    cases = None if ref is None else _cases(session, ref)
    asked: _Line = {"since": instant(since) if since else None, "case": ref}
    yield _text({"kind": "record", "format": FORMAT, "exported_at": instant(now), **asked})
    exported = _Export(session, only_some=since is not None or ref is not None)
    for line in exported.decisions(since, cases):
        yield _text(line)
    for line in _erasures(session, cases):
        yield _text(line)
    for line in exported.checkpoints():
        yield _text(line)


class _Export:
    """Remembers which revisions have been written, and which checkpoints seal what was."""

    def __init__(self, session: Session, *, only_some: bool) -> None:
        self._session = session
        self._only_some = only_some
        self._revisions: set[str] = set()
        self._sealed_by: set[int] = set()

    def decisions(self, since: datetime | None, cases: Collection[int] | None) -> Iterator[_Line]:
        """Yield decisions, each revision before its first use, and each case after its last."""
        last: Row | None = None
        for page in pages_of_chains(self._session, since, cases):
            for row in page:
                if last is not None and last["case_id"] != row["case_id"]:
                    yield _case(last)
                if row["revision"] not in self._revisions:
                    yield self._revision(row["revision"])
                if row["checkpoint"] is not None:
                    self._sealed_by.add(row["checkpoint"])
                yield {"kind": "decision", "row": written({name: row[name] for name in _OWN})}
                last = row
        if last is not None:
            yield _case(last)

    def checkpoints(self) -> Iterator[_Line]:
        """Yield every checkpoint, with what it seals if any of that was exported."""
        for checkpoint in checkpoints_in_order(self._session):
            yield {"kind": "checkpoint", "row": written(dict(checkpoint))}
            if self._only_some and checkpoint["seq"] not in self._sealed_by:
                continue
            for page in pages_of_seals(self._session, checkpoint["seq"]):
                for row in page:
                    yield {"kind": "sealed", **{name: row[name] for name in _SEAL}}

    def _revision(self, revision: str) -> _Line:
        self._revisions.add(revision)
        return {
            "kind": "revision",
            "id": revision,
            "files": dict(files_of(self._session, revision)),
        }


def _cases(session: Session, ref: str) -> list[int]:
    """Return the case that `ref` leads to and its doubles."""
    case = find_case(session, ref)
    if case is None:
        raise no_such_case(ref)
    return [case.id, *(double.id for double in doubles_of(session, case))]


def _case(row: Row) -> _Line:
    return {"kind": "case", "id": row["case_id"], "ref": row["ref"], "head": row["head"]}


def _erasures(session: Session, cases: Collection[int] | None) -> Iterator[_Line]:
    query = select(Erasure).order_by(Erasure.id)
    if cases is not None:
        query = query.where(Erasure.case_id.in_(cases))
    for row in session.scalars(query):
        at = instant(row.at)
        yield {"kind": "erasure", "case": row.case_id, "facts": row.facts, "by": row.by, "at": at}
