"""What a timer's row says: counted from its events, and ready for the next scan."""

from __future__ import annotations

from datetime import timedelta

from model.calendars import calendar_in
from model.counting_timers import Calendars, histories_of, outstanding
from model.timers import Timer, find_timer
from rules.clocks.timer import BREACH
from tests.model.clocked import Clocked, event, office, on

NEXT_INSTANT = timedelta(microseconds=1)


def row(clocked: Clocked, timer_id: str) -> Timer:
    """Return a timer's row as it is stored."""
    with clocked.database.reading() as session:
        return find_timer(session, timer_id)


def test_a_row_says_what_its_events_say(clocked: Clocked) -> None:
    """Its state, when it is due, what to wait for next, and by which calendar that was counted."""
    timer_id = clocked.open(event("start", on(0, "09:00"))).timer.id
    stored = row(clocked, timer_id)
    assert (stored.state, stored.due_at) == ("running", on(0, "17:00"))
    assert (stored.next_at, stored.counted_with) == (on(0, "13:00"), 1)
    clocked.scan(on(0, "13:00"))
    assert row(clocked, timer_id).next_at == on(0, "16:00")
    clocked.scan(on(0, "16:00"))
    assert row(clocked, timer_id).next_at == on(0, "17:00") + NEXT_INSTANT


def test_nothing_waits_for_what_stands_still_or_has_ended(clocked: Clocked) -> None:
    """A paused timer is due at no instant; one that ended is not counted again either."""
    timer = clocked.open(event("start", on(0, "09:00")))
    clocked.tell(timer, event("pause", on(0, "10:00")), now=on(0, "10:00"))
    paused = row(clocked, timer.timer.id)
    assert (paused.due_at, paused.next_at, paused.counted_with) == (None, None, 1)
    clocked.tell(timer, event("stop", on(0, "11:00")), now=on(0, "11:00"))
    stopped = row(clocked, timer.timer.id)
    assert (stopped.state, stopped.next_at, stopped.counted_with) == ("stopped", None, None)


def test_a_timer_that_was_stopped_by_mistake_goes_on(clocked: Clocked) -> None:
    """A stop that turns out to come before the start freezes nothing."""
    timer = clocked.open(event("start", on(0, "09:00")), event("stop", on(0, "12:00")))
    assert timer.cycles[0]["state"] == "stopped"
    earlier = [event("cancel", on(0, "09:30")), event("reopen", on(0, "12:30"))]
    mended = clocked.tell(timer, *earlier, now=on(0, "13:00"))
    assert [cycle["state"] for cycle in mended.cycles] == ["cancelled", "running"]
    assert row(clocked, timer.timer.id).state == "running"


def test_an_ended_cycle_that_goes_on_after_all_is_no_longer_frozen(clocked: Clocked) -> None:
    """A reopening that comes late makes of one end another, and of the next cycle one that runs."""
    said = [event("start", on(0, "09:00")), event("stop", on(0, "10:00"))]
    timer = clocked.open(*said, event("reopen", on(0, "11:00")), event("stop", on(0, "12:00")))
    assert [cycle["state"] for cycle in timer.cycles] == ["stopped", "stopped"]
    # Cancelled at 09:30, the stop of 10:00 has no effect; reopened at 10:30, neither has 11:00.
    late = [event("cancel", on(0, "09:30")), event("reopen", on(0, "12:30"))]
    mended = clocked.tell(timer, *late, now=on(0, "13:00"))
    assert [cycle["state"] for cycle in mended.cycles] == ["cancelled", "stopped", "running"]


def test_what_was_told_is_not_outstanding(clocked: Clocked) -> None:
    """Nor is anything of a cycle whose breach was told."""
    timer_id = clocked.open(event("start", on(0, "09:00"))).timer.id

    def waiting() -> list[str]:
        with clocked.database.reading() as session:
            timer = find_timer(session, timer_id)
            history = histories_of(session, [timer])[timer_id]
            return [each.mark for _, each in outstanding(timer, history, Calendars(session))]

    assert waiting() == ["share:50", "lead:3600", BREACH]
    clocked.scan(on(0, "14:00"))
    assert waiting() == ["lead:3600", BREACH]
    clocked.scan(on(2, "14:00"))
    assert waiting() == []
    assert row(clocked, timer_id).next_at is None


def test_a_calendar_that_is_hardly_ever_open_leaves_no_due_instant(clocked: Clocked) -> None:
    """The timer goes on, and waits for nothing, until its calendar is changed again."""
    timer_id = clocked.open(event("start", on(0, "09:00"))).timer.id
    once = {"timezone": "UTC", "week": {}, "special_days": [
        {"name": "open", "first": "2026-11-23", "last": "2026-11-23", "windows": ["09:00-12:00"]}
    ]}  # fmt: skip
    clocked.change(calendar_in(once))
    clocked.scan(on(0, "10:00"))
    assert (row(clocked, timer_id).due_at, row(clocked, timer_id).next_at) == (None, None)
    clocked.change(office("09:00-17:00"))
    clocked.scan(on(0, "10:00"))
    assert row(clocked, timer_id).due_at == on(0, "17:00")
