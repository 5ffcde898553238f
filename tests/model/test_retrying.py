"""Retries: seconds, then hours, for three days; never sooner than asked, never for ever."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from model.retrying import JITTER, LONGEST_WAIT, SCHEDULE, wait_after

ATTEMPTS = st.integers(1, len(SCHEDULE))
CHANCES = st.floats(0, 1)
ASKED = st.none() | st.timedeltas(timedelta(0), timedelta(days=400))


def test_the_schedule_is_the_one_that_is_promised() -> None:
    """5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; after the tenth attempt it is over."""
    waits = [wait_after(attempts, lambda: 0.0) for attempts in range(1, 11)]
    minutes = [wait / timedelta(minutes=1) for wait in waits[:-1] if wait is not None]
    assert minutes == [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440]
    assert waits[-1] is None


@given(ATTEMPTS, CHANCES, ASKED)
def test_a_wait_is_never_shorter_than_planned_or_asked(
    attempts: int, chance: float, asked: timedelta | None
) -> None:
    """Up to a day is waited if a receiver asks for it; jitter only makes it longer, by a fifth."""
    wait = wait_after(attempts, lambda: chance, asked)
    assert wait is not None
    least = max(SCHEDULE[attempts - 1], min(asked or timedelta(0), LONGEST_WAIT))
    assert least <= wait <= least * (1 + JITTER) + timedelta(microseconds=1)
