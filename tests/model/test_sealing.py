"""Sealing by itself: after a thousand decisions, or an hour, and never in anybody's way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from model import sealing
from model.access import Caller
from model.checkpoints import Sealed
from model.database import Database
from model.deciding import Moment
from model.sealing import LOOK_AFTER, LOOK_EVERY, SEAL_AT, SEAL_EVERY, Sealer
from tests.model.recorded import SECRET, decide_for, found


def test_a_process_looks_now_and_then(sqlite_database: Database, moment: Moment) -> None:
    """Each hundredth request, or the first after a minute, looks whether there is much to seal."""
    sealer = Sealer(sqlite_database, lambda: SECRET)
    assert [sealer.should_look(moment.now) for _ in range(LOOK_AFTER)].count(True) == 1
    assert not sealer.should_look(moment.now + LOOK_EVERY / 2)
    assert sealer.should_look(moment.now + LOOK_EVERY)
    assert not sealer.should_look(moment.now + LOOK_EVERY)


def test_the_first_decision_is_sealed_at_the_first_look(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Where nothing has ever been sealed, one decision is enough; none is not."""
    sealer = Sealer(published, lambda: SECRET)
    assert sealer.seal_if_due(moment.now) is None
    decide_for(published, caller, moment, "A", ["A1"])
    assert sealer.seal_if_due(moment.now) == Sealed(1, 1)


def test_after_an_hour_whatever_waits_is_sealed(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A decision is sealed an hour after the last seal, no earlier."""
    sealer = Sealer(published, lambda: SECRET)
    decide_for(published, caller, moment, "A", ["A1"])
    sealer.seal_if_due(moment.now)
    decide_for(published, caller, moment, "A", ["A2"])
    assert sealer.seal_if_due(moment.now + SEAL_EVERY - timedelta(seconds=1)) is None
    assert sealer.seal_if_due(moment.now + SEAL_EVERY) == Sealed(2, 1)
    assert found(published) == []


def test_a_thousand_are_sealed_at_once(published: Database, caller: Caller, moment: Moment) -> None:
    """When a thousand wait, the hour is not waited for."""
    assert (1_000, timedelta(hours=1)) == (sealing.SEAL_AT, sealing.SEAL_EVERY)
    sealer = Sealer(published, lambda: SECRET)
    decide_for(published, caller, moment, "A", ["A0"])
    sealer.seal_if_due(moment.now)
    decide_for(published, caller, moment, "A", [f"B{n}" for n in range(SEAL_AT - 1)])
    assert sealer.seal_if_due(moment.now) is None
    decide_for(published, caller, moment, "A", ["last"])
    assert sealer.seal_if_due(moment.now) == Sealed(2, SEAL_AT)
    assert found(published) == []


def test_a_database_that_is_away_is_left_for_another_time(tmp_path: Path, moment: Moment) -> None:
    """Sealing fails quietly: whoever asked for a decision has nothing to do with it."""
    away = Database(f"sqlite:///{tmp_path / 'no' / 'such.db'}", patience=0.1)
    assert Sealer(away, lambda: SECRET).seal_if_due(moment.now) is None
