"""What SQL holds in the end, set against what callers were told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from itertools import groupby

from sqlalchemy import text

from model.database import Database
from model.verifying import Tally, verify
from tests.fire.service import SECRET

KEPT = text("SELECT key, body FROM kept_answers")
DECISIONS = text("SELECT id, answer FROM decisions")
BY_CASE = text("SELECT case_ref, case_version FROM decisions ORDER BY case_ref, case_version")
CASES = text("SELECT ref, version FROM cases ORDER BY ref")


def assert_each_once(url: str, acknowledged: Mapping[str, str]) -> None:
    """Each key has its one decision, word for word as it was acknowledged; there are no others.

    For a database in which nothing was decided but under a key.
    """
    with closing(Database(url)) as database, database.reading() as session:
        kept: dict[str, str] = {row[0]: row[1] for row in session.execute(KEPT)}
        decided: dict[str, str] = {row[0]: row[1] for row in session.execute(DECISIONS)}
        rows = session.execute(BY_CASE).all()
        cases: dict[str, int] = {row[0]: row[1] for row in session.execute(CASES)}
        findings = list(verify(session, SECRET.encode(), Tally()))
    assert kept == acknowledged
    assert decided == {json.loads(body)["id"]: body for body in acknowledged.values()}
    assert len(decided) == len(acknowledged)
    versions = {ref: [row[1] for row in of] for ref, of in groupby(rows, lambda row: row[0])}
    assert versions == {ref: list(range(1, last + 1)) for ref, last in cases.items()}
    assert findings == []


def assert_kept(url: str, acknowledged: Mapping[str, str]) -> None:
    """Each acknowledged decision is there, word for word, in an unbroken record.

    For a database in which an answer may have been forgotten under its key, as time passed.
    """
    with closing(Database(url)) as database, database.reading() as session:
        decided: dict[str, str] = {row[0]: row[1] for row in session.execute(DECISIONS)}
        rows = session.execute(BY_CASE).all()
        findings = list(verify(session, SECRET.encode(), Tally()))
    told = {json.loads(body)["id"]: body for body in acknowledged.values()}
    assert len(told) == len(acknowledged)
    assert {id: decided.get(id) for id in told} == told
    versions = {ref: [row[1] for row in of] for ref, of in groupby(rows, lambda row: row[0])}
    assert all(each == list(range(1, len(each) + 1)) for each in versions.values())
    assert findings == []
