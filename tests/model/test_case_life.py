"""The life of a case: reopened after a final answer, and renamed while others decide it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from model import migrating
from model.case_history import history_of
from model.cases import Case, find_case, insert_ref, lock_or_open_case
from model.database import Database
from model.decisions import DecisionRecord, decisions_of
from rules.errors import (
    AlreadyMerged,
    BadFields,
    CaseMovedOn,
    CaseNotEnded,
    RefTaken,
    UnknownRecord,
)
from tests.model.lives import Lives


def test_a_case_goes_on_after_it_was_reopened(lives: Lives) -> None:
    """Its facts stay but for those that are named; who did it, when and why is recorded."""
    lives.decide("A", in_catalog=True, note_1="x", note_2="y")
    later = replace(lives, moment=replace(lives.moment, now=lives.moment.now + timedelta(days=1)))
    view = later.reopen("A", {"in_catalog": None, "note_2": "z"}, 1)
    assert view.version == 2
    assert view.reopened_at == later.moment.now
    assert lives.values("A") == {"note_1": "x", "note_2": "z"}
    entry = lives.history("A")[0]
    assert (entry.what, entry.version, entry.by, entry.reason, entry.at) == (
        "reopened",
        2,
        "Ann",
        "it was not over",
        later.moment.now,
    )
    assert {fact.name: fact.value for fact in entry.facts} == {"in_catalog": None, "note_2": "z"}
    assert later.decide("A").body["status"] == "awaiting_facts"


def test_only_a_case_with_a_final_answer_is_reopened(lives: Lives) -> None:
    """Not before one, nor twice after one; a case that ended again can be."""
    with pytest.raises(UnknownRecord):
        lives.reopen("A", {}, None)
    lives.decide("A", in_catalog=False)
    with pytest.raises(CaseNotEnded):
        lives.reopen("A", {}, None)
    lives.decide("A", in_catalog=True)
    lives.reopen("A", {}, None)
    before = lives.case("A")
    with pytest.raises(CaseNotEnded):
        lives.reopen("A", {}, None)
    assert lives.case("A") == before
    lives.decide("A")
    assert lives.reopen("A", {}, None).version == before.version + 2


def test_a_refused_reopening_changes_nothing(lives: Lives) -> None:
    """Who saw another version, or names facts that cannot be, leaves the case as it was."""
    lives.decide("A", in_catalog=True)
    before = lives.case("A")
    with pytest.raises(CaseMovedOn):
        lives.reopen("A", {"in_catalog": None}, 7)
    with pytest.raises(BadFields):
        lives.reopen("A", {"in_catalogue": None}, 1)
    assert lives.case("A") == before


def test_an_old_ref_leads_to_the_new_one(lives: Lives) -> None:
    """Reading and deciding under it reads and decides the case, which says its own ref."""
    first = lives.decide("A", note_1="x")
    view = lives.rename("A", "B", 1)
    assert (view.ref, view.version) == ("B", 2)
    assert lives.case("A") == lives.case("B") == view
    assert lives.decide("A", note_2="y").body["case"] == {"ref": "B", "version": 3}
    assert lives.values("B") == {"note_1": "x", "note_2": "y"}
    with lives.database.reading() as session:
        for ref in ("A", "B"):
            page = decisions_of(session, ref, None, 10)
            assert [answer.body["case"] for answer in page.decisions] == [
                {"ref": "B", "version": 3},
                first.body["case"],
            ]
    entry = lives.history("A")[1]
    assert (entry.what, entry.by, entry.details) == ("renamed", "Ann", {"from": "A", "to": "B"})


def test_a_case_may_be_renamed_again_and_back(lives: Lives) -> None:
    """Every ref that it ever had leads to it."""
    lives.decide("A")
    for old, new in (("A", "B"), ("B", "C"), ("A", "D"), ("C", "A"), ("A", "B")):
        assert lives.rename(old, new).ref == new
        assert {lives.case(ref).ref for ref in "AB"} == {new}
    assert {lives.case(ref).ref for ref in "ABCD"} == {"B"}
    assert len(lives.history("B")) == 6


def test_renaming_again_changes_nothing(lives: Lives) -> None:
    """A caller who did not hear the answer may ask again under the old ref."""
    lives.decide("A")
    view = lives.rename("A", "B", 1)
    assert lives.rename("A", "B", 1) == view
    assert lives.case("B") == view


def test_a_ref_of_another_case_is_not_taken(lives: Lives) -> None:
    """Neither the one it has nor one it had; and no case is renamed to what it is called."""
    lives.decide("A")
    lives.decide("B")
    lives.rename("B", "C")
    for ref in "BC":
        with pytest.raises(RefTaken, match=f"another case `{ref}`"):
            lives.rename("A", ref)
    with pytest.raises(BadFields, match="is the case's ref already"):
        lives.rename("A", "A")
    with pytest.raises(BadFields, match="control characters"):
        lives.rename("A", "a\n")
    with pytest.raises(CaseMovedOn):
        lives.rename("A", "D", 2)
    with pytest.raises(UnknownRecord):
        lives.rename("X", "Y")
    assert (lives.case("A").version, lives.case("B").version) == (1, 2)
    with lives.database.reading() as session:
        assert find_case(session, "D") is None


def test_a_double_is_not_renamed(lives: Lives) -> None:
    """Whoever asks for it would rename the case that it was merged into."""
    lives.decide("A")
    lives.decide("B")
    lives.merge("A", "B")
    with pytest.raises(AlreadyMerged, match="`B` was merged into `A`"):
        lives.rename("B", "C")


def test_no_decision_is_lost_while_a_case_is_renamed(lives: Lives) -> None:
    """Twelve who decide under every ref the case ever has, against one who renames it."""
    refs = ["A", "B", "C", "A", "D", "B"]
    lives.decide("A")

    def decide_often(number: int) -> None:
        for turn in range(5):
            lives.note("A", number, f"turn {turn}")

    def rename_often() -> None:
        for old, new in pairwise(refs):
            lives.rename(old, new)

    with ThreadPoolExecutor(13) as pool:
        done = [pool.submit(rename_often), *(pool.submit(decide_often, n) for n in range(12))]
        for each in done:
            each.result()
    case = lives.case("B")
    assert case.version == 1 + 12 * 5 + len(refs) - 1
    assert lives.values("D") == {f"note_{n}": "turn 4" for n in range(12)}
    with lives.database.reading() as session:
        assert len({row.case_id for row in session.scalars(select(DecisionRecord))}) == 1
        versions = [entry.version for entry in history_of(session, "A", None, 100).entries]
    assert versions == list(range(case.version, 0, -1))


def test_a_ref_is_opened_or_taken_but_not_both(lives: Lives) -> None:
    """Of those who open a case and one who renames another to its ref, one side gives way."""
    for turn in range(8):
        old, new = f"old {turn}", f"new {turn}"
        lives.decide(old, note_1="old")

        def rename(old: str = old, new: str = new) -> bool:
            try:
                return bool(lives.rename(old, new))
            except RefTaken:
                return False

        with ThreadPoolExecutor(4) as pool:
            opened = [pool.submit(lives.decide, new, note_2="new") for _ in range(3)]
            renamed = pool.submit(rename).result()
            answers = [each.result().body["case"] for each in opened]
        expected = {"note_1": "old", "note_2": "new"} if renamed else {"note_2": "new"}
        assert lives.values(new) == expected
        assert {answer["ref"] for answer in answers if isinstance(answer, dict)} == {new}
    with lives.database.reading() as session:
        rows = session.scalars(select(Case)).all()
    assert len({row.ref for row in rows}) == len(rows)


def test_an_earlier_version_finds_no_signpost(empty_database: Database) -> None:
    """Migrated down, only real cases are left, a double among them; and up again it works."""
    migrating.upgrade(empty_database)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with empty_database.transaction() as session:
        case = lock_or_open_case(session, "A", now)
        double = lock_or_open_case(session, "B", now)
        double.merged_into_id = case.id
        insert_ref(session, "C", now, renamed_to=case)
    migrating.downgrade(empty_database, "0002")
    with empty_database.reading() as session:
        assert session.scalars(text("SELECT ref FROM cases ORDER BY ref")).all() == ["A", "B"]
    migrating.upgrade(empty_database)
    with empty_database.reading() as session:
        found = find_case(session, "B")
        assert found is not None
        assert found.merged_into_id is None
