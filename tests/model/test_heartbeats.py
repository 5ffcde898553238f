"""Heartbeats: how late each tick is, whoever does it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.database import Database
from model.heartbeats import NOTED_EVERY, beat, is_fresh, lateness
from tests.model.telling import NOW

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def test_a_tick_is_late_when_its_interval_has_passed(database: Database) -> None:
    """Within it, it is not late at all; one that was never done is told apart."""
    with database.transaction() as session:
        beat(session, "seal", NOW)
        expected = {"seal": MINUTE, "deliver": SECOND}
        assert lateness(session, expected, NOW + MINUTE + NOTED_EVERY) == {
            "seal": timedelta(0),
            "deliver": None,
        }
        late = lateness(session, expected, NOW + 3 * MINUTE + NOTED_EVERY)
    assert late["seal"] == 2 * MINUTE


def test_what_was_noted_just_now_need_not_be_noted_again(database: Database) -> None:
    """Within some seconds; a clock that was set back is no reason to be silent."""
    with database.transaction() as session:
        assert not is_fresh(session, "deliver", NOW)
        beat(session, "deliver", NOW)
        assert is_fresh(session, "deliver", NOW)
        assert is_fresh(session, "deliver", NOW + NOTED_EVERY - SECOND)
        assert not is_fresh(session, "deliver", NOW + NOTED_EVERY)
        assert not is_fresh(session, "deliver", NOW - MINUTE)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_a_slow_process_does_not_make_a_tick_seem_late(
    database: Database, offsets: list[int]
) -> None:
    """In whatever order processes note it, the latest counts."""
    with database.transaction() as session:
        for offset in offsets:
            beat(session, "t", NOW + offset * SECOND)
        late = lateness(session, {"t": timedelta(0)}, NOW + 200 * SECOND)["t"]
        session.rollback()
    assert late == (200 - max(offsets)) * SECOND - NOTED_EVERY
