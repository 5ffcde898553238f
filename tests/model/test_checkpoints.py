"""Checkpoints: every decision is sealed once, whenever its transaction ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from model.access import Caller
from model.checkpoints import SealedDecision, latest, seal_record, waiting_count
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from tests.model.recorded import SECRET, attack, decide_for, found, seal


def sealed(database: Database) -> dict[str, int]:
    """Return which checkpoint seals each decision."""
    with database.reading() as session:
        rows = session.scalars(select(SealedDecision))
        return {row.decision_id: row.checkpoint for row in rows}


def waiting(database: Database) -> int:
    """Return how many decisions wait."""
    with database.reading() as session:
        return waiting_count(session, 1_000)


def test_what_was_decided_is_sealed_once(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A checkpoint seals what none before has sealed, and nothing is left."""
    decide_for(published, caller, moment, "A", ["A1", "A2"])
    seal(published, moment)
    decide_for(published, caller, moment, "A", ["A3"])
    assert waiting(published) == 1
    seal(published, moment)
    assert sealed(published) == {"A1": 1, "A2": 1, "A3": 2}
    assert waiting(published) == 0
    with published.transaction() as session:
        assert seal_record(session, SECRET, moment.now) is None


def test_a_checkpoint_has_a_largest_size(record: Database, moment: Moment) -> None:
    """What is too much for one checkpoint is left to the next."""
    with record.transaction() as session:
        one = seal_record(session, SECRET, moment.now, most=1)
        other = seal_record(session, SECRET, moment.now, most=1)
    assert (one, other) != (None, None)
    assert waiting(record) == 0
    assert found(record) == []


def test_a_decision_under_way_is_not_lost_between_two_checkpoints(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A transaction that began before a checkpoint and ends after it is sealed by the next."""
    database = published
    if database.is_sqlite:
        return  # where one transaction writes after the other
    with database.transaction() as slow:
        decide(slow, DecisionRequest("A", None, None, None, {}), caller, moment, "slow")
        decide_for(database, caller, moment, "B", ["quick"])
        seal(database, Moment(moment.now + timedelta(hours=2), moment.today))
    assert sealed(database) == {"quick": 1}
    seal(database, moment)
    assert sealed(database) == {"quick": 1, "slow": 2}
    assert found(database) == []


def test_a_decision_that_is_undone_is_not_sealed(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """What was rolled back neither waits nor is sealed, and the chain goes on without it."""
    decide_for(published, caller, moment, "A", ["A1"])
    with pytest.raises(ZeroDivisionError), published.transaction() as session:
        decide(session, DecisionRequest("A", None, None, None, {}), caller, moment, "A2")
        raise ZeroDivisionError
    decide_for(published, caller, moment, "A", ["A3"])
    seal(published, moment)
    assert sealed(published) == {"A1": 1, "A3": 1}
    assert found(published) == []


def test_several_processes_may_seal_at_once(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Of two that seal together, each decision is sealed by one, and the numbers have no gap."""

    def work(number: int) -> None:
        decide_for(published, caller, moment, f"case {number}", [f"d{number}"])
        with published.transaction() as session:
            seal_record(session, SECRET, moment.now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    assert len(sealed(published)) == 12
    assert found(published) == []
    with published.reading() as session:
        last = latest(session)
    assert last is not None
    assert last.seq == len(set(sealed(published).values()))


def test_what_is_put_in_line_again_does_not_stop_the_sealing(
    record: Database, moment: Moment
) -> None:
    """A decision that is sealed already, or was never made, is passed over."""
    again = "INSERT INTO unsealed_decisions (decision_id) VALUES ('A1'), ('never made')"
    attack(record, again)
    seal(record, moment)
    assert sealed(record)["A1"] == 1
    assert sealed(record)["A5"] == 4
    assert found(record) == [("decision never made", "removed")]
