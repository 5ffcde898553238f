"""What events say: late, twice and out of order, the clock ran when it ran."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.clocks.timeline import Cycle, Happening, Interval, TimerEvent, timeline_of
from tests.rules.clocks.counted import MINUTE, at

BEGIN = at("2026-11-23 09:00")


def minute(number: int) -> datetime:
    """Return an instant some minutes after the first."""
    return BEGIN + number * MINUTE


def events(*said: tuple[str, int]) -> list[TimerEvent]:
    """Return events by what happened and in which minute."""
    return [
        TimerEvent(f"e{place}", Happening(what), minute(at))
        for place, (what, at) in enumerate(said)
    ]


some_events = st.lists(
    st.builds(
        TimerEvent,
        st.uuids().map(str),
        st.sampled_from(Happening),
        st.integers(0, 60).map(minute),
        st.integers(0, 2),
    ),
    max_size=12,
    unique_by=lambda event: event.id,
)


def test_a_life_with_a_pause() -> None:
    """Started, paused, resumed, stopped: two stretches in which it ran, and one between."""
    (cycle,) = timeline_of(events(("start", 0), ("pause", 10), ("resume", 30), ("stop", 40))).cycles
    assert cycle == Cycle(
        1,
        (
            Interval(minute(0), minute(10)),
            Interval(minute(10), minute(30), paused=True),
            Interval(minute(30), minute(40)),
        ),
        Happening.STOP,
        minute(40),
    )


def test_pause_to_pause_is_one_pause() -> None:
    """The second changes nothing, and is named as one that did not."""
    (cycle,) = timeline_of(events(("start", 0), ("pause", 10), ("pause", 20))).cycles
    assert cycle.intervals == (
        Interval(minute(0), minute(10)),
        Interval(minute(10), None, paused=True),
    )
    assert cycle.paused
    assert cycle.idle == ("e2",)


def test_a_reopening_begins_anew() -> None:
    """What happens between the end and the reopening counts for nothing."""
    said = events(("start", 0), ("stop", 10), ("pause", 15), ("reopen", 20), ("cancel", 30))
    first, second = timeline_of(said).cycles
    assert (first.ended_by, first.idle) == (Happening.STOP, ("e2",))
    assert second == Cycle(2, (Interval(minute(20), minute(30)),), Happening.CANCEL, minute(30))


def test_nothing_has_begun_before_the_start() -> None:
    """A timer that only was paused or stopped never ran."""
    told = timeline_of(events(("pause", 0), ("stop", 5), ("reopen", 6)))
    assert told.cycles == ()
    assert told.idle == ("e0", "e1", "e2")


def test_the_source_may_say_what_came_first_at_one_instant() -> None:
    """Without a number a pause comes before its resumption; with one, the source decides."""
    start = TimerEvent("s", Happening.START, minute(0))
    pause = TimerEvent("p", Happening.PAUSE, minute(5), sequence=2)
    resume = TimerEvent("r", Happening.RESUME, minute(5), sequence=1)
    assert timeline_of([start, pause, resume]).cycles[0].paused
    plain = events(("start", 0), ("resume", 5), ("pause", 5))
    assert not timeline_of(plain).cycles[0].paused


@given(said=some_events, data=st.data())
def test_the_order_of_arrival_does_not_matter(said: list[TimerEvent], data: st.DataObject) -> None:
    """However events are mixed, and however often each comes, they say the same."""
    mixed = data.draw(st.permutations(said + said[: len(said) // 2]))
    assert timeline_of(mixed) == timeline_of(said)


@given(said=some_events)
def test_the_intervals_of_a_cycle_leave_no_gap(said: list[TimerEvent]) -> None:
    """Each begins where the one before ended, running and paused in turn; cycles do not overlap."""
    told = timeline_of(said)
    ended = BEGIN - timedelta(days=1)
    named = list(told.idle)
    for number, cycle in enumerate(told.cycles, 1):
        assert cycle.number == number
        assert cycle.intervals[0].since >= ended
        assert [each.paused for each in cycle.intervals] == [
            bool(place % 2) for place in range(len(cycle.intervals))
        ]
        for one, other in zip(cycle.intervals, cycle.intervals[1:], strict=False):
            assert one.until == other.since
        assert cycle.intervals[-1].until == cycle.ended_at
        assert (cycle.ended_at is None) == (cycle.ended_by is None)
        ended = cycle.ended_at or minute(61)
        named += cycle.idle
    assert len(set(named)) == len(named) <= len(said)
