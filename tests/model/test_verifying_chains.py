"""Verifying the chains: whatever is done to a decision is found, and the decision named."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from model.access import Caller
from model.database import Database
from model.deciding import Moment
from model.decisions import DecisionRecord
from model.record_chain import AS_WRITTEN
from tests.model.recorded import attack, decide_for, found, hash_anew, seal, set_head

COLUMNS = sorted(set(AS_WRITTEN.c.keys()) - {"id", "case_id", "case_version"})
NOT_TEXT = {"as_of": "1999-12-31", "decided_at": "1999-12-31 00:00:00.000000"}
PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=9)
DECISIONS = [f"{case}{number}" for case in "AB" for number in range(1, 6)]


def test_an_untouched_record_is_whole(record: Database) -> None:
    """Nothing is found in a record that is as it was written."""
    assert found(record) == []


def stored(database: Database, decision: str, column: str) -> object:
    """Return what a column of a decision holds."""
    with database.reading() as session:
        value = AS_WRITTEN.c[column]
        return session.scalar(select(value).where(AS_WRITTEN.c.id == decision))


def put(database: Database, decision: str, column: str, value: object) -> None:
    """Write into a column of a decision."""
    attack(database, f"UPDATE decisions SET {column} = :new WHERE id = :id", id=decision, new=value)


def test_a_decision_that_is_altered_is_named(record: Database) -> None:
    """Whichever column of a decision is changed, that decision is found and no other."""
    for column in COLUMNS:
        old = stored(record, "A2", column)
        put(record, "A2", column, NOT_TEXT.get(column, "forged"))
        rows = [row for row, _ in found(record) if row != "revision forged"]
        assert rows == ["decision A2"], column
        put(record, "A2", column, old)
    assert found(record) == []


@given(st.sampled_from(DECISIONS), st.sampled_from(COLUMNS), PLAIN)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_change_of_any_decision_goes_unnoticed(
    record: Database, decision: str, column: str, new: str
) -> None:
    """Sealed or not, first or last: a changed value is found and its decision is named."""
    old = stored(record, decision, column)
    put(record, decision, column, NOT_TEXT.get(column, f"x{new}"))
    assert f"decision {decision}" in [row for row, _ in found(record)]
    put(record, decision, column, old)


def test_nonsense_is_found_as_any_other_change(record: Database) -> None:
    """Where SQLite lets anything be put into a column, the decision is named all the same."""
    if not record.is_sqlite:
        return
    for column in COLUMNS:
        old = stored(record, "A2", column)
        for nonsense in (b"\xff", 1.5, "{"):
            put(record, "A2", column, nonsense)
            assert "decision A2" in [row for row, _ in found(record)], (column, nonsense)
        put(record, "A2", column, old)


def test_answers_swapped_between_cases_are_named(record: Database) -> None:
    """Two answers that changed places are both found."""
    one, other = (stored(record, decision, "answer") for decision in ("A2", "B2"))
    put(record, "A2", "answer", other)
    put(record, "B2", "answer", one)
    assert found(record) == [("decision A2", "altered"), ("decision B2", "altered")]


def test_a_decision_moved_to_another_case_is_named(record: Database) -> None:
    """A row that is made another case's, or no case's, is found."""
    attack(record, "UPDATE decisions SET case_id = NULL WHERE id = 'A2'")
    assert found(record) == [("before decision A3", "removed"), ("decision A2", "altered")]


def test_a_removed_decision_is_named(record: Database) -> None:
    """A row taken out of the middle is missed by the next one, and by what sealed it."""
    attack(record, "DELETE FROM decisions WHERE id = 'A2'")
    assert found(record) == [("before decision A3", "removed"), ("decision A2", "removed")]


def test_the_first_decision_is_missed_too(record: Database) -> None:
    """A chain that does not begin at its beginning is found."""
    attack(record, "DELETE FROM decisions WHERE id = 'A1'")
    assert found(record) == [("before decision A2", "removed"), ("decision A1", "removed")]


def test_a_chain_that_is_cut_off_is_named(record: Database) -> None:
    """The newest decision, not yet sealed, is missed by its case and by those who wait."""
    attack(record, "DELETE FROM decisions WHERE id = 'A5'")
    assert found(record) == [("case A", "cut off"), ("decision A5", "removed")]


def test_a_chain_cut_off_with_care_is_named(record: Database) -> None:
    """With the case's head set back and nothing left waiting, the checkpoint still misses it."""
    attack(
        record,
        "UPDATE cases SET record_head = (SELECT hash FROM decisions WHERE id = 'A3')"
        " WHERE ref = 'A'",
        "DELETE FROM decisions WHERE id IN ('A4', 'A5')",
        "DELETE FROM unsealed_decisions WHERE decision_id = 'A5'",
    )
    assert found(record) == [("decision A4", "removed")]


