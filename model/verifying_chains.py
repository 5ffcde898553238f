"""Checking the chains: each decision is what was recorded, and follows the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import exists, select, true
from sqlalchemy.orm import Session

from model.cases import Case
from model.findings import Finding, Tally, Wrong
from model.record_chain import AS_WRITTEN, hash_of
from model.record_pages import PAGE, Row
from model.subjects import shown

_OWN = tuple(AS_WRITTEN.c.keys())


def named(row: Row) -> str:
    """Return how a finding names a decision."""
    subject = shown(str(row["case_ref"]))
    return f"decision {row['id']} ({subject}, version {row['case_version']})"


class ChainCheck:
    """Walks the chains row by row; it keeps no more than the row before."""

    def __init__(self, session: Session, tally: Tally) -> None:
        self._session = session
        self._tally = tally
        self._before: Row | None = None
        self._hash: str | None = None
        self._doubtful = False

    def page(self, page: Sequence[Row]) -> Iterator[Finding]:
        """Yield what is wrong with the next decisions and with the heads of their cases."""
        for row in page:
            yield from self._row(row)

    def end(self, span: range | None = None) -> Iterator[Finding]:
        """Yield what is wrong with the last case, and with cases that have no decision left.

        `span`: only the cases whose ids are in it.
        """
        yield from self._end_of_case()
        yield from self._empty_cases(span)

    def _row(self, row: Row) -> Iterator[Finding]:
        if self._before is None or self._before["case_id"] != row["case_id"]:
            yield from self._end_of_case()
            self._tally.cases += 1
            self._before, self._hash, self._doubtful = None, None, False
        self._tally.decisions += 1
        found = self._wrong_with(row)
        if found is not None:
            yield found
        self._before, self._doubtful = row, found is not None
        if row["hash"] is not None:
            self._hash = row["hash"]

    def _wrong_with(self, row: Row) -> Finding | None:
        hash = hash_of({name: row[name] for name in _OWN})
        found = self._wrong_in_chain(row, hash)
        if row["sealed_hash"] is not None:
            self._tally.sealed += 1
            if found is None and row["sealed_hash"] != hash:
                detail = f"it is not what checkpoint {row['checkpoint']} sealed"
                return Finding(named(row), Wrong.ALTERED, detail)
        elif row["waiting"] is not None:
            self._tally.waiting += 1
        elif found is None:
            detail = "no checkpoint seals it, and it does not wait for one"
            return Finding(named(row), Wrong.NOT_SEALED, detail)
        return found

    def _wrong_in_chain(self, row: Row, hash: str) -> Finding | None:
        if row["hash"] is None and row["previous_hash"] is None:
            # Recorded by a version without the chain; the next that has one skips it.
            self._tally.unchained += 1
            return None
        follows = row["previous_hash"] == self._hash
        elsewhere = not follows and self._is_elsewhere(row)
        if elsewhere and not (self._doubtful and row["hash"] == hash):
            detail = "it does not stand where it was recorded among the decisions of its case"
            return Finding(named(row), Wrong.REORDERED, detail)
        if row["hash"] != hash:
            return Finding(named(row), Wrong.ALTERED, "its content does not match its hash")
        if not follows and not self._doubtful:
            return self._gap_before(row)
        return None

    def _gap_before(self, row: Row) -> Finding:
        gap = f"between {named(self._before)} and it" if self._before else "before it"
        detail = f"what was recorded {gap} is gone, or was hashed anew"
        return Finding(f"before {named(row)}", Wrong.REMOVED, detail)

    def _is_elsewhere(self, row: Row) -> bool:
        """Whether the decision that this one follows is at another place of the case."""
        other = select(AS_WRITTEN.c.id).where(
            AS_WRITTEN.c.case_id == row["case_id"],
            AS_WRITTEN.c.hash == row["previous_hash"],
            AS_WRITTEN.c.id != row["id"],
        )
        return self._session.scalar(other.limit(1)) is not None

    def _end_of_case(self) -> Iterator[Finding]:
        last = self._before
        if last is None or last["case_id"] is None:
            return
        if last["ref"] is None:
            yield Finding(shown(last["case_ref"]), Wrong.REMOVED, "its decisions are there")
        elif last["head"] != self._hash and not self._doubtful:
            detail = f"its latest decisions are gone; the last one there is {named(last)}"
            yield Finding(shown(last["ref"]), Wrong.CUT_OFF, detail)

    def _empty_cases(self, span: range | None) -> Iterator[Finding]:
        """Yield the cases that had decisions and have none."""
        decided = exists().where(AS_WRITTEN.c.case_id == Case.id)
        columns = (Case.id, Case.ref, Case.record_head, decided.label("decided"))
        last = span.start - 1 if span else 0
        within = Case.id < span.stop if span else true()
        while True:
            query = select(*columns).where(Case.id > last, within).order_by(Case.id).limit(PAGE)
            page = self._session.execute(query).all()
            for case in page:
                if case.record_head is not None and not case.decided:
                    detail = "all of its decisions are gone"
                    yield Finding(shown(case.ref), Wrong.CUT_OFF, detail)
            if len(page) < PAGE:
                return
            last = page[-1].id
