"""The export: an auditor verifies it with nothing but the file and what `docs/record.md` says."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.erasing import erase
from model.exporting import export
from rules.errors import UnknownRecord
from tests.model.recorded import SECRET, attack, decide_for, hash_anew, seal

Line = dict[str, Any]


def lines_of(database: Database, moment: Moment, **only: Any) -> list[Line]:
    """Return the lines of an export."""
    with database.reading() as session:
        return [json.loads(line) for line in export(session, moment.now, **only)]


def of_kind(lines: Iterable[Line], kind: str) -> list[Line]:
    """Return the lines of one kind."""
    return [line for line in lines if line["kind"] == kind]


# What follows is written after docs/record.md alone, and uses nothing of the product.


def sha256(text: str) -> str:
    """Return a hash in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_without(row: Line, member: str) -> str:
    """Return the hash of a row's canonical text."""
    rest = {name: value for name, value in row.items() if name != member}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def wrong_offline(lines: list[Line], secret: bytes | None = None) -> set[str]:
    """Return the rows of a whole export that do not verify."""
    return {*wrong_chains(lines), *wrong_revisions(lines), *wrong_seals(lines, secret)}


def wrong_chains(lines: list[Line]) -> Iterable[str]:
    """Steps 1 and 2."""
    last = None
    for line in lines:
        if line["kind"] == "decision":
            row = line["row"]
            if "hash" not in row:
                continue
            if row["hash"] != hash_without(row, "hash") or row.get("previous_hash") != last:
                yield row["id"]
            last = row["hash"]
        elif line["kind"] == "case":
            if line["head"] != last:
                yield f"case {line['ref']}"
            last = None


def wrong_revisions(lines: list[Line]) -> Iterable[str]:
    """Step 3."""
    for line in of_kind(lines, "revision"):
        digest = hashlib.sha256()
        for path in sorted(line["files"]):
            for part in (path, line["files"][path]):
                digest.update(len(part.encode()).to_bytes(8, "big") + part.encode())
        if line["id"] != f"sha256:{digest.hexdigest()}":
            yield line["id"]


def wrong_seals(lines: list[Line], secret: bytes | None) -> Iterable[str]:
    """Steps 4 and, with the secret, 5."""
    rows = [line["row"] for line in of_kind(lines, "decision")]
    hashes = {row["id"]: hash_without(row, "hash") for row in rows}
    key = hmac.digest(secret or b"", b"tollgate record checkpoints", "sha256")
    previous = None
    for seq, row in enumerate((line["row"] for line in of_kind(lines, "checkpoint")), start=1):
        sealed = [line for line in of_kind(lines, "sealed") if line["checkpoint"] == seq]
        listed = sha256("".join(f"{line['seal']}\n" for line in sealed))
        places = list(range(1, row["count"] + 1))
        if (row["seq"], row.get("previous"), row["decisions"]) != (seq, previous, listed):
            yield f"checkpoint {seq}"
        if [line["position"] for line in sealed] != places:
            yield f"checkpoint {seq}"
        if secret and row["seal"] != mac(key, "checkpoint", hash_without(row, "seal")):
            yield f"checkpoint {seq}"
        for line in sealed:
            parts = [str(line[name]) for name in ("checkpoint", "position", "decision_id", "hash")]
            fits = not secret or line["seal"] == mac(key, "decision", *parts)
            if hashes.get(line["decision_id"]) != line["hash"] or not fits:
                yield line["decision_id"]
        previous = row["seal"]


def mac(key: bytes, *parts: str) -> str:
    """Return a seal."""
    return hmac.digest(key, "\n".join(parts).encode(), "sha256").hex()


# From here on it is tried.


def test_an_export_verifies_offline(record: Database, moment: Moment) -> None:
    """Chains, revisions and checkpoints hold, with the secret and without."""
    lines = lines_of(record, moment)
    assert {line["kind"] for line in lines} == {
        "record", "revision", "decision", "case", "checkpoint", "sealed",
    }  # fmt: skip
    assert len(of_kind(lines, "decision")) == 10
    assert len(of_kind(lines, "revision")) == 1
    assert wrong_offline(lines) == set()
    assert wrong_offline(lines, SECRET) == set()


