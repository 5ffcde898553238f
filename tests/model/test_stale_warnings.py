"""That time is left is taken back, where it waits to be said, once the time is over."""

from __future__ import annotations

import pytest

from model.access import Caller
from model.database import Database
from model.events import EventType
from model.moment import Moment
from model.stale_warnings import Outlook, key_of, outlook_of, type_of
from model.telling_timers import tell_timers
from model.timers import find_timer
from model.timing import TimerView
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
    """Nobody would be told of it a second time, should it be so after all."""
    timer = told(desk, 1, "09:00")
    for clock in ("18:00", "16:00"):
        desk.tell(timer, event("stop", on(0, clock)), now=on(1, "09:01"))
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


@pytest.mark.parametrize(
    ("events", "outlook"),
    [
        ((), Outlook(on(0, "13:00"), on(0, "17:00"))),
        ((("pause", "12:00"),), Outlook(None, None)),
        ((("pause", "12:00"), ("resume", "15:00")), Outlook(on(0, "16:00"), on(0, "20:00"))),
        ((("pause", "14:00"),), Outlook(on(0, "13:00"), None)),
        ((("stop", "16:00"),), None),
        ((("cancel", "16:00"),), None),
    ],
)
def test_a_warning_stands_as_the_events_that_came_since_have_it(
    desk: Clocked, events: tuple[tuple[str, str], ...], outlook: Outlook | None
) -> None:
    """However late they came; of eight hours from nine on, half is used at one."""
    timer = told(desk, 0, "16:30")
    for what, clock in events:
        desk.tell(timer, event(what, on(0, clock)), now=on(0, "16:45"))
    with desk.database.reading() as session:
        timer_ = find_timer(session, timer.timer.id)
        assert outlook_of(session, timer_, 1, "share:50", on(0, "16:45")) == outlook
        ours = (session, timer_, 1, "share:50", on(0, "21:00"))
        assert (outlook_of(*ours) is None) == (outlook is None or outlook.due_at is not None)
        assert outlook_of(session, timer_, 2, "share:50", on(0, "16:45")) is None


def test_a_mark_has_one_key() -> None:
    """By which it is told once, and taken back."""
    assert key_of("t", 2, "share:80") == "timer.nears_its_end/t/2/share:80"
    assert type_of("breach") is EventType.TIMER_BREACHED
