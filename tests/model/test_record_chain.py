"""The chain: a decision's hash covers all of it, and the decision before, by a plain rule."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from model.access import Caller
from model.cases import find_case
from model.database import Database
from model.deciding import Moment
from model.record_chain import AS_WRITTEN, hash_of, written
from tests.model.recorded import decide_for, found

PLAIN = st.text(st.characters(exclude_categories=["Cs"]))
NOON = datetime(2026, 11, 22, 12, 0, 0, 1, tzinfo=UTC)
BUDGET = 50e-6


def rows_of(database: Database, ref: str) -> list[dict[str, object]]:
    """Return the decisions of a case, oldest first, as they are written."""
    with database.reading() as session:
        query = select(AS_WRITTEN).where(AS_WRITTEN.c.case_ref == ref)
        found = session.execute(query.order_by(AS_WRITTEN.c.case_version)).mappings()
        return [dict(row) for row in found]


def test_each_decision_follows_the_one_before(record: Database) -> None:
    """The first has no predecessor; every other carries its predecessor's hash."""
    rows = rows_of(record, "A")
    assert [row["previous_hash"] for row in rows] == [None, *(row["hash"] for row in rows[:-1])]
    with record.reading() as session:
        case = find_case(session, "A")
    assert case is not None
    assert case.record_head == rows[-1]["hash"]


def test_the_hash_is_that_of_the_row_as_plain_json(record: Database) -> None:
    """Sorted members, no spaces, UTF-8: what every language can write is what is hashed."""
    for row in rows_of(record, "B"):
        members = {name: value for name, value in row.items() if value is not None}
        del members["hash"]
        text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert sha256(text.encode()).hexdigest() == row["hash"] == hash_of(row)


def test_both_databases_hash_alike() -> None:
    """An instant in any zone, a day and a column without a value are written in one way."""
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    row: dict[str, object] = {"at": there, "day": date(2026, 1, 2), "none": None, "n": 1}
    assert written(row) == {"at": "2026-11-22T12:00:00.000001Z", "day": "2026-01-02", "n": 1}
    assert hash_of(row) == hash_of({"at": NOON, "day": "2026-01-02", "n": 1})


@given(st.dictionaries(PLAIN, PLAIN), st.dictionaries(PLAIN, PLAIN))
def test_different_rows_have_different_hashes(one: dict[str, str], other: dict[str, str]) -> None:
    """No two rows are hashed as the same text, whatever is in their columns."""
    one.pop("hash", None)
    other.pop("hash", None)
    assert (hash_of(one) == hash_of(other)) == (one == other)


def test_decisions_made_at_once_make_one_chain(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Many writers on one case leave a chain without a fork."""
    with ThreadPoolExecutor(8) as pool:
        work = [
            pool.submit(decide_for, published, caller, moment, "A", [f"{n}-{m}" for m in range(3)])
            for n in range(8)
        ]
        for each in work:
            each.result()
    assert len({row["previous_hash"] for row in rows_of(published, "A")}) == 24
    assert found(published) == []


def test_hashing_a_decision_takes_next_to_no_time(record: Database) -> None:
    """A hash costs less than 50 µs, at the best of many tries."""
    (row, *_) = rows_of(record, "A")

    def seconds() -> float:
        began = perf_counter()
        hash_of(row)
        return perf_counter() - began

    assert min(seconds() for _ in range(500)) < BUDGET
