"""The benchmark of due timers: what is timed finds as many as it says, however many there are."""

from __future__ import annotations

import pytest

from benchmarks import due_timers, filled
from model.database import Database
from model.scanning_timers import scan_timers


@pytest.mark.parametrize("timers", [1_000, 3_000])
def test_a_scan_finds_a_thousand(tmp_path: object, timers: int) -> None:
    """Among so many, a thousand are due, each tells one mark, and then nothing is left."""
    database = Database(f"sqlite:///{tmp_path}/timers.db")
    caller = filled.fill(database)
    database.write(lambda session: due_timers.fill(session, caller, timers))
    with database.transaction() as session:
        told = scan_timers(session, due_timers.NOW).told
    assert {each.mark for each in told} == {"share:50"}
    assert len({each.timer_id for each in told}) == len(told) == due_timers.DUE
    with database.transaction() as session:
        assert scan_timers(session, due_timers.NOW).told == ()
    database.close()