def test_a_case_without_its_decisions_is_named(record: Database) -> None:
    """A case all of whose decisions were removed is found, and each of those sealed."""
    attack(record, "DELETE FROM decisions WHERE case_ref = 'B'")
    gone = [(f"decision B{number}", "removed") for number in range(1, 6)]
    assert found(record) == [("case B", "cut off"), *gone]


def test_decisions_whose_case_is_gone_are_named(record: Database) -> None:
    """A case that was removed from under its decisions is found."""
    attack(record, "DELETE FROM cases WHERE ref = 'B'")
    assert found(record) == [("case B", "removed")]


def test_reordered_decisions_are_named(record: Database) -> None:
    """Two decisions that changed places in their case are both found."""
    attack(
        record,
        "UPDATE decisions SET case_version = -case_version WHERE id IN ('A2', 'A3')",
        "UPDATE decisions SET case_version = 5 + case_version WHERE id IN ('A2', 'A3')",
    )
    assert found(record) == [("decision A3", "reordered"), ("decision A2", "reordered")]


def test_a_chain_hashed_anew_is_named(record: Database) -> None:
    """Who alters a decision and hashes all that follows lacks the secret of the checkpoints."""
    attack(record, "UPDATE decisions SET decided_by = 'forged' WHERE id = 'A3'")
    hash_anew(record, "A")
    assert found(record) == [("decision A3", "altered"), ("decision A4", "altered")]


def test_a_decision_without_its_hash_is_named(record: Database) -> None:
    """A decision cannot be passed off as one from before there were chains."""
    attack(record, "UPDATE decisions SET hash = NULL, previous_hash = NULL WHERE id = 'A2'")
    assert found(record)[0] == ("decision A2", "altered")


def test_a_head_that_was_moved_is_named(record: Database) -> None:
    """A case whose head is not its latest decision is found."""
    set_head(record, "A", None)
    assert found(record) == [("case A", "cut off")]


def test_a_forged_decision_between_two_is_named(record: Database) -> None:
    """A decision slipped in later, hashed rightly, is not the one that the next one follows."""
    attack(record, "UPDATE decisions SET case_version = case_version + 1 WHERE id = 'A5'")
    attack(
        record,
        "INSERT INTO decisions (id, case_id, case_ref, case_version, request, facts, as_of,"
        " decision, stage, status, because, assumptions, answer, revision, decided_at, decided_by,"
        " previous_hash, hash) SELECT 'A9', case_id, case_ref, 5, request, facts, as_of, decision,"
        " stage, status, because, assumptions, answer, revision, decided_at, decided_by,"
        " 'x', 'y' FROM decisions WHERE id = 'A4'",
    )
    assert "decision A9" in [row for row, _ in found(record)]


def test_what_an_earlier_version_recorded_is_no_finding(
    record: Database, caller: Caller, moment: Moment
) -> None:
    """Decisions without a hash, made while versions were changed, verify among the others."""
    with record.transaction() as session:
        row = session.execute(select(DecisionRecord.__table__).filter_by(id="A5")).mappings().one()
        bare = {"id": "A6", "case_version": 6, "hash": None, "previous_hash": None}
        session.execute(insert(DecisionRecord).values({**row, **bare}))
        session.execute(text("UPDATE cases SET version = 6 WHERE ref = 'A'"))
    decide_for(record, caller, moment, "A", ["A7"])
    assert found(record) == []
    seal(record, moment)
    assert found(record) == []
    put(record, "A6", "stage", "forged")
    assert found(record) == [("decision A6", "altered")]
