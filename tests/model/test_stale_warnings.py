"""That time is left is taken back, where it waits to be said, once the time is over."""

from __future__ import annotations

import pytest

from model.access import Caller
from model.database import Database
from model.events import EventType
from model.moment import Moment
from model.stale_warnings import key_of, type_of
from model.telling_timers import tell_timers
from model.timer_views import TimerView
from tests.model.clocked import Clocked, event, on
from tests.model.lives import Lives
from tests.model.teams import PROVIDER, staff
from tests.model.telling import listed, states, subscribed


@pytest.fixture
def desk(bundled: Database, caller: Caller) -> Clocked:
    """A case that somebody has, and of which nobody was told yet."""
    Lives(bundled, caller, Moment(on(0, "08:00"), on(0, "08:00").date())).decide(
        "CRM-1", None, in_catalog=True
    )
    staff(bundled)
    return Clocked(bundled, caller)


def told(desk: Clocked, day: int, clock: str) -> TimerView:
    """Open a timer of eight hours on Monday at nine; tell what it has passed by an instant."""
    now = on(day, clock)
    timer = desk.open(event("start", on(0, "09:00")), calendar=None)
    with desk.database.transaction() as session:
        tell_timers(session, Moment(now, now.date()))
    return timer


@pytest.mark.parametrize(("what", "left"), [("stop", 0), ("cancel", 0), ("pause", 2)])
def test_of_what_is_done_nobody_hears_that_it_is_about_to_run_out(
    desk: Clocked, what: str, left: int
) -> None:
    """While it is only paused, the warning holds."""
    timer = told(desk, 0, "16:30")
    assert states(desk.database) == ["waiting"] * 2
    desk.tell(timer, event(what, on(0, "16:40")), now=on(0, "16:40"))
    assert states(desk.database).count("waiting") == left


def test_that_it_ran_out_is_told_however_it_ended_since(desk: Clocked) -> None:
    """That is no warning: as long as it is so, people are to hear of it."""
    timer = told(desk, 1, "09:00")
    desk.tell(timer, event("stop", on(0, "18:00")), now=on(1, "09:01"))
    assert states(desk.database) == ["waiting"] * 2


def test_a_program_is_told_all_the_same(desk: Clocked) -> None:
    """It hears of the end as well, and knows which came first."""
    subscribed(desk.database, EventType.TIMER_NEARS_ITS_END)
    timer = told(desk, 0, "16:30")
    desk.tell(timer, event("stop", on(0, "16:40")), now=on(0, "16:40"))
    waiting = [each for each in listed(desk.database) if each.state == "waiting"]
    assert len(waiting) == 2
    assert not any(each.recipient == PROVIDER for each in waiting)


def test_a_timer_of_which_nothing_was_told_costs_nothing(desk: Clocked) -> None:
    """Most never pass a mark: nothing is there to take back."""
    timer = told(desk, 0, "09:30")
    desk.tell(timer, event("stop", on(0, "09:40")), now=on(0, "09:40"))
    assert states(desk.database) == []


def test_a_mark_has_one_key() -> None:
    """By which it is told once, and taken back; told after that, it has another."""
    assert key_of("t", 2, "share:80") == "timer.nears_its_end/t/2/share:80"
    assert key_of("t", 2, "breach", 1) == "timer.breached/t/2/breach/1"
    assert type_of("breach") is EventType.TIMER_BREACHED