def test_a_forged_record_does_not_verify_offline(record: Database, moment: Moment) -> None:
    """What was altered, removed or hashed anew before the export is found in it."""
    attack(record, "UPDATE decisions SET stage = 'forged' WHERE id = 'A3'")
    assert wrong_offline(lines_of(record, moment)) == {"A3"}
    hash_anew(record, "A")
    assert wrong_offline(lines_of(record, moment)) == {"A3", "A4"}
    attack(record, "DELETE FROM decisions WHERE id IN ('B4', 'B5')")
    assert wrong_offline(lines_of(record, moment)) == {"A3", "A4", "B4", "case B"}


def test_seals_made_to_fit_need_the_secret_to_be_told(record: Database, moment: Moment) -> None:
    """Who knows the procedure but not the secret is found out by who knows it."""
    attack(record, "UPDATE decisions SET stage = 'forged' WHERE id = 'A4'")
    hash_anew(record, "A")
    fit = "(SELECT hash FROM decisions WHERE id = decision_id)"
    attack(record, f"UPDATE sealed_decisions SET hash = {fit}")
    assert wrong_offline(lines_of(record, moment)) == set()
    assert wrong_offline(lines_of(record, moment), SECRET) == {"A4"}


def test_an_export_of_one_case_has_what_seals_it(record: Database, moment: Moment) -> None:
    """Its decisions form their chain, and each checkpoint that seals one is listed in full."""
    lines = lines_of(record, moment, ref="A")
    assert {line["row"]["case_ref"] for line in of_kind(lines, "decision")} == {"A"}
    assert list(wrong_chains(lines)) == []
    assert wrong_offline(lines, SECRET) == {"B1", "B2", "B3", "B4"}  # not there, and not wanted
    with record.reading() as session, pytest.raises(UnknownRecord, match="no case `C`"):
        list(export(session, moment.now, ref="C"))


def test_an_export_may_begin_at_a_day(record: Database, caller: Caller, moment: Moment) -> None:
    """Only later decisions are written; the first refers to one that is not there."""
    later = Moment(moment.now + timedelta(days=3), moment.today + timedelta(days=3))
    decide_for(record, caller, later, "A", ["A6"])
    seal(record, later)
    lines = lines_of(record, later, since=moment.now + timedelta(days=1))
    (decision,) = of_kind(lines, "decision")
    assert decision["row"]["id"] == "A6"
    assert decision["row"]["previous_hash"]
    assert len(of_kind(lines, "checkpoint")) == 4
    assert {line["checkpoint"] for line in of_kind(lines, "sealed")} == {4}


def test_an_export_has_no_personal_value(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """Placeholders stand for the values, erasures are told, and all of it verifies."""
    request = DecisionRequest("A", None, None, None, {"note_1": "Ann", "in_catalog": True})
    with personal.transaction() as session:
        decide(session, request, caller, moment, "A1")
    before = lines_of(personal, moment)
    with personal.transaction() as session:
        erase(session, "A", ["note_1"], "Dana", moment)
    after = lines_of(personal, moment)
    assert "Ann" not in json.dumps(before)
    assert of_kind(before, "decision") == of_kind(after, "decision")
    (erasure,) = of_kind(after, "erasure")
    assert (erasure["facts"], erasure["by"]) == (["note_1"], "Dana")
    assert wrong_offline(after) == set()


def test_both_databases_export_the_same(record: Database, moment: Moment) -> None:
    """An export reads back as it was written, whichever database it came from."""
    (line, *_) = of_kind(lines_of(record, moment), "decision")
    with record.reading() as session:
        answer = session.scalar(text("SELECT answer FROM decisions WHERE id = 'A1'"))
    row = line["row"]
    assert row["answer"] == answer
    assert row["as_of"] == "2026-11-22"
    assert row["decided_at"] == "2026-11-22T09:30:15.123000Z"
    assert isinstance(row["case_version"], int)
    assert "previous_hash" not in row
