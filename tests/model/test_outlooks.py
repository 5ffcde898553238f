"""A warning that was told stands as everything has it that has come since."""

from __future__ import annotations

import pytest

from model.access import Caller
from model.database import Database
from model.moment import Moment
from model.outlooks import Outlook, outlook_of
from model.timers import find_timer
from tests.model.clocked import Clocked, event, on
from tests.model.lives import Lives


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
    bundled: Database, caller: Caller, events: tuple[tuple[str, str], ...], outlook: Outlook | None
) -> None:
    """However late they came; of eight hours from nine on, half is used at one."""
    Lives(bundled, caller, Moment(on(0, "08:00"), on(0, "08:00").date())).decide("CRM-1")
    desk = Clocked(bundled, caller)
    timer = desk.open(event("start", on(0, "09:00")), calendar=None)
    for what, clock in events:
        desk.tell(timer, event(what, on(0, clock)), now=on(0, "16:45"))
    with desk.database.reading() as session:
        timer_ = find_timer(session, timer.timer.id)
        assert outlook_of(session, timer_, 1, "share:50", on(0, "16:45")) == outlook
        ours = (session, timer_, 1, "share:50", on(0, "21:00"))
        assert (outlook_of(*ours) is None) == (outlook is None or outlook.due_at is not None)
        assert outlook_of(session, timer_, 2, "share:50", on(0, "16:45")) is None
