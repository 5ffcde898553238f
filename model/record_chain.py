"""The record's chain: each decision of a case carries the hash of the one before it.

`docs/record.md` says how to check a chain without this code: keep the two in step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import insert
from sqlalchemy.orm import Session

from model.as_written import as_written, instant
from model.case_in_hand import Locked
from model.decisions import DecisionRecord
from model.prepared import Prepared

AS_WRITTEN = as_written(DecisionRecord)
_INSERT = Prepared(insert(AS_WRITTEN), AS_WRITTEN.c.keys())
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def append(session: Session, case: Locked, row: dict[str, object]) -> None:
    """Add a decision to the record of its case, which must be locked. No earlier row is read.

    `row`: every other column of the decision; JSON as text.
    """
    row["previous_hash"] = case.record_head
    row["hash"] = case.record_head = hash_of(row)
    _INSERT.run(session, row)


def hash_of(row: Mapping[str, object]) -> str:
    """Return the hash of a row: SHA-256 of the canonical JSON (RFC 8785) of what is `written`."""
    hashed = {name: each for name, each in written(row).items() if name != "hash"}
    return sha256(_canonical(hashed).encode("utf-8", "surrogatepass")).hexdigest()


def written(row: Mapping[str, object]) -> dict[str, str | int]:
    """Return a row as texts and whole numbers. A column without a value is left out.

    So a column that a later version adds changes no hash of before.
    """
    return {name: _written(value) for name, value in row.items() if value is not None}


def _written(value: object) -> str | int:
    if isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    # Nothing of the product's own, and no hash is made for it: one is compared with it.
    return str(value)
