"""Checking personal values: each is the one that was recorded, or its erasure was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.as_written import as_written
from model.erasing import Erasure
from model.findings import Finding, Tally, Wrong
from model.personal_values import PersonalValue, commitment, commitments_in, rows_of
from model.record_pages import Row
from model.verifying_chains import named

ERASURES = as_written(Erasure)
_COLUMNS = ("request", "facts", "because", "answer")


class PersonalCheck:
    """Looks up the values behind the placeholders of decisions, a page at a time."""

    def __init__(self, session: Session, tally: Tally) -> None:
        self._session = session
        self._tally = tally

    def page(self, page: Sequence[Row]) -> Iterator[Finding]:
        """Yield what is wrong with the personal values of some decisions."""
        holders = {
            each: row for row in page for column in _COLUMNS for each in commitments_in(row[column])
        }
        if not holders:
            return
        values = {value.commitment: value for value in rows_of(self._session, holders)}
        for each, row in holders.items():
            self._tally.personal_values += 1
            if wrong := self._wrong_with(row, values.get(each)):
                yield Finding(named(row), Wrong.PERSONAL_VALUE, wrong)

    def _wrong_with(self, row: Row, value: PersonalValue | None) -> str | None:
        if value is None:
            return "a value is gone, and no erasure says so"
        if value.erasure_id is not None:
            self._tally.erased += 1
            return self._wrong_with_erasure(row, value, value.erasure_id)
        if value.salt is None or value.value is None:
            return f"`{value.name}` is gone, and no erasure says so"
        if value.commitment != commitment(value.salt, row["id"], value.name, value.value):
            return f"`{value.name}` is not the value that was recorded"
        return None

    def _wrong_with_erasure(self, row: Row, value: PersonalValue, erasure_id: int) -> str | None:
        if value.value is not None or value.salt is not None:
            return f"`{value.name}` has a value again after it was erased"
        said = select(ERASURES.c.facts).where(
            ERASURES.c.id == erasure_id, ERASURES.c.case_id == row["case_id"]
        )
        if f'"{value.name}"' not in str(self._session.scalar(said)):
            return f"`{value.name}` was erased, and no erasure says so"
        return None
