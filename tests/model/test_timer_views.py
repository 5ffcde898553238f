"""Timers are read as they stand at an instant, under every ref that leads to their case."""

from __future__ import annotations

import pytest

from model.timer_views import read_timer, read_timers
from rules.errors import UnknownRecord
from tests.model.clocked import MONDAY, Clocked, event, on
from tests.model.lives import Lives


def test_a_timer_is_read_as_at_any_instant(clocked: Clocked) -> None:
    """Reading it counts, and changes nothing."""
    timer = clocked.open(event("start", on(0, "09:00")), now=on(0, "09:00"))
    for clock, seconds in (("10:00", 3_600), ("09:30", 1_800)):
        with clocked.database.reading() as session:
            view = read_timer(session, timer.timer.id, on(0, clock))
        assert view.cycles[-1]["elapsed_seconds"] == seconds


def test_what_is_not_there_is_not_read(clocked: Clocked) -> None:
    """Neither the timers of a case nor a timer that nobody has heard of."""
    with clocked.database.reading() as session:
        for read in (read_timer, read_timers):
            with pytest.raises(UnknownRecord, match="CRM-9"):
                read(session, "CRM-9", MONDAY)


def test_a_merged_cases_timers_are_the_others(lives: Lives, clocked: Clocked) -> None:
    """Under any ref that leads to it, the case shows its own and its double's."""
    lives.decide("CRM-1", in_catalog=True)
    lives.decide("CRM-2", in_catalog=True)
    clocked.open(name="own")
    clocked.open(ref="CRM-2", name="double's")
    lives.merge("CRM-1", "CRM-2")
    with clocked.database.reading() as session:
        assert [view.timer.name for view in read_timers(session, "CRM-2", MONDAY)] == [
            "own",
            "double's",
        ]
