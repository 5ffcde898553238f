"""Verifying the checkpoints: none can be altered, removed or emptied unnoticed, but the last."""

from __future__ import annotations

from model.database import Database
from tests.model.recorded import attack, findings, found, hash_anew

TO_THE_QUEUE = (
    "INSERT INTO unsealed_decisions (decision_id)"
    " SELECT decision_id FROM sealed_decisions WHERE checkpoint = 3"
)


def test_an_altered_checkpoint_is_named(record: Database) -> None:
    """Whatever of a checkpoint is changed, that checkpoint is found."""
    for change in (
        "sealed_at = '1999-12-31 00:00:00.000000'",
        "previous = 'forged'",
        "previous = NULL",
        "count = 1",
        "decisions = 'forged'",
        "seal = 'forged'",
    ):
        kept = "CREATE TABLE kept AS SELECT * FROM checkpoints"
        attack(record, kept, f"UPDATE checkpoints SET {change} WHERE seq = 2")
        assert found(record)[0] == ("checkpoint 2", "altered"), change
        back = "INSERT INTO checkpoints SELECT * FROM kept"
        attack(record, "DELETE FROM checkpoints", back, "DROP TABLE kept")
    assert found(record) == []


def test_a_removed_checkpoint_is_named(record: Database) -> None:
    """The first, or one in the middle, is missed by its number."""
    attack(record, "DELETE FROM checkpoints WHERE seq = 2")
    assert found(record) == [("checkpoint 2", "removed")]
    attack(record, "DELETE FROM checkpoints WHERE seq = 1")
    assert found(record) == [("checkpoint 1", "removed"), ("checkpoint 2", "removed")]


def test_checkpoints_numbered_anew_are_found(record: Database) -> None:
    """A gap cannot be closed by moving the later checkpoints up."""
    attack(
        record,
        "DELETE FROM checkpoints WHERE seq = 2",
        "UPDATE checkpoints SET seq = 2 WHERE seq = 3",
    )
    assert ("checkpoint 2", "altered") in found(record)


def test_the_last_checkpoint_is_missed_by_what_it_sealed(record: Database) -> None:
    """Removed alone, or with its list, it leaves decisions behind that nothing seals."""
    attack(record, "DELETE FROM checkpoints WHERE seq = 3")
    assert found(record) == [("checkpoint 3", "removed")]
    attack(record, "DELETE FROM sealed_decisions WHERE checkpoint = 3")
    assert found(record) == [("decision A4", "not sealed"), ("decision B4", "not sealed")]


def test_the_last_checkpoint_is_all_that_can_go(record: Database) -> None:
    """Who undoes the last seal with care is left with a chain that still holds."""
    attack(
        record,
        TO_THE_QUEUE,
        "DELETE FROM sealed_decisions WHERE checkpoint = 3",
        "DELETE FROM checkpoints WHERE seq = 3",
    )
    assert found(record) == []
    attack(record, "UPDATE decisions SET stage = 'forged' WHERE id = 'A4'")
    assert found(record) == [("decision A4", "altered")]


def test_a_seal_made_to_fit_is_named(record: Database) -> None:
    """With the chain hashed anew and the sealed hashes put right, the seals do not fit."""
    attack(record, "UPDATE decisions SET stage = 'forged' WHERE id = 'A3'")
    hash_anew(record, "A")
    attack(
        record,
        "UPDATE sealed_decisions SET hash ="
        " (SELECT hash FROM decisions WHERE id = decision_id) WHERE decision_id IN ('A3', 'A4')",
    )
    assert [each.row for each in findings(record)] == [
        "seal of decision A3 in checkpoint 2",
        "seal of decision A4 in checkpoint 3",
    ]


def test_a_seal_that_was_taken_off_a_list_is_missed(record: Database) -> None:
    """The decision is sealed no more, and the checkpoint knows how many there were."""
    attack(record, "DELETE FROM sealed_decisions WHERE decision_id = 'A2'")
    assert found(record) == [("decision A2", "not sealed"), ("checkpoint 1", "altered")]


def test_seals_that_changed_places_are_named(record: Database) -> None:
    """A seal is good for its decision, and for one place in one checkpoint."""
    attack(
        record,
        "UPDATE sealed_decisions SET decision_id = 'x' WHERE decision_id = 'A1'",
        "UPDATE sealed_decisions SET decision_id = 'A1' WHERE decision_id = 'B1'",
        "UPDATE sealed_decisions SET decision_id = 'B1' WHERE decision_id = 'x'",
    )
    rows = [each.row for each in findings(record)]
    assert "seal of decision A1 in checkpoint 1" in rows
    assert "seal of decision B1 in checkpoint 1" in rows


def test_another_secret_verifies_nothing(record: Database) -> None:
    """Without the secret that sealed them no checkpoint can be checked, and it is said so."""
    every = findings(record, secret=b"another secret altogether")
    assert [each.row for each in every] == ["checkpoint 1", "checkpoint 2", "checkpoint 3"]
    assert "another TOLLGATE_SECRET" in every[0].detail
