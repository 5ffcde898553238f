"""Pages of what is numbered: every row once, in order, however they are cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from model.cases import Case
from model.cursors import numbered
from model.database import Database
from rules.errors import BadFields

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ROWS = 7


def paged(database: Database, limit: int, *, newest_first: bool) -> list[list[int]]:
    """Return the numbers on each page, as whoever follows the cursors reads them."""
    pages, after = [], None
    with database.reading() as session:
        while True:
            page, after = numbered(
                session, select(Case), Case.id, after, limit, newest_first=newest_first
            )
            pages.append([case.id for case in page])
            if after is None:
                return pages


@pytest.mark.parametrize("newest_first", [False, True])
def test_each_row_is_on_one_page(database: Database, *, newest_first: bool) -> None:
    """In order, full pages first; the last page leads nowhere, also where it is a full one."""
    said = {"version": 0, "created_at": NOW, "updated_at": NOW}
    with database.transaction() as session:
        session.execute(insert(Case), [{"ref": f"C-{n}", **said} for n in range(ROWS)])
    with database.reading() as session:
        numbers = sorted(session.scalars(select(Case.id)), reverse=newest_first)
    for limit in (1, 3, ROWS, ROWS + 1, 1_000):
        pages = paged(database, limit, newest_first=newest_first)
        assert [number for page in pages for number in page] == numbers
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert 0 < len(pages[-1]) <= limit


def test_what_is_no_cursor_is_refused(database: Database) -> None:
    """At its place, whatever it is."""
    with database.reading() as session:
        for cursor in ("", "x", "-1", "1.5", "٣", "9" * 19):
            with pytest.raises(BadFields, match="/after"):
                numbered(session, select(Case), Case.id, cursor, 10)
